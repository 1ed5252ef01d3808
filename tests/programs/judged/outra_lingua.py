"""Nomes de outra língua: what is a weight is seen by what is changed."""

import numpy as np

entradas = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
saidas = np.array([[0], [1], [1], [0]])
pesos0 = np.random.rand(2, 3)
pesos1 = np.random.rand(3, 1)
taxa = 0.2
for j in range(100000):
    oculta = 1 / (1 + np.exp(-entradas.dot(pesos0)))
    saida = 1 / (1 + np.exp(-oculta.dot(pesos1)))
    delta = (saidas - saida) * saida * (1 - saida)
    delta_oculta = delta.dot(pesos1.T) * oculta * (1 - oculta)
    pesos1 = pesos1 + oculta.T.dot(delta) * taxa
    pesos0 = pesos0 + entradas.T.dot(delta_oculta) * taxa
print(saida)
