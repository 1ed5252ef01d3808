"""Any traced program as a graph of primitives, its exact value and its exact gradient; imports no framework."""
