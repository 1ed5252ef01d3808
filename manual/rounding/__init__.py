"""What rounding does to the four equations: an a-priori bound for every entry, and what it is built of."""
