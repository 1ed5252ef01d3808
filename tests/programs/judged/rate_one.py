"""A script that steps by the whole gradient, on data of its own."""

import numpy as np

inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
targets = np.array([[0], [1], [1], [0]])
n = 5
w0 = 2 * np.random.random((inputs.shape[1], n)) - 1
w1 = 2 * np.random.random((n, 1)) - 1
for step in range(20000):
    hidden = 1 / (1 + np.exp(-inputs.dot(w0)))
    output = 1 / (1 + np.exp(-hidden.dot(w1)))
    delta = (targets - output) * output * (1 - output)
    below = delta.dot(w1.T) * hidden * (1 - hidden)
    w1 += hidden.T.dot(delta)
    w0 += inputs.T.dot(below)
