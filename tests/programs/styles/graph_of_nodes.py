import numpy as np


class Node:
    def __init__(self, sources=()):
        self.sources = list(sources)
        self.users = []
        self.value = None
        self.gradients = {}
        for source in self.sources:
            source.users.append(self)

    def received(self):
        return sum(user.gradients[self] for user in self.users)


class Input(Node):
    def forward(self):
        pass

    def backward(self):
        self.gradients = {self: self.received()}


class Affine(Node):
    def __init__(self, x, w, b):
        super().__init__([x, w, b])

    def forward(self):
        x, w, b = self.sources
        self.value = x.value @ w.value + b.value

    def backward(self):
        (x, w, b), g = self.sources, self.received()
        self.gradients = {x: g @ w.value.T, w: x.value.T @ g, b: g.sum(axis=0)}


class Logistic(Node):
    def __init__(self, node):
        super().__init__([node])

    def forward(self):
        self.value = 1 / (1 + np.exp(-self.sources[0].value))

    def backward(self):
        self.gradients = {self.sources[0]: self.received() * self.value * (1 - self.value)}


class MeanSquares(Node):
    def __init__(self, y, a):
        super().__init__([y, a])

    def forward(self):
        y, a = self.sources
        self.error = y.value - a.value
        self.value = np.mean(self.error**2)

    def backward(self):
        y, a = self.sources
        n = len(self.error)
        self.gradients = {y: 2 * self.error / n, a: -2 * self.error / n}
