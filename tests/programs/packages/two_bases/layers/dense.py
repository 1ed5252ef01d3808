import numpy as np
from .base import Layer


class Dense(Layer):
    def __init__(self, n_inputs, n_neurons):
        self.weights = 0.1 * np.random.randn(n_inputs, n_neurons)
        self.biases = np.zeros((1, n_neurons))

    def forward_pass(self, x):
        self.x = x
        return x @ self.weights + self.biases

    def backward_pass(self, gradient):
        self.dweights = self.x.T @ gradient
        self.dbiases = gradient.sum(axis=0, keepdims=True)
        return gradient @ self.weights.T


class Sigmoid(Layer):
    def forward_pass(self, x):
        self.a = 1 / (1 + np.exp(-x))
        return self.a

    def backward_pass(self, gradient):
        return gradient * self.a * (1 - self.a)
