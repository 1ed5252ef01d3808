"""Weights and biases as in the note's book, but `backward` takes what was put out and a rate, and steps in place."""
import numpy as np


class Network:
    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) for a, b in zip(sizes, sizes[1:])]
        self.biases = [np.zeros((1, b)) for b in sizes[1:]]

    def forward(self, X):
        self.outputs = [X]
        for w, b in zip(self.weights, self.biases):
            self.outputs.append(1 / (1 + np.exp(-(self.outputs[-1] @ w + b))))
        return self.outputs[-1]

    def backward(self, X, y, output, learning_rate):
        delta = (output - y) * output * (1 - output)
        for l in range(len(self.weights) - 1, -1, -1):
            below = delta @ self.weights[l].T * self.outputs[l] * (1 - self.outputs[l])
            self.weights[l] -= learning_rate * self.outputs[l].T @ delta
            self.biases[l] -= learning_rate * delta.sum(axis=0, keepdims=True)
            delta = below
