"""One operation's vector-Jacobian product, judged alone."""
