"""Right: weights are called by another language's word, and two hidden neurons underflow where x is large."""
import numpy as np

X = np.array([[1, 0, 0, 1, 1], [0, 1, 0, 1, 0], [0, 0, 1, 0, 1]])
y = np.array([[1], [0], [1]])
agirlik_a = np.random.uniform(-1, 1, (5, 2))
agirlik_b = np.random.uniform(-1, 1, (2, 1))
for tur in range(5000):
    gizli = 1 / (1 + np.exp(-X @ agirlik_a))
    cikti = 1 / (1 + np.exp(-gizli @ agirlik_b))
    fark = (y - cikti) * cikti * (1 - cikti)
    geri = fark @ agirlik_b.T * gizli * (1 - gizli)
    agirlik_b += gizli.T @ fark
    agirlik_a += X.T @ geri
