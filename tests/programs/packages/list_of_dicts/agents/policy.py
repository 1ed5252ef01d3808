"""Layers as dictionaries with an activation object each; what forward keeps for backward it gives on request."""
import numpy as np


class Policy:
    def __init__(self, layers):
        self.layers, self.parameters = layers, {}
        for n, layer in enumerate(layers, start=1):
            self.parameters[f"w{n}"] = np.random.randn(layer["ins"], layer["outs"])
            self.parameters[f"b{n}"] = np.random.randn(layer["outs"])

    def forward(self, s, training=False):
        cache = {"a0": s}
        for n, layer in enumerate(self.layers, start=1):
            cache[f"z{n}"] = cache[f"a{n - 1}"] @ self.parameters[f"w{n}"] + self.parameters[f"b{n}"]
            cache[f"a{n}"] = layer["activation"].value(cache[f"z{n}"])
        a = cache[f"a{len(self.layers)}"]
        if training:
            return a, cache
        return a

    def backward(self, x, y, cache):
        gradients, n = {}, len(self.layers)
        da = y / cache[f"a{n}"] - (1 - y) / (1 - cache[f"a{n}"])
        for n in range(n, 0, -1):
            dz = da * self.layers[n - 1]["activation"].slope(cache[f"z{n}"])
            gradients[f"dw{n}"] = cache[f"a{n - 1}"].T @ dz
            gradients[f"db{n}"] = dz.sum(axis=0)
            da = dz @ self.parameters[f"w{n}"].T
        return gradients

    def play(self, world, rounds):
        for _ in range(rounds):
            action, cache = self.forward(world.look(), training=True)
            gradients = self.backward(world.look(), world.act(action), cache)
            for name, gradient in gradients.items():
                self.parameters[name[1:]] += 0.01 * gradient
