"""`python -m lessons` is the same as the command `lessons`."""

from lessons.cli import main

raise SystemExit(main())
