import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])


class Xor:
    def __init__(self, x, y):
        self.x, self.y = x, y
        self.hidden = np.random.rand(x.shape[1], 4)
        self.out = np.random.rand(4, y.shape[1])

    def train(self, x, y):
        h = 1 / (1 + np.exp(-x @ self.hidden))
        o = 1 / (1 + np.exp(-h @ self.out))
        d_o = (y - o) * o * (1 - o)
        d_h = d_o @ self.out.T * h * (1 - h)
        self.out += h.T @ d_o * 0.3
        self.hidden += 0.3 * (x.T @ d_h)


net = Xor(X, y)
for _ in range(5000):
    net.train(X, y)
