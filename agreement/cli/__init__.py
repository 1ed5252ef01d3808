"""The command line, a module a command; each is imported when it is used."""
