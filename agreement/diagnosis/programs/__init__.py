"""Programs as people write them: loaded tolerantly, run under a tracer, read by what they compute."""
