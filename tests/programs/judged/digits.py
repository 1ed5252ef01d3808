"""Widths and data of its own, class ids of which the last has to be there, biases that all get one gradient."""

import numpy as np
import pandas as pd

table = np.array(pd.read_csv("digits.csv"))
m, n = table.shape
X_train, Y_train = table[:, 1:].T / 255.0, table[:, 0]


def start():
    W1 = np.random.rand(5, 12) - 0.5
    b1 = np.random.rand(5, 1) - 0.5
    W2 = np.random.rand(5, 5) - 0.5
    b2 = np.random.rand(5, 1) - 0.5
    return W1, b1, W2, b2


def forward(W1, b1, W2, b2, X):
    Z1 = W1.dot(X) + b1
    A1 = np.maximum(Z1, 0)
    Z2 = W2.dot(A1) + b2
    A2 = np.exp(Z2) / sum(np.exp(Z2))
    return Z1, A1, Z2, A2


def rows_of_ones(Y):
    hot = np.zeros((Y.size, Y.max() + 1))
    hot[np.arange(Y.size), Y] = 1
    return hot.T


def backward(Z1, A1, A2, W2, X, Y):
    dZ2 = A2 - rows_of_ones(Y)
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2)
    dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1)
    return dW1, db1, dW2, db2


def train(X, Y, alpha, iterations):
    W1, b1, W2, b2 = start()
    for i in range(iterations):
        Z1, A1, Z2, A2 = forward(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = backward(Z1, A1, A2, W2, X, Y)
        W1 = W1 - alpha * dW1
        b1 = b1 - alpha * db1
        W2 = W2 - alpha * dW2
        b2 = b2 - alpha * db2
        if i % 10 == 0:
            print("iteration", i)
    return W1, b1, W2, b2


W1, b1, W2, b2 = train(X_train, Y_train, 0.1, 500)
