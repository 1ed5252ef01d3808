import numpy as np

data = [(0, 1), (1, 3), (3, 5)]
w1, b1 = np.random.randn(1, 10), np.zeros((1, 10))
w2, b2 = np.random.randn(10, 5), np.zeros((1, 5))
w3, b3 = np.random.randn(5, 1), np.zeros((1, 1))
lr = 0.02

for epoch in range(500):
    for number, wanted in data:
        x = np.array([[number]])
        y = np.array([[wanted]])
        a1 = np.tanh(x @ w1 + b1)
        a2 = np.tanh(a1 @ w2 + b2)
        a3 = a2 @ w3 + b3
        d3 = 2 * (a3 - y)
        d2 = d3 @ w3.T * (1 - a2**2)
        d1 = d2 @ w2.T * (1 - a1**2)
        w3 -= lr * a2.T @ d3
        w2 -= lr * a1.T @ d2
        w1 -= lr * x.T @ d1
        b3 -= lr * d3
        b2 -= lr * d2
        b1 -= lr * d1
