"""Right: a network that is handed its layers, which the main block makes; no biases."""
from numpy import array, dot, exp, random


class NeuronLayer:
    def __init__(self, number_of_neurons, number_of_inputs_per_neuron):
        self.synaptic_weights = 2 * random.random((number_of_inputs_per_neuron, number_of_neurons)) - 1


class NeuralNetwork:
    def __init__(self, layer1, layer2):
        self.layer1 = layer1
        self.layer2 = layer2

    def __sigmoid(self, x):
        return 1 / (1 + exp(-x))

    def train(self, training_set_inputs, training_set_outputs, number_of_training_iterations):
        for iteration in range(number_of_training_iterations):
            a1, a2 = self.think(training_set_inputs)
            d2 = (training_set_outputs - a2) * a2 * (1 - a2)
            d1 = d2.dot(self.layer2.synaptic_weights.T) * a1 * (1 - a1)
            layer1_adjustment = training_set_inputs.T.dot(d1)
            layer2_adjustment = a1.T.dot(d2)
            self.layer1.synaptic_weights += layer1_adjustment
            self.layer2.synaptic_weights += layer2_adjustment

    def think(self, inputs):
        a1 = self.__sigmoid(dot(inputs, self.layer1.synaptic_weights))
        return a1, self.__sigmoid(dot(a1, self.layer2.synaptic_weights))


if __name__ == "__main__":
    layer1 = NeuronLayer(4, 3)
    layer2 = NeuronLayer(1, 4)
    neural_network = NeuralNetwork(layer1, layer2)
    neural_network.train(array([[0, 0, 1], [0, 1, 1], [1, 0, 1]]), array([[0, 1, 1]]).T, 60000)
