"""`python -m backproof.agreement`, the same as `backproof`."""

from .cli.main import main

raise SystemExit(main())
