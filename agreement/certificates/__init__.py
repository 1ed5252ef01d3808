"""Three certificates for the gradient of any traced program: the program, each operation, the answer."""
