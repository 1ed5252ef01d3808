import numpy as np


class Dense:
    """Takes both of its sizes as one shape."""

    def __init__(self, input_shape):
        self.weights = np.random.randn(*input_shape)
        self.bias = np.random.randn(1, input_shape[1])

    def forward(self, input_data):
        self.input = input_data
        return self.input @ self.weights + self.bias

    def backward(self, output_error, learning_rate):
        input_error = output_error @ self.weights.T
        self.weights = self.weights - learning_rate * (self.input.T @ output_error)
        self.bias = self.bias - learning_rate * output_error.sum(axis=0, keepdims=True)
        return input_error
