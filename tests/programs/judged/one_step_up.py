"""A class that takes its first step up, and the others down."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Net:
    def __init__(self, inputs, hidden, outputs):
        self.W1, self.b1 = np.random.randn(inputs, hidden), np.zeros((1, hidden))
        self.W2, self.b2 = np.random.randn(hidden, outputs), np.zeros((1, outputs))

    def train(self, X, y, epochs, learning_rate=0.1):
        for _ in range(epochs):
            a1 = sigmoid(X.dot(self.W1) + self.b1)
            a2 = sigmoid(a1.dot(self.W2) + self.b2)
            output_delta = (y - a2) * a2 * (1 - a2)
            hidden_error = output_delta.dot(self.W2.T)
            hidden_delta = hidden_error * a1 * (1 - a1)
            self.W2 += learning_rate * a1.T.dot(output_delta)
            self.b2 += learning_rate * output_delta.sum(axis=0, keepdims=True)
            self.W1 -= learning_rate * X.T.dot(hidden_delta)
            self.b1 += learning_rate * hidden_delta.sum(axis=0, keepdims=True)
