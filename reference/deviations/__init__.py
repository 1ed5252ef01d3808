"""Known deviations of the libraries: the list, and the wider bound of each."""
