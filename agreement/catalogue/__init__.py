"""The parts of the catalogue of mistakes: each row a wrong variant of one step of back-propagation."""
