"""A network to which layers are added, with a cost to set and a fit of one example after another; nothing is built."""
import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, error, rate):
        raise NotImplementedError


class Dense(Layer):
    def __init__(self, input_size, output_size):
        self.weights = np.random.rand(input_size, output_size) - 0.5
        self.bias = np.random.rand(1, output_size) - 0.5

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, error, rate):
        below = error @ self.weights.T
        self.weights -= rate * self.x.T @ error
        self.bias -= rate * error
        return below


class Activation(Layer):
    def __init__(self, function, function_prime):
        self.function, self.function_prime = function, function_prime

    def forward(self, x):
        self.x = x
        return self.function(x)

    def backward(self, error, rate):
        return self.function_prime(self.x) * error


def tanh(z):
    return np.tanh(z)


def tanh_prime(z):
    return 1 - np.tanh(z) ** 2


def mse(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


def mse_prime(y_true, y_pred):
    return 2 * (y_pred - y_true) / y_true.size


class Network:
    def __init__(self):
        self.layers, self.loss, self.loss_prime = [], None, None

    def add(self, layer):
        self.layers.append(layer)

    def use(self, loss, loss_prime):
        self.loss, self.loss_prime = loss, loss_prime

    def fit(self, x_train, y_train, epochs, learning_rate):
        for _ in range(epochs):
            for x, y in zip(x_train, y_train):
                out = x
                for layer in self.layers:
                    out = layer.forward(out)
                error = self.loss_prime(y, out)
                for layer in reversed(self.layers):
                    error = layer.backward(error, learning_rate)
