"""Index notation: einsum over (example, neuron), sigmoid throughout, squared error summed, δ returned, too."""

import numpy as np


def activate(z):
    return 1 / (1 + np.exp(-z))


def slope(a):
    return a * (1 - a)


def backprop_einsum(weights, biases, x, y):
    depth = len(weights)
    acts = [x]
    nets = []
    for w, b in zip(weights, biases):
        nets.append(np.einsum("jk,mk->mj", w, acts[-1]) + b)
        acts.append(activate(nets[-1]))
    deltas = [None] * depth
    deltas[-1] = 2 * (acts[-1] - y) * slope(acts[-1])
    for l in range(depth - 2, -1, -1):
        back = np.einsum("kj,mk->mj", weights[l + 1], deltas[l + 1])
        deltas[l] = back * slope(acts[l + 1])
    dws = [np.einsum("mj,mk->jk", d, a) for d, a in zip(deltas, acts[:-1])]
    dbs = [np.einsum("mj->j", d) for d in deltas]
    return dws, dbs, deltas
