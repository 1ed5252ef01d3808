import numpy as np

ACTIVATIONS = {
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
}


class Layer:
    def __init__(self, inputs, outputs, activation):
        self.W = np.random.randn(inputs, outputs) / np.sqrt(inputs)
        self.b = np.zeros((1, outputs))
        self.f, self.slope = ACTIVATIONS[activation]

    def forward(self, x):
        self.x = x
        self.a = self.f(x @ self.W + self.b)
        return self.a

    def backward(self, grad, rate):
        d = grad * self.slope(self.a)
        below = d @ self.W.T
        self.W -= rate * (self.x.T @ d)
        self.b -= rate * d.sum(axis=0, keepdims=True)
        return below


class Network:
    def __init__(self, layer_sizes, activations):
        self.layers = [Layer(n, k, activations[i]) for i, (n, k) in enumerate(zip(layer_sizes, layer_sizes[1:]))]

    def train_step(self, x, y, rate):
        a = x
        for layer in self.layers:
            a = layer.forward(a)
        grad = a - y
        for layer in reversed(self.layers):
            grad = layer.backward(grad, rate)


if __name__ == "__main__":
    net = Network(layer_sizes=[4, 9, 7, 2], activations=["tanh", "tanh", "sigmoid"])
