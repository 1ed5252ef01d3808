import arcade_of_old
from agents.bends import Logistic, Tanh
from agents.policy import Policy

world = arcade_of_old.make("ping")
seen = world.screen.shape[0] * world.screen.shape[1]
player = Policy([
    {"ins": seen, "outs": 50, "activation": Tanh()},
    {"ins": 50, "outs": 1, "activation": Logistic()},
])
player.play(world, 8000)
