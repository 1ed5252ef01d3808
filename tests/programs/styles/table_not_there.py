import numpy as np
import pandas as pd
from sklearn.preprocessing import LabelEncoder

df = pd.read_csv("flowers.csv")
X = df.iloc[:, 1:].values
Y = LabelEncoder().fit_transform(df.iloc[:, 0])
onehot = np.zeros((Y.shape[0], 3))
onehot[range(Y.shape[0]), Y] = 1.0
W1 = np.random.randn(X.shape[1], 7) / np.sqrt(df.shape[1])
b1 = np.zeros(7)
W2 = np.random.randn(7, 3) / np.sqrt(7)
b2 = np.zeros(3)
rate = 0.05

for epoch in range(300):
    A1 = np.maximum(X @ W1 + b1, 0)
    Z2 = A1 @ W2 + b2
    A2 = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    D2 = (A2 - onehot) / len(X)
    D1 = (D2 @ W2.T) * (A1 > 0)
    W2 -= rate * (A1.T @ D2)
    b2 -= rate * D2.sum(axis=0)
    W1 -= rate * (X.T @ D1)
    b1 -= rate * D1.sum(axis=0)
