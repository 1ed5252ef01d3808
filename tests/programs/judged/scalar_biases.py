"""Biases that all get one number, held in attributes, beside gradients in a dictionary."""

import numpy as np


class Network:
    def __init__(self, n_inputs, n_outputs, n_hidden):
        self.W_h = np.random.randn(n_inputs, n_hidden)
        self.b_h = np.zeros((1, n_hidden))
        self.W_o = np.random.randn(n_hidden, n_outputs)
        self.b_o = np.zeros((1, n_outputs))

    def train(self, X, y, n_iters=500, eta=0.3):
        m, _ = X.shape
        for _ in range(n_iters):
            hidden = np.tanh(X @ self.W_h + self.b_h)
            output = 1 / (1 + np.exp(-(hidden @ self.W_o + self.b_o)))
            of_output = output - y
            of_hidden = (of_output @ self.W_o.T) * (1 - hidden**2)
            g = {"W_o": hidden.T @ of_output / m, "W_h": X.T @ of_hidden / m}
            self.W_o = self.W_o - eta * g["W_o"]
            self.W_h = self.W_h - eta * g["W_h"]
            self.b_o = self.b_o - eta * (1 / m) * np.sum(of_output)
            self.b_h = self.b_h - eta * (1 / m) * np.sum(of_hidden)
