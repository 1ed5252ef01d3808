"""Rows that end with their class, in a list that is called as a list of pairs might be."""

from math import exp
from random import random


def initialise(n_inputs, n_hidden, n_outputs):
    network = [[{"weights": [random() for _ in range(n_inputs + 1)]} for _ in range(n_hidden)]]
    network.append([{"weights": [random() for _ in range(n_hidden + 1)]} for _ in range(n_outputs)])
    return network


def forward(network, row):
    values = row
    for layer in network:
        for neuron in layer:
            z = neuron["weights"][-1]
            for i in range(len(neuron["weights"]) - 1):
                z += neuron["weights"][i] * values[i]
            neuron["output"] = 1.0 / (1.0 + exp(-z))
        values = [neuron["output"] for neuron in layer]
    return values


def backward(network, expected):
    for i in reversed(range(len(network))):
        for j, neuron in enumerate(network[i]):
            if i == len(network) - 1:
                error = neuron["output"] - expected[j]
            else:
                error = sum(other["weights"][j] * other["delta"] for other in network[i + 1])
            neuron["delta"] = error * neuron["output"] * (1.0 - neuron["output"])


def step(network, row, l_rate):
    for i in range(len(network)):
        values = row[:-1] if i == 0 else [neuron["output"] for neuron in network[i - 1]]
        for neuron in network[i]:
            for j in range(len(values)):
                neuron["weights"][j] -= l_rate * neuron["delta"] * values[j]
            neuron["weights"][-1] -= l_rate * neuron["delta"]


def train_network(network, training_set, l_rate, n_epoch, n_outputs):
    for _ in range(n_epoch):
        for row in training_set:
            forward(network, row)
            expected = [0 for _ in range(n_outputs)]
            expected[row[-1]] = 1
            backward(network, expected)
            step(network, row, l_rate)
