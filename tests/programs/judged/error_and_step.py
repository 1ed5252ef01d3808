"""A script with two mistakes in BP2: the error is passed back in place of δ², through W² as it is after the step."""

import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
w1, w2 = np.random.rand(2, 2), np.random.rand(2, 1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def slope(a):
    return a * (1 - a)


for _ in range(5000):
    h = sigmoid(X.dot(w1))
    o = sigmoid(h.dot(w2))
    error = y - o
    w2 += h.T.dot(error * slope(o)) * 0.1
    w1 += X.T.dot(error.dot(w2.T) * slope(h)) * 0.1

print("Output:\n", o.round(3))
