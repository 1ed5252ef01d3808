"""Matrices as `from numpy import *` once gave them, data that are loaded first, and widths of its own."""

from numpy import *


def sigmoid(x):
    return 1.0 / (1 + exp(-x))


class Net:
    def __init__(self):
        self.eta, self.rounds, self.n_hidden, self.n_out = 0.1, 2000, 4, 1

    def load(self, data, labels):
        self.data, self.labels = mat(data).T, mat(labels)
        self.n_features, self.m = shape(self.data)

    def train(self):
        self.hidden_w = 2.0 * (random.rand(self.n_hidden, self.n_features) - 0.5)
        self.hidden_b = 2.0 * (random.rand(self.n_hidden, 1) - 0.5)
        self.out_w = 2.0 * (random.rand(self.n_out, self.n_hidden) - 0.5)
        self.out_b = 2.0 * (random.rand(self.n_out, 1) - 0.5)
        for _ in range(self.rounds):
            hidden = sigmoid(self.hidden_w * self.data + self.hidden_b)
            out = sigmoid(self.out_w * hidden + self.out_b)
            of_out = multiply(self.labels - out, multiply(out, 1 - out))
            of_hidden = multiply(self.out_w.T * of_out, multiply(hidden, 1 - hidden))
            dW, db = of_out * hidden.T, of_out.sum(axis=1)
            dw, d = of_hidden * self.data.T, of_hidden.sum(axis=1)
            self.out_w = self.out_w + self.eta * dW
            self.out_b = self.out_b + self.eta * db
            self.hidden_w = self.hidden_w + self.eta * dw
            self.hidden_b = self.hidden_b + self.eta * d
