import numpy as np


class Net:
    """Of Python 2, though nothing of its grammar says so."""

    def __init__(self, sizes):
        self.sizes = sizes
        self.ws = [np.random.randn(n, k) for k, n in zip(sizes, sizes[1:])]
        self.bs = [np.random.randn(n, 1) for n in sizes[1:]]

    def train(self, x, y, iterations, rate):
        for _ in xrange(iterations):  # noqa: F821 - Python 2
            a = [x]
            for w, b in zip(self.ws, self.bs):
                a.append(1 / (1 + np.exp(-(w.dot(a[-1]) + b))))
            delta = (a[-1] - y) * a[-1] * (1 - a[-1])
            for l in xrange(len(self.ws) - 1, -1, -1):  # noqa: F821
                below = self.ws[l].T.dot(delta) * a[l] * (1 - a[l])
                self.ws[l] = self.ws[l] - rate * delta.dot(a[l].T)
                self.bs[l] = self.bs[l] - rate * delta.sum(axis=1, keepdims=True)
                delta = below
