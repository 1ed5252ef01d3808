"""Right: mini-batches of (x, y) tuples, any depth, gradients summed over the examples, then the step."""
import random

import numpy as np


class Network(object):
    def __init__(self, sizes):
        self.sizes = sizes
        self.b = [np.random.randn(n, 1) for n in sizes[1:]]
        self.w = [np.random.randn(n, k) for k, n in zip(sizes[:-1], sizes[1:])]

    def fit(self, training_data, epochs, mini_batch_size, eta):
        for _ in range(epochs):
            random.shuffle(training_data)
            for k in range(0, len(training_data), mini_batch_size):
                self.step(training_data[k : k + mini_batch_size], eta)

    def step(self, mini_batch, eta):
        gb = [np.zeros(b.shape) for b in self.b]
        gw = [np.zeros(w.shape) for w in self.w]
        for x, y in mini_batch:
            db, dw = self.one(x, y)
            gb = [g + d for g, d in zip(gb, db)]
            gw = [g + d for g, d in zip(gw, dw)]
        self.w = [w - eta / len(mini_batch) * g for w, g in zip(self.w, gw)]
        self.b = [b - eta / len(mini_batch) * g for b, g in zip(self.b, gb)]

    def one(self, x, y):
        a = [x]
        for w, b in zip(self.w, self.b):
            a.append(1 / (1 + np.exp(-(w @ a[-1] + b))))
        d = (a[-1] - y) * a[-1] * (1 - a[-1])
        db, dw = [d], [d @ a[-2].T]
        for l in range(2, len(self.sizes)):
            d = self.w[-l + 1].T @ d * a[-l] * (1 - a[-l])
            db.insert(0, d)
            dw.insert(0, d @ a[-l - 1].T)
        return db, dw
