"""Functions that read their weights from the module, and give gradients back."""

import numpy as np

w1, b1 = np.random.randn(32, 10) * 0.01, np.zeros((32, 1))
w2, b2 = np.random.randn(1, 32) * 0.01, np.zeros((1, 1))


def forward(X):
    Z1 = w1 @ X + b1
    A1 = np.maximum(0, Z1)
    Z2 = w2 @ A1 + b2
    return Z1, A1, Z2


def backward(X, y, Z1, A1, Z2):
    dZ2 = Z2 - y
    dW2, db2 = dZ2 @ A1.T, dZ2.sum(axis=1, keepdims=True)
    dZ1 = (w2.T @ dZ2) * (Z1 > 0)
    return dZ1 @ X.T, dZ1.sum(axis=1, keepdims=True), dW2, db2
