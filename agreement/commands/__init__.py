"""The commands, a module each: `add_arguments(parser)` and `run(given, folder) -> exit code`."""
