import numpy as np


class Dense:
    """Has its weights when it has seen an input."""

    def __init__(self, units):
        self.units = units
        self.params = []

    def forward(self, inputs):
        if not self.params:
            self.params = [np.random.randn(inputs.shape[1], self.units), np.zeros((1, self.units))]
        self.inputs = inputs
        w, b = self.params
        return inputs @ w + b

    def backward(self, slope):
        self.slopes = [self.inputs.T @ slope, slope.sum(axis=0, keepdims=True)]
        return slope @ self.params[0].T
