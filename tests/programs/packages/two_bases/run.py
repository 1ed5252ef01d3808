from layers.dense import Dense, Sigmoid
from model import Model
from optim.sgd import Sgd
from shop import load_clothes


def add_layers(model, x):
    model.add_layer(Dense(x.shape[1], 128))
    model.add_layer(Sigmoid())
    model.add_layer(Dense(128, 128))
    model.add_layer(Sigmoid())
    model.add_layer(Dense(128, 10))
    model.add_layer(Sigmoid())


def prepare(model):
    sgd = Sgd(learning_rate=0.05)
    model.set_optimizer(sgd)
    model.finalize()


def run(train_x, train_y):
    model = Model(kind="exact")
    add_layers(model, train_x)
    prepare(model)
    model.train(train_x, train_y, epochs=300)


if __name__ == "__main__":
    run(*load_clothes())
