"""Right as far as it goes: a script whose biases are there and are never changed by its step."""
import numpy as np

X = np.array(([2, 9], [1, 5], [3, 6]), dtype=float)
y = np.array(([0.92], [0.86], [0.89]), dtype=float)
epoch = 5000
lr = 0.1
wh = np.random.uniform(size=(2, 3))
bh = np.random.uniform(size=(1, 3))
wout = np.random.uniform(size=(3, 1))
bout = np.random.uniform(size=(1, 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


for i in range(epoch):
    h = sigmoid(np.dot(X, wh) + bh)
    output = sigmoid(np.dot(h, wout) + bout)
    d_output = (y - output) * output * (1 - output)
    d_hidden = d_output.dot(wout.T) * h * (1 - h)
    wout += h.T.dot(d_output) * lr
    wh += X.T.dot(d_hidden) * lr
