import numpy as np
from .part import Part


class Linear(Part):
    def __init__(self, outputs, inputs=0):
        self.inputs, self.outputs, self.W = inputs, outputs, None

    def forward(self, x):
        if self.W is None:
            self.W = 0.1 * np.random.randn(self.inputs, self.outputs)
            self.b = np.zeros((1, self.outputs))
        return x @ self.W + self.b

    def backward(self, given, made, gradient):
        self.dW = given.T @ gradient
        self.db = gradient.sum(axis=0, keepdims=True)
        return gradient @ self.W.T

    def update(self, step):
        self.W -= step * self.dW
        self.b -= step * self.db
