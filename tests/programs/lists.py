"""No NumPy at all: lists of lists, an example in each row of x, tanh hidden, sigmoid out, squared error."""

import math


def sig(v):
    if v < 0:
        return math.exp(v) / (1 + math.exp(v))
    return 1 / (1 + math.exp(-v))


def backprop(weights, biases, x, y):
    depth = len(weights)
    count = len(x)
    gw = [[[0.0 for _ in row] for row in layer] for layer in weights]
    gb = [[0.0 for _ in layer] for layer in biases]
    for inp, want in zip(x, y):
        outs = [list(inp)]
        for k in range(depth):
            net = [sum(w * o for w, o in zip(row, outs[k])) + b for row, b in zip(weights[k], biases[k])]
            outs.append([math.tanh(v) if k < depth - 1 else sig(v) for v in net])
        err = [(o - t) * o * (1 - o) for o, t in zip(outs[-1], want)]
        for k in range(depth - 1, -1, -1):
            for j in range(len(err)):
                gb[k][j] += err[j] / count
                for i in range(len(outs[k])):
                    gw[k][j][i] += err[j] * outs[k][i] / count
            if k > 0:
                back = []
                for i in range(len(outs[k])):
                    s = 0.0
                    for j in range(len(err)):
                        s += weights[k][j][i] * err[j]
                    back.append(s * (1 - outs[k][i] ** 2))
                err = back
    return gw, gb
