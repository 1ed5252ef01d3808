import numpy as np


def ativa(s):
    return 1 / (1 + np.exp(-s))


entradas = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
esperadas = np.array([0, 1, 1, 0])
pesos_oculta = np.array([[-0.4, 0.3], [-0.7, -0.5], [-0.9, -0.4]])
pesos_saida = np.array([-0.1, -0.8, 0.1])
taxa = 0.3

for epoca in range(10000):
    soma_saida = np.zeros_like(pesos_saida)
    soma_oculta = np.zeros_like(pesos_oculta)
    for i in range(len(entradas)):
        oculta = ativa(np.dot(pesos_oculta, entradas[i]))
        saida = ativa(np.dot(pesos_saida, oculta))
        delta_saida = (esperadas[i] - saida) * saida * (1 - saida)
        delta_oculta = oculta * (1 - oculta) * pesos_saida * delta_saida
        soma_saida += oculta * delta_saida
        soma_oculta += np.outer(delta_oculta, entradas[i])
    pesos_saida = pesos_saida + soma_saida * taxa
    pesos_oculta = pesos_oculta + soma_oculta * taxa
