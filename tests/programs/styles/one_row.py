import numpy as np

rng = np.random.default_rng(0)
x = rng.random((10, 3))
y = (x.sum(axis=1) > 1.5).astype(float)
w1 = rng.normal(size=(3, 4))
b1 = np.zeros(4)
w2 = rng.normal(size=4)
b2 = 0.0
lr = 0.1
for epoch in range(500):
    h = 1 / (1 + np.exp(-(x @ w1 + b1)))
    p = 1 / (1 + np.exp(-(h @ w2 + b2)))
    d = p - y
    g2 = h.T @ d / len(y)
    e = np.outer(d, w2) * h * (1 - h)
    g1 = x.T @ e / len(y)
    w2 -= lr * g2
    b2 -= lr * d.mean()
    w1 -= lr * g1
    b1 -= lr * e.mean(axis=0)
