"""Right: pure Python, a list of layers of neurons, the bias the last weight of each, changed in place."""
import math


def dot(v, w):
    return sum(a * b for a, b in zip(v, w))


def feed_forward(network, x):
    outputs = []
    for layer in network:
        x = [1 / (1 + math.exp(-dot(neuron, x + [1]))) for neuron in layer]
        outputs.append(x)
    return outputs


def backpropagate(network, input_vector, target):
    hidden, outputs = feed_forward(network, input_vector)
    d2 = [o * (1 - o) * (o - t) for o, t in zip(outputs, target)]
    d1 = [h * (1 - h) * dot(d2, [neuron[i] for neuron in network[-1]]) for i, h in enumerate(hidden)]
    for i, neuron in enumerate(network[-1]):
        for j, h in enumerate(hidden + [1]):
            neuron[j] -= d2[i] * h
    for i, neuron in enumerate(network[0]):
        for j, x in enumerate(input_vector + [1]):
            neuron[j] -= d1[i] * x
