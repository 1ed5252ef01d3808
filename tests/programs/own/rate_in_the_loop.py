import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
hidden_weights = np.random.rand(2, 2)
hidden_bias = np.random.rand(1, 2)
output_weights = np.random.rand(2, 1)
output_bias = np.random.rand(1, 1)

for epoch in range(10000):
    h = np.tanh(np.dot(X, hidden_weights) + hidden_bias)
    o = 1 / (1 + np.exp(-np.dot(h, output_weights) - output_bias))
    d_o = (y - o) * o * (1 - o)
    d_h = d_o.dot(output_weights.T) * (1 - h**2)
    output_weights += h.T.dot(d_o) * 0.1
    output_bias += np.sum(d_o, axis=0, keepdims=True) * 0.1
    hidden_weights += X.T.dot(d_h) * 0.1
    hidden_bias += np.sum(d_h, axis=0, keepdims=True) * 0.1
