import numpy as np


class Classifier:
    def __init__(self, nx, nodes):
        if type(nx) is not int or type(nodes) is not int:
            raise TypeError("both are numbers of neurons")
        self.__w1 = np.random.randn(nodes, nx)
        self.__c1 = np.zeros((nodes, 1))
        self.__w2 = np.random.randn(1, nodes)
        self.__c2 = 0

    def forward(self, x):
        a = 1 / (1 + np.exp(-(self.__w1 @ x + self.__c1)))
        return a, 1 / (1 + np.exp(-(self.__w2 @ a + self.__c2)))

    def train(self, x, y, iterations=100, alpha=0.05):
        for _ in range(iterations):
            a1, a2 = self.forward(x)
            d2 = a2 - y
            d1 = (self.__w2.T @ d2) * a1 * (1 - a1)
            g2 = a1 @ d2.T / x.shape[1]
            g1 = x @ d1.T / x.shape[1]
            self.__w2 = self.__w2 - alpha * g2.T
            self.__c2 = self.__c2 - alpha * d2.mean(axis=1, keepdims=True)
            self.__w1 = self.__w1 - alpha * g1.T
            self.__c1 = self.__c1 - alpha * d1.mean(axis=1, keepdims=True)
