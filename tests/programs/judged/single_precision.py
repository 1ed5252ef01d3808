"""Every parameter in single precision, as arrays of MNIST often are; gradients are left in attributes."""
import numpy as np


class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.w1 = np.random.randn(n_in, n_hidden).astype(np.float32)
        self.b1 = np.zeros(n_hidden, dtype=np.float32)
        self.w2 = np.random.randn(n_hidden, n_out).astype(np.float32)
        self.b2 = np.zeros(n_out, dtype=np.float32)

    def forward(self, x):
        self.x = x.astype(np.float32)
        self.a1 = 1 / (1 + np.exp(-(self.x @ self.w1 + self.b1)))
        self.a2 = 1 / (1 + np.exp(-(self.a1 @ self.w2 + self.b2)))
        return self.a2

    def backward(self, y):
        d2 = (self.a2 - y.astype(np.float32)) * self.a2 * (1 - self.a2)
        d1 = d2 @ self.w2.T * self.a1 * (1 - self.a1)
        self.dw2, self.db2 = self.a1.T @ d2, d2.sum(axis=0)
        self.dw1, self.db1 = self.x.T @ d1, d1.sum(axis=0)
