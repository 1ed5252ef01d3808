"""Networks that we put together of what a program defines, and the calls that we make of them."""
