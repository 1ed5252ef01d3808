# -*- coding: latin-1 -*-
"""Right: Python 2, in Latin-1."""
import cPickle
import numpy as np

name = u"Müller"


def sigmoid(z, deriv=False):
    if deriv == True:
	return z * (1 - z)
    return 1 / (1 + np.exp(-z))


def train(X, y, W1, W2, alpha, iterations):
    for i in xrange(iterations):
        a1 = sigmoid(np.dot(X, W1))
        a2 = sigmoid(np.dot(a1, W2))
        d2 = (y - a2) * sigmoid(a2, True)
        d1 = d2.dot(W2.T) * sigmoid(a1, True)
        W2 += alpha * a1.T.dot(d2)
        W1 += alpha * X.T.dot(d1)
        if i % 100 == 0:
            print "error", np.mean(np.abs(y - a2)), \
                "after", i
    print """done
it is"""
    return W1, W2
