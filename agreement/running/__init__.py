"""Running a check: its settings, its session, the work itself."""
