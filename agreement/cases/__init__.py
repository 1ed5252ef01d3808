"""Cases: how they are drawn, the frozen corpus, and a case as a file."""
