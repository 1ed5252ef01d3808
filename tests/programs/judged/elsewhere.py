"""Its neurons are computed in a module that is not there."""

import numpy as np
from neurons import squash, squashed_slope


def gradients(W1, b1, W2, b2, X, Y):
    A1 = squash(W1 @ X + b1)
    A2 = squash(W2 @ A1 + b2)
    dZ2 = (A2 - Y) * squashed_slope(A2)
    dZ1 = (W2.T @ dZ2) * squashed_slope(A1)
    return dZ1 @ X.T, dZ1.sum(1, keepdims=True), dZ2 @ A1.T, dZ2.sum(1, keepdims=True)
