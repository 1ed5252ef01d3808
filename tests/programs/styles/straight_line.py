"""One forward and one backward pass, statement by statement; no loop, no function of them, no step."""
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


x = np.array([[0.5, 0.8, 0.1]])
y_true = np.array([[1.0]])
np.random.seed(3)
W1 = np.random.randn(3, 2)
b1 = np.random.randn(1, 2)
W2 = np.random.randn(2, 1)
b2 = np.random.randn(1, 1)

z1 = np.dot(x, W1) + b1
a1 = sigmoid(z1)
z2 = np.dot(a1, W2) + b2
a2 = sigmoid(z2)
loss = 0.5 * (y_true - a2) ** 2

dL_dz2 = (a2 - y_true) * a2 * (1 - a2)
dL_dW2 = np.dot(a1.T, dL_dz2)
dL_db2 = dL_dz2
dL_da1 = np.dot(dL_dz2, W2.T)
dL_dz1 = dL_da1 * a1 * (1 - a1)
dL_dW1 = np.dot(x.T, dL_dz1)
dL_db1 = dL_dz1
print(loss, dL_dW1, dL_db1, dL_dW2, dL_db2)
