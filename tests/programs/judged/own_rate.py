"""A class that takes a learning rate and steps by another, written into the step itself."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Net:
    def __init__(self, inputs, hidden, outputs, lr=0.5):
        self.w1 = np.random.randn(inputs, hidden)
        self.w2 = np.random.randn(hidden, outputs)
        self.lr = lr

    def train(self, X, y, epochs=1000):
        for _ in range(epochs):
            h = sigmoid(X.dot(self.w1))
            o = sigmoid(h.dot(self.w2))
            d2 = (y - o) * o * (1 - o)
            d1 = d2.dot(self.w2.T) * h * (1 - h)
            self.w2 += 0.1 * h.T.dot(d2)
            self.w1 += 0.1 * X.T.dot(d1)
