import numpy as np
import pandas as pd

data = np.array(pd.read_csv("digits.csv"))
rows, columns = data.shape
np.random.shuffle(data)
train = data[100:rows].T
Y_train = train[0]
X_train = train[1:columns] / 255.0


def start():
    return np.random.rand(10, 784) - 0.5, np.random.rand(10, 1), np.random.rand(10, 10) - 0.5, np.random.rand(10, 1)


def hot(Y):
    one = np.zeros((Y.size, Y.max() + 1))
    one[np.arange(Y.size), Y] = 1
    return one.T


def step(W1, b1, W2, b2, X, Y, rate):
    A1 = np.maximum(W1.dot(X) + b1, 0)
    E = np.exp(W2.dot(A1) + b2)
    dZ2 = E / E.sum(axis=0) - hot(Y)
    dZ1 = W2.T.dot(dZ2) * (A1 > 0)
    dW2, db2 = 1 / rows * dZ2.dot(A1.T), 1 / rows * dZ2.sum(axis=1, keepdims=True)
    dW1, db1 = 1 / rows * dZ1.dot(X.T), 1 / rows * dZ1.sum(axis=1, keepdims=True)
    return W1 - rate * dW1, b1 - rate * db1, W2 - rate * dW2, b2 - rate * db2


def gradient_descent(X, Y, rate, rounds):
    W1, b1, W2, b2 = start()
    for i in range(rounds):
        W1, b1, W2, b2 = step(W1, b1, W2, b2, X, Y, rate)
    return W1, b1, W2, b2


W1, b1, W2, b2 = gradient_descent(X_train, Y_train, 0.1, 500)
