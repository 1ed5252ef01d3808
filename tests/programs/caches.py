"""Columns and dictionaries of caches, as a well-known course writes it: relu, sigmoid output, cross-entropy."""

import numpy as np


def linear_forward(A_prev, W, b):
    Z = np.dot(W, A_prev) + b
    return Z, {"A_prev": A_prev, "W": W, "Z": Z}


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def relu_backward(dA, Z):
    dZ = np.array(dA, copy=True)
    dZ[Z <= 0] = 0
    return dZ


def linear_backward(dZ, cache):
    m = cache["A_prev"].shape[1]
    dW = np.dot(dZ, cache["A_prev"].T) / m
    db = np.sum(dZ, axis=1, keepdims=True) / m
    dA_prev = np.dot(cache["W"].T, dZ)
    return dA_prev, dW, db


def model_backward(weights, biases, X, Y):
    L = len(weights)
    caches = {}
    A = X
    for l in range(1, L + 1):
        Z, caches[l] = linear_forward(A, weights[l - 1], biases[l - 1])
        A = sigmoid(Z) if l == L else np.maximum(0, Z)
    grads = {}
    dZ = A - Y
    for l in range(L, 0, -1):
        dA_prev, grads[f"dW{l}"], grads[f"db{l}"] = linear_backward(dZ, caches[l])
        if l > 1:
            dZ = relu_backward(dA_prev, caches[l - 1]["Z"])
    return grads
