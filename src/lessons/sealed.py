"""Results kept on disk by the hash of all that decides them, each sealed with its own: what is damaged is absent."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from lessons import whole


def load(folder: Path, address: str) -> Any:
    """What is kept at an address, or None."""
    try:
        payload, _, seal = (folder / address).read_bytes().rpartition(b"\n")
    except OSError:
        return None
    return json.loads(payload) if hashlib.sha256(payload).hexdigest().encode() == seal else None


def save(folder: Path, address: str, value: Any) -> None:
    """Keep a value; whole or not at all, and whoever else saves the same address saves the same."""
    payload = json.dumps(value, sort_keys=True).encode()
    if (folder / address).is_dir():  # damage: a file cannot take its place
        shutil.rmtree(folder / address, ignore_errors=True)
    whole.keep(folder / address, payload + b"\n" + hashlib.sha256(payload).hexdigest().encode())
