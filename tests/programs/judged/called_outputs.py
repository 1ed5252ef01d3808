"""A script whose targets are called outputs."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
outputs = np.array([[0], [1], [1], [0]])
input_neurons, hidden_neurons, output_neurons = 2, 2, 1
hidden_weights = np.random.uniform(size=(input_neurons, hidden_neurons))
hidden_bias = np.random.uniform(size=(1, hidden_neurons))
output_weights = np.random.uniform(size=(hidden_neurons, output_neurons))
output_bias = np.random.uniform(size=(1, output_neurons))
learning_rate = 0.1

for epoch in range(10000):
    hidden = sigmoid(np.dot(inputs, hidden_weights) + hidden_bias)
    predicted = sigmoid(np.dot(hidden, output_weights) + output_bias)
    error = outputs - predicted
    of_predicted = error * predicted * (1 - predicted)
    of_hidden = of_predicted.dot(output_weights.T) * hidden * (1 - hidden)
    output_weights += hidden.T.dot(of_predicted) * learning_rate
    output_bias += np.sum(of_predicted, axis=0, keepdims=True) * learning_rate
    hidden_weights += inputs.T.dot(of_hidden) * learning_rate
    hidden_bias += np.sum(of_hidden, axis=0, keepdims=True) * learning_rate
