"""`python -m misspawn`."""

from misspawn.cli import main

raise SystemExit(main())
