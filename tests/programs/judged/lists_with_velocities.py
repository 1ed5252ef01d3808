"""Lists of weights and biases, each with its velocities, in an object that the script makes."""

import numpy as np


class Net:
    def __init__(self, input_dim, hidden_dims, output_dim, lr=0.01, momentum=0.9):
        dims = [input_dim] + hidden_dims + [output_dim]
        self.W = [np.random.randn(k, n) * np.sqrt(2 / k) for k, n in zip(dims, dims[1:])]
        self.b = [np.zeros(n) for n in dims[1:]]
        self.vW = [np.zeros_like(w) for w in self.W]
        self.vb = [np.zeros_like(b) for b in self.b]
        self.lr, self.momentum = lr, momentum

    def train_step(self, X, y):
        m, acts = len(X), [X]
        for w, b in zip(self.W[:-1], self.b[:-1]):
            acts.append(np.maximum(0, acts[-1] @ w + b))
        scores = acts[-1] @ self.W[-1] + self.b[-1]
        e = np.exp(scores - scores.max(axis=1, keepdims=True))
        delta = e / e.sum(axis=1, keepdims=True)
        delta[np.arange(m), y] -= 1
        delta /= m
        for i in reversed(range(len(self.W))):
            gW, gb = acts[i].T @ delta, delta.sum(axis=0)
            if i > 0:
                delta = (delta @ self.W[i].T) * (acts[i] > 0)
            self.vW[i] = self.momentum * self.vW[i] - self.lr * gW
            self.vb[i] = self.momentum * self.vb[i] - self.lr * gb
            self.W[i] += self.vW[i]
            self.b[i] += self.vb[i]


if __name__ == "__main__":
    net = Net(9, [8, 6], 4)
    for _ in range(10):
        net.train_step(np.random.randn(20, 9), np.random.randint(0, 4, 20))
