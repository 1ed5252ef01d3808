"""Further libraries: HIPS autograd, MyGrad, tinygrad, TensorFlow, Keras and MLX."""
