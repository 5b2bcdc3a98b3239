"""Executed notebooks as files, for those who look for them on the disk: docs/notebooks/, which git ignores."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from lessons import files
from lessons.notebook import ipynb
from lessons.page.page import Page

STAGED = Path("docs/notebooks")


def stage(root: Path, pages: Iterable[Page]) -> None:
    """Make docs/notebooks/ hold these notebooks and no others; a file that is right is not touched."""
    write(root / STAGED, {name: text for page in pages for name, text in page.files.items() if name.endswith(".ipynb")})


def write(folder: Path, texts: dict[str, str]) -> None:
    """Make a folder hold these files and no others; a file that is right is not touched."""
    with files.folder(folder, create=True) as inside:
        for old in os.listdir(inside):  # noqa: PTH208 - of a descriptor
            with contextlib.suppress(FileNotFoundError):
                is_folder = stat.S_ISDIR(os.stat(old, dir_fd=inside, follow_symlinks=False).st_mode)
                # JupyterLab leaves a folder; what begins with a dot another build may be writing.
                if is_folder or (old not in texts and not old.startswith(".")):
                    files.remove_in(inside, old)
        for name, text in texts.items():
            with contextlib.suppress(FileNotFoundError):
                if files.read_in(inside, folder / name) == text.encode():
                    continue
            files.write_in(inside, folder / name, text.encode())


def export(root: Path, folder: Path) -> list[Path]:
    """Write every staged notebook as Markdown, with its front matter, and the .ipynb beside it."""
    written = []
    with files.folder(root / STAGED, create=True) as inside:
        names = sorted(name for name in os.listdir(inside) if name.endswith(".ipynb"))  # noqa: PTH208
        texts = {name: files.read_in(inside, root / STAGED / name).decode() for name in names}
    for name, text in texts.items():
        words = json.loads(text)["metadata"]
        head = "".join(f"{key}: {json.dumps(words[key], ensure_ascii=False)}\n" for key in ("title", "description"))
        target = folder / f"{Path(name).stem}.md"
        files.write(target, f"---\n{head}---\n\n{ipynb.to_markdown(text, name)}".encode())
        files.write(folder / name, text.encode())
        written.append(target)
    return written
