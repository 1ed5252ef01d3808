"""`python -m backproof`, the same as `backproof`."""

from importlib import import_module

if __name__ == "__main__":
    raise SystemExit(import_module("backproof.agreement.cli.main").main())
