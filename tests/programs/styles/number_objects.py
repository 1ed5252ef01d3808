"""Numbers that know how they were computed, neurons of them, and a network of these; no cost."""
import math
import random


class Number:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0
        self.parents = set(parents)
        self.pull = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data + other.data, (self, other))

        def pull():
            self.grad += out.grad
            other.grad += out.grad

        out.pull = pull
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data * other.data, (self, other))

        def pull():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.pull = pull
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def tanh(self):
        t = math.tanh(self.data)
        out = Number(t, (self,))

        def pull():
            self.grad += (1 - t * t) * out.grad

        out.pull = pull
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.pull()


class Neuron:
    def __init__(self, inputs):
        self.w = [Number(random.uniform(-1, 1)) for _ in range(inputs)]
        self.b = Number(0)

    def __call__(self, x):
        return sum((w * v for w, v in zip(self.w, x)), self.b).tanh()


class Group:
    def __init__(self, inputs, count):
        self.neurons = [Neuron(inputs) for _ in range(count)]

    def __call__(self, x):
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out


class Net:
    def __init__(self, nin, nouts):
        sizes = [nin] + nouts
        self.layers = [Group(a, b) for a, b in zip(sizes, sizes[1:])]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
