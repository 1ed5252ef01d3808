from math import exp

i1, i2 = 0.05, 0.10
t1, t2 = 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
b1, b2 = 0.35, 0.35
b3, b4 = 0.60, 0.60

for step in range(2000):
    h1 = i1 * w1 + i2 * w2 + 1 * b1
    h2 = i1 * w3 + i2 * w4 + 1 * b2
    h1, h2 = 1 / (1 + exp(-h1)), 1 / (1 + exp(-h2))
    o1 = h2 * w6 + h1 * w5 + 1 * b3
    o2 = h2 * w8 + h1 * w7 + 1 * b4
    o1, o2 = 1 / (1 + exp(-o1)), 1 / (1 + exp(-o2))
    if (o1 - t1) ** 2 + (o2 - t2) ** 2 < 1e-7:
        break
    o1b, o2b = (o1 - t1) * o1 * (1 - o1), (o2 - t2) * o2 * (1 - o2)
    h1b = (o1b * w5 + o2b * w7) * h1 * (1 - h1)
    h2b = (o1b * w6 + o2b * w8) * h2 * (1 - h2)
    lr = 0.01
    w1, w2, b1 = w1 - lr * i1 * h1b, w2 - lr * i2 * h1b, b1 - lr * h1b
    w3, w4, b2 = w3 - lr * i1 * h2b, w4 - lr * i2 * h2b, b2 - lr * h2b
    w5, w6, b3 = w5 - lr * h1 * o1b, w6 - lr * h2 * o1b, b3 - lr * o1b
    w7, w8, b4 = w7 - lr * h1 * o2b, w8 - lr * h2 * o2b, b4 - lr * o2b
