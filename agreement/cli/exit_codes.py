"""The exit codes of every command."""

AGREE, DISAGREE, USAGE, NOTHING_CHECKED, INTERRUPTED = 0, 1, 2, 5, 130
