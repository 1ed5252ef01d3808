import numpy as np
from prepared import features, targets, features_test, targets_test

n_hidden = 2
epochs = 900
learnrate = 0.005
n_records, n_features = features.shape
weights_in = np.random.normal(scale=1 / n_features**0.5, size=(n_features, n_hidden))
weights_out = np.random.normal(scale=1 / n_features**0.5, size=n_hidden)

for e in range(epochs):
    step_in = np.zeros(weights_in.shape)
    step_out = np.zeros(weights_out.shape)
    for x, y in zip(features.values, targets):
        hidden = 1 / (1 + np.exp(-np.dot(x, weights_in)))
        output = 1 / (1 + np.exp(-np.dot(hidden, weights_out)))
        d_out = (y - output) * output * (1 - output)
        d_hidden = np.dot(d_out, weights_out) * hidden * (1 - hidden)
        step_out += d_out * hidden
        step_in += d_hidden * x[:, None]
    weights_in += learnrate * step_in / n_records
    weights_out += learnrate * step_out / n_records
