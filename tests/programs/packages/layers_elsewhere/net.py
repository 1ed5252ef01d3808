"""A network to which layers of another folder are added; their weights are made when they are first used."""
import numpy as np
import parts


class Net:
    def __init__(self):
        self.stack, self.seen = [], []

    def add(self, layer):
        self.stack.append(layer)

    def compile(self):
        for below, layer in zip(self.stack, self.stack[1:]):
            layer.inputs = below.outputs
            layer.outputs = layer.outputs or layer.inputs

    def forward(self, x):
        self.seen = [x]
        for layer in self.stack:
            self.seen.append(layer.forward(self.seen[-1]))
        return self.seen[-1]

    def backprop(self, labels):
        gradient = labels
        for layer in reversed(self.stack):
            made, given = self.seen.pop(), self.seen[-1]
            gradient = layer.backward(given, made, gradient)

    def update(self, step):
        for layer in self.stack:
            layer.update(step)
