"""Written for a NumPy that still had np.float; the cost's derivative stands in a method of its own."""
import numpy as np


class Net:
    def __init__(self, inputs, hidden, outputs):
        self.w1 = np.random.rand(hidden, inputs).astype(np.float)
        self.b1 = np.zeros((hidden, 1), dtype=np.float)
        self.w2 = np.random.rand(outputs, hidden).astype(np.float)
        self.b2 = np.zeros((outputs, 1), dtype=np.float)

    def forward(self, x):
        self.a1 = 1 / (1 + np.exp(-(self.w1 @ x + self.b1)))
        self.a2 = 1 / (1 + np.exp(-(self.w2 @ self.a1 + self.b2)))
        return self.a2

    def train(self, x, y, lr):
        delta2 = (self.forward(x) - y) * self.a2 * (1 - self.a2)
        delta1 = self.w2.T @ delta2 * self.a1 * (1 - self.a1)
        self.w2 -= lr * delta2 @ self.a1.T
        self.b2 -= lr * delta2.sum(axis=1, keepdims=True)
        self.w1 -= lr * delta1 @ x.T
        self.b1 -= lr * delta1.sum(axis=1, keepdims=True)
