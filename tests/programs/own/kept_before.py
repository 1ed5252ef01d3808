import numpy as np


class Network:
    """Two hidden layers: Network([2, 10, 7, 1])."""

    def __init__(self, struct):
        self.struct = struct
        self.depth = len(struct) - 1
        self.rate, self.rounds = 0.05, 2000
        self.x = None
        self.wanted = None
        self.w = {l: np.random.randn(struct[l], struct[l - 1]) / np.sqrt(struct[l - 1]) for l in range(1, len(struct))}
        self.b = {l: np.zeros((struct[l], 1)) for l in range(1, len(struct))}

    def set_data(self, inputs, expected):
        self.x, self.wanted = inputs, expected

    def forward(self, x):
        a = {0: x}
        for l in range(1, self.depth + 1):
            a[l] = np.tanh(self.w[l] @ a[l - 1] + self.b[l])
        return a

    def train(self):
        for _ in range(self.rounds):
            a = self.forward(self.x)
            d = (a[self.depth] - self.wanted) * (1 - a[self.depth] ** 2)
            dw, db = {}, {}
            for l in range(self.depth, 0, -1):
                dw[l], db[l] = d @ a[l - 1].T, d.sum(axis=1, keepdims=True)
                d = (self.w[l].T @ d) * (1 - a[l - 1] ** 2)
            for l in range(1, self.depth + 1):
                self.w[l] = self.w[l] - self.rate * dw[l]
                self.b[l] = self.b[l] - self.rate * db[l]
