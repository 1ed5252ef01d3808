"""Right: a network without biases, one example a call as lists, `wih` and `who`."""
import numpy
import scipy_that_is_not_there.special


class neuralNetwork:
    def __init__(self, inputnodes, hiddennodes, outputnodes, learningrate):
        self.wih = numpy.random.normal(0.0, pow(inputnodes, -0.5), (hiddennodes, inputnodes))
        self.who = numpy.random.normal(0.0, pow(hiddennodes, -0.5), (outputnodes, hiddennodes))
        self.lr = learningrate
        self.activation_function = lambda x: scipy_that_is_not_there.special.expit(x)

    def train(self, inputs_list, targets_list):
        inputs = numpy.array(inputs_list, ndmin=2).T
        targets = numpy.array(targets_list, ndmin=2).T
        hidden = self.activation_function(numpy.dot(self.wih, inputs))
        final = self.activation_function(numpy.dot(self.who, hidden))
        errors = (targets - final) * final * (1.0 - final)
        hidden_errors = numpy.dot(self.who.T, errors)
        self.who += self.lr * numpy.dot(errors, numpy.transpose(hidden))
        self.wih += self.lr * numpy.dot(hidden_errors * hidden * (1.0 - hidden), numpy.transpose(inputs))
