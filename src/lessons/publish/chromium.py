"""The browser that prints the decks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),  # its own sandbox, which it has for nobody who may do all
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def browser() -> str | None:
    """The path of an installed Chromium, or None."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def identity() -> str:
    """What tells one installed Chromium from another; empty where there is none."""
    found = browser()
    if found is None:
        return ""
    binary = Path(found).resolve()
    about = binary.stat()
    return f"{binary} {about.st_size} {about.st_mtime_ns}"
