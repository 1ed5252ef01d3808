"""One example after another, gradients added up: relu, softmax, cross-entropy, mean at the end."""

import numpy as np


def relu(z):
    return np.maximum(0, z)


def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)


def gradients(weights, biases, x, y):
    n_examples = x.shape[1]
    n_layers = len(weights)
    total_w = [np.zeros(w.shape) for w in weights]
    total_b = [np.zeros(b.shape) for b in biases]
    for i in range(n_examples):
        inputs, target = x[:, i], y[:, i]
        pre, post = [], [inputs]
        for k in range(n_layers):
            z = np.dot(weights[k], post[k]) + biases[k]
            pre.append(z)
            post.append(softmax(z) if k == n_layers - 1 else relu(z))
        d = post[-1] - target
        for k in reversed(range(n_layers)):
            total_w[k] += np.outer(d, post[k])
            total_b[k] += d
            if k > 0:
                d = np.dot(weights[k].T, d) * (pre[k - 1] > 0)
    for k in range(n_layers):
        total_w[k] /= n_examples
        total_b[k] /= n_examples
    return total_w, total_b
