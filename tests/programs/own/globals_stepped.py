import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
X_train = digits.data / 16.0
y_train = np.eye(10)[digits.target]
n_features = X_train.shape[1]
W1 = np.random.randn(n_features, 12) * 0.1
b1 = np.zeros((1, 12))
W2 = np.random.randn(12, 10) * 0.1
b2 = np.zeros((1, 10))


def forward(X):
    z1 = X @ W1 + b1
    a1 = np.maximum(0, z1)
    z2 = a1 @ W2 + b2
    e = np.exp(z2 - z2.max(axis=1, keepdims=True))
    return z1, a1, e / e.sum(axis=1, keepdims=True)


def step(X, y, z1, a1, a2, lr=0.1):
    global W1, b1, W2, b2
    dz2 = (a2 - y) / len(y)
    dz1 = (dz2 @ W2.T) * (z1 > 0)
    dW2, db2 = a1.T @ dz2, dz2.sum(axis=0, keepdims=True)
    dW1, db1 = X.T @ dz1, dz1.sum(axis=0, keepdims=True)
    W1 -= lr * dW1
    b1 -= lr * db1
    W2 -= lr * dW2
    b2 -= lr * db2


def run(epochs=1000):
    for _ in range(epochs):
        z1, a1, a2 = forward(X_train)
        step(X_train, y_train, z1, a1, a2)


if __name__ == "__main__":
    run()
