class Layer:
    def backward_pass(self, gradient):
        raise NotImplementedError
