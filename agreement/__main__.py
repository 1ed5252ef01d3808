"""`python -m backproof.agreement`, the same as `backproof`."""

from .cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
