"""A model of layers and of an optimiser of other folders, each of which has a base.py; helpers put it together."""
from layers.dense import Dense
from optim.sgd import Sgd


class Model:
    def __init__(self, kind="plain"):
        self.kind, self.layers = kind, []

    def add_layer(self, layer):
        self.layers.append(layer)

    def set_optimizer(self, optimizer):
        self.optimizer = optimizer

    def finalize(self):
        self.trainable = [layer for layer in self.layers if hasattr(layer, "weights")]

    def train(self, inputs, targets, epochs=1, validation=None):
        for _ in range(epochs):
            out = inputs
            for layer in self.layers:
                out = layer.forward_pass(out)
            gradient = (out - targets) / len(inputs)
            for layer in reversed(self.layers):
                gradient = layer.backward_pass(gradient)
            for layer in self.trainable:
                self.optimizer.step(layer)
