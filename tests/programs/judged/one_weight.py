"""A class whose sizes have a default of one weight, and are called as no sizes are."""

import numpy as np


class Net:
    def __init__(self, quantos=[1, 1], lr=0.001):
        self.quantos, self.lr = quantos, lr

    def train(self, inputs, labels):
        W = [np.random.randn(n, k) for n, k in zip(self.quantos[1:], self.quantos)]
        bias = [np.random.randn(n) for n in self.quantos[1:]]
        for x, y in zip(inputs, labels):
            acts = [x]
            for w, b in zip(W, bias):
                acts.append(w.dot(acts[-1]) + b)
            delta = acts[-1] - y
            for i in reversed(range(len(W))):
                dw, db = np.outer(delta, acts[i]), delta
                delta = W[i].T.dot(delta)
                W[i] -= dw * self.lr
                bias[i] -= db * self.lr
        self.W = W
