"""A network of layers of neurons that are dictionaries, the bias the last weight; rows carry their class."""
from math import exp
from random import random


def new_network(inputs, hidden, outputs):
    network = []
    network.append([{"weights": [random() - 0.5 for _ in range(inputs + 1)]} for _ in range(hidden)])
    network.append([{"weights": [random() - 0.5 for _ in range(hidden + 1)]} for _ in range(outputs)])
    return network


def forward(network, row):
    values = row
    for layer in network:
        after = []
        for neuron in layer:
            z = neuron["weights"][-1] + sum(w * v for w, v in zip(neuron["weights"][:-1], values))
            neuron["output"] = 1 / (1 + exp(-z))
            after.append(neuron["output"])
        values = after
    return values


def backward(network, expected):
    for l in range(len(network) - 1, -1, -1):
        for j, neuron in enumerate(network[l]):
            if l == len(network) - 1:
                error = neuron["output"] - expected[j]
            else:
                error = sum(other["weights"][j] * other["delta"] for other in network[l + 1])
            neuron["delta"] = error * neuron["output"] * (1 - neuron["output"])


def step(network, row, l_rate):
    values = row[:-1]
    for layer in network:
        for neuron in layer:
            for k, value in enumerate(values):
                neuron["weights"][k] -= l_rate * neuron["delta"] * value
            neuron["weights"][-1] -= l_rate * neuron["delta"]
        values = [neuron["output"] for neuron in layer]


def train_network(network, train, l_rate, n_epoch, n_outputs):
    for epoch in range(n_epoch):
        for row in train:
            forward(network, row)
            expected = [0] * n_outputs
            expected[row[-1]] = 1
            backward(network, expected)
            step(network, row, l_rate)


if __name__ == "__main__":
    data = [[2.7, 2.5, 0], [1.4, 2.3, 0], [7.6, 2.7, 1], [5.3, 2.0, 1]]
    net = new_network(2, 2, 2)
    train_network(net, data, 0.5, 20, 2)
