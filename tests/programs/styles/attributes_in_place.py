"""Right: weights as attributes, changed in place by a method that was handed the output."""
import matplotlib.pyplot as plt
import numpy as np


class Net:
    def __init__(self, input_size, hidden_size, output_size, lr=0.5):
        self.W1 = np.random.randn(input_size, hidden_size)
        self.b1 = np.zeros((1, hidden_size))
        self.W2 = np.random.randn(hidden_size, output_size)
        self.b2 = np.zeros((1, output_size))
        self.lr = lr

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.h = self.sigmoid(X @ self.W1 + self.b1)
        return self.sigmoid(self.h @ self.W2 + self.b2)

    def backward(self, X, y, out):
        error = y - out
        d2 = error * out * (1 - out)
        d1 = d2 @ self.W2.T * self.h * (1 - self.h)
        self.W2 += self.lr * self.h.T @ d2
        self.b2 += self.lr * d2.sum(axis=0, keepdims=True)
        self.W1 += self.lr * X.T @ d1
        self.b1 += self.lr * d1.sum(axis=0, keepdims=True)


if __name__ == "__main__":
    net = Net(2, 3, 1)
    plt.show()
