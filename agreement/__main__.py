"""`python -m backproof.agreement`, the same as `backproof`."""

from .cli import main

raise SystemExit(main())
