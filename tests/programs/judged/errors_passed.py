"""The error is passed back in place of δ, by a network without biases."""

import numpy as np


class Network:
    def __init__(self, inputs, hidden, outputs, rate):
        self.wih = np.random.normal(0.0, inputs**-0.5, (hidden, inputs))
        self.who = np.random.normal(0.0, hidden**-0.5, (outputs, hidden))
        self.rate = rate

    def train(self, inputs_list, targets_list):
        inputs = np.array(inputs_list, ndmin=2).T
        targets = np.array(targets_list, ndmin=2).T
        hidden = 1 / (1 + np.exp(-self.wih @ inputs))
        outputs = 1 / (1 + np.exp(-self.who @ hidden))
        errors = targets - outputs
        hidden_errors = self.who.T @ errors
        self.who += self.rate * (errors * outputs * (1 - outputs)) @ hidden.T
        self.wih += self.rate * (hidden_errors * hidden * (1 - hidden)) @ inputs.T
