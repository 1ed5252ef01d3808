"""Lists of numbers, a bias among the inputs alone, its learning rate and its momentum called N and M."""

import math
import random


class Network:
    def __init__(self, ni, nh, no):
        self.ni, self.nh, self.no = ni + 1, nh, no
        self.ai, self.ah, self.ao = [1.0] * self.ni, [1.0] * nh, [1.0] * no
        self.wi = [[random.uniform(-0.2, 0.2) for _ in range(nh)] for _ in range(self.ni)]
        self.wo = [[random.uniform(-2.0, 2.0) for _ in range(no)] for _ in range(nh)]
        self.ci = [[0.0] * nh for _ in range(self.ni)]
        self.co = [[0.0] * no for _ in range(nh)]

    def update(self, inputs):
        for i in range(self.ni - 1):
            self.ai[i] = inputs[i]
        for j in range(self.nh):
            self.ah[j] = math.tanh(sum(self.ai[i] * self.wi[i][j] for i in range(self.ni)))
        for k in range(self.no):
            self.ao[k] = math.tanh(sum(self.ah[j] * self.wo[j][k] for j in range(self.nh)))

    def back(self, targets, N, M):
        of_o = [(1.0 - self.ao[k] ** 2) * (targets[k] - self.ao[k]) for k in range(self.no)]
        of_h = [0.0] * self.nh
        for j in range(self.nh):
            error = sum(of_o[k] * self.wo[j][k] for k in range(self.no))
            of_h[j] = (1.0 - self.ah[j] ** 2) * error
        for j in range(self.nh):
            for k in range(self.no):
                change = of_o[k] * self.ah[j]
                self.wo[j][k] = self.wo[j][k] + N * change + M * self.co[j][k]
                self.co[j][k] = change
        for i in range(self.ni):
            for j in range(self.nh):
                change = of_h[j] * self.ai[i]
                self.wi[i][j] = self.wi[i][j] + N * change + M * self.ci[i][j]
                self.ci[i][j] = change

    def train(self, patterns, iterations=1000, N=0.5, M=0.1):
        for _ in range(iterations):
            for pattern in patterns:
                self.update(pattern[0])
                self.back(pattern[1], N, M)


if __name__ == "__main__":
    net = Network(2, 2, 1)
    net.train([[[0, 0], [0]], [[0, 1], [1]], [[1, 0], [1]], [[1, 1], [0]]])
