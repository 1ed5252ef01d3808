import numpy as np


class Linear:
    def __init__(self, inputs, outputs, seed=0):
        rng = np.random.default_rng(seed)
        self.W, self.b = rng.standard_normal((outputs, inputs)), rng.standard_normal((outputs, 1))

    def feedforward(self, x):
        self.x = x
        return self.W @ x + self.b

    def backprop(self, error, lr):
        below = self.W.T @ error
        self.W += lr * (error @ self.x.T)
        self.b += lr * error.sum(axis=1, keepdims=True)
        return below


class Sigmoid:
    def feedforward(self, z):
        self.a = 1 / (1 + np.exp(-z))
        return self.a

    def backprop(self, error, lr):
        return error * self.a * (1 - self.a)
