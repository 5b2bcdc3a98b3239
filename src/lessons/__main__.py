"""`python -m lessons` is the same as the command `lessons`."""

import sys

if __name__ == "__main__":
    # Python has put the working directory first. Nothing more comes from it, now and after `settled` has started again.
    if not sys.flags.safe_path:
        del sys.path[0]

    from lessons.cli import main

    raise SystemExit(main())
