"""Right: parameters that only a training function knows; its data are globals that cannot be loaded."""
import numpy as np
import sklearn_that_is_not_there as datasets

X, y = datasets.make_moons(200, noise=0.2)
num_examples = len(X)
nn_input_dim = 2
nn_output_dim = 2
epsilon = 0.01
reg_lambda = 0.01


def build_model(nn_hdim, num_passes=20000, print_loss=False):
    W1 = np.random.randn(nn_input_dim, nn_hdim) / np.sqrt(nn_input_dim)
    b1 = np.zeros((1, nn_hdim))
    W2 = np.random.randn(nn_hdim, nn_output_dim) / np.sqrt(nn_hdim)
    b2 = np.zeros((1, nn_output_dim))
    for i in range(num_passes):
        a1 = np.tanh(X.dot(W1) + b1)
        scores = np.exp(a1.dot(W2) + b2)
        delta3 = scores / scores.sum(axis=1, keepdims=True)
        delta3[range(num_examples), y] -= 1
        dW2 = a1.T.dot(delta3)
        db2 = delta3.sum(axis=0, keepdims=True)
        delta2 = delta3.dot(W2.T) * (1 - a1**2)
        dW1 = X.T.dot(delta2)
        db1 = delta2.sum(axis=0)
        dW2 += reg_lambda * W2
        dW1 += reg_lambda * W1
        W1 += -epsilon * dW1
        b1 += -epsilon * db1
        W2 += -epsilon * dW2
        b2 += -epsilon * db2
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


model = build_model(3, print_loss=True)
