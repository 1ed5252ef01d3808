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
        z1 = x @ w1 + b1
        a1 = np.maximum(0, z1)
        z2 = a1 @ w2 + b2
        a2 = np.maximum(0, z2)
        a3 = a2 @ w3 + b3
        d3 = 2 * (a3 - y)
        d2 = d3 @ w3.T * (z2 > 0)
        d1 = d2 @ w2.T * (z1 > 0)
        w3 -= lr * a2.T @ d3
        w2 -= lr * a1.T @ d2
        w1 -= lr * x.T @ d1
        b3 -= lr * d3
        b2 -= lr * d2
        b1 -= lr * d1
