"""A network of layers that a private method gives its weights: not grown by that method, and judged as a whole."""

import numpy as np


class Dense:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dout):
        self.dw, self.db = self.x.T @ dout, dout.sum(axis=0)
        return dout @ self.w.T


class Rectify:
    def forward(self, x):
        self.on = x > 0
        return x * self.on

    def backward(self, dout):
        return dout * self.on


class Squash:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)


class Network:
    def __init__(self, input_size, hidden_size_list, output_size, scale="he"):
        self.sizes = [input_size, *hidden_size_list, output_size]
        self.params = {}
        self._draw(scale)
        self.layers = []
        for n in range(1, len(self.sizes)):
            self.layers.append(Dense(self.params[f"w{n}"], self.params[f"b{n}"]))
            self.layers.append(Rectify())
        self.layers.pop()

    def _draw(self, scale):
        for n in range(1, len(self.sizes)):
            width = np.sqrt(2 / self.sizes[n - 1]) if scale == "he" else scale
            self.params[f"w{n}"] = width * np.random.randn(self.sizes[n - 1], self.sizes[n])
            self.params[f"b{n}"] = np.zeros(self.sizes[n])

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def gradient(self, x, t):
        scores = self.predict(x)
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        dout = (p - t) / len(x)
        for layer in reversed(self.layers):
            dout = layer.backward(dout)
        return {
            **{f"w{n + 1}": layer.dw for n, layer in enumerate(self.layers[::2])},
            **{f"b{n + 1}": layer.db for n, layer in enumerate(self.layers[::2])},
        }
