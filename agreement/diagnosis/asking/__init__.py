"""Asking a program for gradients: what is loaded, in which layout, inside a sandbox."""
