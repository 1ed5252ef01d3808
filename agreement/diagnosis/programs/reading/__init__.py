"""Reading what a program does: which call, which arrays are its parameters, which its gradients."""
