"""The half that goes forward and trains."""

import numpy as np
from backwards import through_all


class Network:
    def __init__(self, sizes, learning_rate):
        self.learning_rate = learning_rate
        self.parameters = {}
        for l in range(1, len(sizes)):
            self.parameters[f"W{l}"] = np.random.randn(sizes[l], sizes[l - 1])
            self.parameters[f"b{l}"] = np.zeros((sizes[l], 1))

    def forward(self, x):
        kept, depth = [], len(self.parameters) // 2
        for l in range(1, depth + 1):
            w, b = self.parameters[f"W{l}"], self.parameters[f"b{l}"]
            kept.append((x, w))
            z = w @ x + b
            x = np.tanh(z) if l < depth else 1 / (1 + np.exp(-z))
        return x, kept

    def train(self, x_train, y_train, epochs):
        for _ in range(epochs):
            output, kept = self.forward(x_train)
            gradients = through_all(output, y_train, kept)
            for name in self.parameters:
                self.parameters[name] = self.parameters[name] - self.learning_rate * gradients["d" + name]
