import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))


def slope(z):
    return squash(z) * (1 - squash(z))


class ThreeNeurons:
    def __init__(self):
        self.w1, self.w2, self.w3, self.w4, self.w5, self.w6 = np.random.normal(size=6)
        self.b1, self.b2, self.b3 = np.random.normal(size=3)

    def train(self, data, answers):
        rate = 0.1
        for epoch in range(1000):
            for x, wanted in zip(data, answers):
                left = self.w1 * x[0] + self.w2 * x[1] + self.b1
                a_left = squash(left)
                right = self.w3 * x[0] + self.w4 * x[1] + self.b2
                a_right = squash(right)
                out = self.w5 * a_left + self.w6 * a_right + self.b3
                answer = squash(out)
                d_out = -2 * (wanted - answer) * slope(out)
                d_left = d_out * self.w5 * slope(left)
                d_right = d_out * self.w6 * slope(right)
                self.w1 -= rate * d_left * x[0]
                self.w2 -= rate * d_left * x[1]
                self.b1 -= rate * d_left
                self.w3 -= rate * d_right * x[0]
                self.w4 -= rate * d_right * x[1]
                self.b2 -= rate * d_right
                self.w5 -= rate * d_out * a_left
                self.w6 -= rate * d_out * a_right
                self.b3 -= rate * d_out


ThreeNeurons().train(np.array([[-2, -1], [25, 6], [17, 4], [-15, -6]]), np.array([1, 0, 0, 1]))
