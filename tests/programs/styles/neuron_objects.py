"""Layers of neurons that are objects, each with a list of weights; a bias that no step changes."""
import math
import random


class Neuron:
    def __init__(self, inputs, bias):
        self.weights = [random.random() for _ in range(inputs)]
        self.bias = bias

    def fire(self, values):
        self.values = values
        total = self.bias
        for w, v in zip(self.weights, values):
            total += w * v
        self.out = 1.0 / (1.0 + math.exp(-total))
        return self.out

    def slope(self):
        return self.out * (1 - self.out)


class Group:
    def __init__(self, count, inputs):
        bias = random.random()
        self.neurons = [Neuron(inputs, bias) for _ in range(count)]

    def fire(self, values):
        return [neuron.fire(values) for neuron in self.neurons]


class Network:
    STEP_SIZE = 0.5

    def __init__(self, num_inputs, num_hidden, num_outputs):
        self.hidden = Group(num_hidden, num_inputs)
        self.output = Group(num_outputs, num_hidden)

    def train(self, inputs, targets):
        self.output.fire(self.hidden.fire(inputs))
        for neuron, target in zip(self.output.neurons, targets):
            neuron.delta = (neuron.out - target) * neuron.slope()
        for j, neuron in enumerate(self.hidden.neurons):
            neuron.delta = sum(o.delta * o.weights[j] for o in self.output.neurons) * neuron.slope()
        for neuron in self.output.neurons + self.hidden.neurons:
            for k in range(len(neuron.weights)):
                neuron.weights[k] -= self.STEP_SIZE * neuron.delta * neuron.values[k]


if __name__ == "__main__":
    net = Network(2, 3, 1)
    for _ in range(1000):
        for x, y in (([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])):
            net.train(x, y)
