import numpy as np


class Tanh:
    def value(self, z):
        return np.tanh(z)

    def slope(self, z):
        return 1 - np.tanh(z) ** 2


class Logistic:
    def value(self, z):
        return 1 / (1 + np.exp(-z))

    def slope(self, z):
        return self.value(z) * (1 - self.value(z))
