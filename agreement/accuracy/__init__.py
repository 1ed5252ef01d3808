"""How accurate one neuron, or one cost, of a library is: its largest error, searched for."""
