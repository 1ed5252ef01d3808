import numpy as np
import pandas as pd

table = pd.read_csv("digits.csv")
images = (table.drop(columns=["label"]) / 255.0).T
classes = np.eye(10)[table["label"]].T


def start():
    w1 = np.random.rand(800, 28 * 28) - 0.5
    b1 = np.random.rand(800, 1) - 0.5
    w2 = np.random.rand(10, 800) - 0.5
    b2 = np.random.rand(10, 1) - 0.5
    return w1, b1, w2, b2


def back(w1, b1, w2, b2, X, Y):
    m = X.shape[1]
    z1 = w1.dot(X.reshape(784, m)) + b1
    a1 = np.tanh(z1)
    a2 = np.exp(w2.dot(a1) + b2)
    a2 = a2 / a2.sum(axis=0)
    d2 = (a2 - Y) / m
    d1 = w2.T.dot(d2) * (1 - a1**2)
    return d1.dot(X.T), d1.sum(axis=1).reshape(800, 1), d2.dot(a1.T), d2.sum(axis=1).reshape(10, 1)


def descend(X, Y, alpha, iterations):
    w1, b1, w2, b2 = start()
    for _ in range(iterations):
        dw1, db1, dw2, db2 = back(w1, b1, w2, b2, X, Y)
        w1, b1 = w1 - alpha * dw1, b1 - alpha * db1
        w2, b2 = w2 - alpha * dw2, b2 - alpha * db2
    return w1, b1, w2, b2


descend(images, classes, 0.05, 200)
