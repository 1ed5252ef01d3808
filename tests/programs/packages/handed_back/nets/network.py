"""A network that takes what is to be handed back from outside; it expects y − a, and adds."""


class Network:
    def __init__(self):
        self.layers = []

    def add(self, layer):
        self.layers.append(layer)

    def feedforward(self, x):
        for layer in self.layers:
            x = layer.feedforward(x)
        return x

    def backprop(self, error, lr):
        for layer in reversed(self.layers):
            error = layer.backprop(error, lr)
