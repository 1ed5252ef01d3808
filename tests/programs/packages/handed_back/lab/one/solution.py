from nets.network import Network
from nets.parts import Linear, Sigmoid

seed = 20
mlp = Network()
mlp.add(Linear(inputs=18, outputs=10, seed=seed))
mlp.add(Sigmoid())
mlp.add(Linear(inputs=10, outputs=2, seed=seed))
mlp.add(Sigmoid())

for epoch in range(100):
    out = mlp.feedforward(x_train)
    mlp.backprop(y_train - out, 0.1)
