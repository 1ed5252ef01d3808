"""`python -m backproof`, the same as `backproof`."""

from importlib import import_module

raise SystemExit(import_module("backproof.agreement.cli.main").main())
