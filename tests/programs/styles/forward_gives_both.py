"""Right: `backward(x, a_h, a_out, y)` takes what forward gave, labels are class ids, squared error over m."""
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


class MLP:
    def __init__(self, num_features, num_hidden, num_classes, random_seed=123):
        self.num_classes = num_classes
        rng = np.random.RandomState(random_seed)
        self.weight_h = rng.normal(loc=0.0, scale=0.1, size=(num_hidden, num_features))
        self.bias_h = np.zeros(num_hidden)
        self.weight_out = rng.normal(loc=0.0, scale=0.1, size=(num_classes, num_hidden))
        self.bias_out = np.zeros(num_classes)

    def forward(self, x):
        a_h = sigmoid(np.dot(x, self.weight_h.T) + self.bias_h)
        a_out = sigmoid(np.dot(a_h, self.weight_out.T) + self.bias_out)
        return a_h, a_out

    def backward(self, x, a_h, a_out, y):
        y_onehot = np.zeros((y.shape[0], self.num_classes))
        for i, val in enumerate(y):
            y_onehot[i, val] = 1
        delta_out = 2.0 * (a_out - y_onehot) / y.shape[0] * a_out * (1.0 - a_out)
        d_w_out = np.dot(delta_out.T, a_h)
        d_b_out = np.sum(delta_out, axis=0)
        delta_h = np.dot(delta_out, self.weight_out) * a_h * (1.0 - a_h)
        d_w_h = np.dot(delta_h.T, x)
        d_b_h = np.sum(delta_h, axis=0)
        return d_w_out, d_b_out, d_w_h, d_b_h
