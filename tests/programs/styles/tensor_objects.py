import numpy as np


class Node:
    def __init__(self, data, requires_grad=False):
        self.data = np.array(data)
        self.requires_grad = requires_grad
        self.grad = np.zeros(self.data.shape)
        self.parents = []

    def __add__(self, other):
        out = Node(self.data + other.data)
        out.parents = [(self, lambda g: _fit(g, self.data.shape)), (other, lambda g: _fit(g, other.data.shape))]
        return out

    def __mul__(self, other):
        out = Node(self.data * other.data)
        out.parents = [
            (self, lambda g: _fit(g * other.data, self.data.shape)),
            (other, lambda g: _fit(g * self.data, other.data.shape)),
        ]
        return out

    def __matmul__(self, other):
        out = Node(self.data @ other.data)
        out.parents = [(self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g)]
        return out

    def sum(self):
        out = Node(self.data.sum())
        out.parents = [(self, lambda g: g * np.ones(self.data.shape))]
        return out

    def tanh(self):
        t = np.tanh(self.data)
        out = Node(t)
        out.parents = [(self, lambda g: g * (1 - t**2))]
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent, _ in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = np.ones(self.data.shape)
        for node in reversed(order):
            for parent, slope in node.parents:
                parent.grad = parent.grad + slope(node.grad)


def _fit(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g
