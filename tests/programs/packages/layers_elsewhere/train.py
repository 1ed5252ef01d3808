from net import Net
from parts import Linear, Relu, Softmax
import digits


def main():
    images, labels = digits.load()
    n = Net()
    n.add(Linear(40, inputs=784))
    n.add(Relu())
    n.add(Linear(10))
    n.add(Softmax())
    n.compile()
    for epoch in range(20):
        out = n.forward(images)
        n.backprop(labels)
        n.update(0.1)


if __name__ == "__main__":
    main()
