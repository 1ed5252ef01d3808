import numpy as np


class Capa:
    def __init__(self, conexiones, neuronas, funcion):
        self.W = np.random.randn(conexiones, neuronas)
        self.b = np.random.randn(1, neuronas)
        self.funcion = funcion


class Red:
    hechas = 0

    def __init__(self):
        self.capas = []
        Red.hechas += 1
        setattr(Red, f"hecha_{Red.hechas}", self)

    def contar(self, cuantas):
        self.cuantas = cuantas

    def juntar(self, conexiones, neuronas, funcion):
        self.capas.append(Capa(conexiones, neuronas, funcion))

    def calcular(self, X):
        salidas = [X]
        for capa in self.capas:
            z = salidas[-1] @ capa.W + capa.b
            salidas.append(1 / (1 + np.exp(-z)) if capa.funcion == "logistica" else np.tanh(z))
        return salidas

    def actualizar(self, X, y):
        salidas = self.calcular(X)
        delta = None
        for capa, antes, a in reversed(list(zip(self.capas, salidas, salidas[1:]))):
            delta = a - y if delta is None else delta
            delta = delta * (a * (1 - a) if capa.funcion == "logistica" else 1 - a**2)
            capa.cambioW, capa.cambiob = antes.T @ delta, delta.sum(axis=0, keepdims=True)
            delta = delta @ capa.W.T


red = Red()
red.juntar(2, 4, "logistica")
red.juntar(4, 1, "logistica")
