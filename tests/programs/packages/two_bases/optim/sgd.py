from .base import Optimizer


class Sgd(Optimizer):
    def step(self, layer):
        layer.weights -= self.learning_rate * layer.dweights
        layer.biases -= self.learning_rate * layer.dbiases
