"""Passes over arrays compiled by numba, where that is installed (the extra `fast`): the same bits, in less time."""
