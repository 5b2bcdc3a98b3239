"""What a lesson's code may read, and so may show: each of it decides the key of a kept result, or is out of reach.

In reach are the files of the lesson's own data folder, which lies beside it and has its name; the modules of this
package that its code can import; and what is installed. Everything else of the project is refused, see `confine`.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.util
import platform
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lessons.page import imports

PACKAGE = Path(__file__).resolve().parents[1]
LOCK = "requirements.txt"
# What holds code that runs, and the environment it runs in.
AROUND = ("confine", "environment.py", "pipe.py", "unshowable.py", "drawn.py")
# Signs that code may import what its text does not name.
_DARK = ("importlib", "__import__", "sys.modules", "exec(", "eval(")


@dataclass(frozen=True)
class Inputs:
    """What one page or notebook may read. `data`: files, with the names that its code knows them by."""

    code: tuple[str, ...]
    modules: frozenset[Path]
    data: tuple[tuple[str, Path], ...]
    lock: Path

    def key(self, *runners: Path) -> str:
        """The address of what running it came to. `runners`: the files of this package that run such code."""
        digest = hashlib.sha256(installed(self.lock))

        def add(name: str, data: bytes) -> None:
            digest.update(f"{name}\0{len(data)}\0".encode() + data)

        for code in self.code:
            add("code", code.encode(errors="surrogatepass"))
        for file in sorted({*self.modules, *runners, *_around()}):
            add(file.relative_to(PACKAGE).as_posix(), file.read_bytes())
        for name, file in self.data:
            add(f"data {name}", file.read_bytes())
        return digest.hexdigest()

    def readable(self) -> list[Path]:
        """The files of this package that its process may read: modules, and what Python has compiled of them."""
        return [*self.modules, *(Path(importlib.util.cache_from_source(str(file))) for file in self.modules)]

    def lay_out(self, folder: Path) -> None:
        """Copy the data into a process's own folder."""
        for name, file in self.data:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)

    def forget_others(self) -> None:
        """Take the modules of this package that it cannot import out of this process: they are loaded already."""
        names = {_name(file) for file in self.modules}
        for module in [*sys.modules]:
            if module.partition(".")[0] == PACKAGE.name and module not in names:
                del sys.modules[module]


def inputs(code: Sequence[str], file: Path) -> Inputs:
    """What the code of a page or a notebook, which stands in `file`, may read."""
    folders = file.resolve().parents
    lock = next((folder / LOCK for folder in folders if (folder / LOCK).is_file()), folders[-1] / LOCK)
    return Inputs(tuple(code), frozenset(reached(code)), tuple(data_files(file)), lock)


def data_files(file: Path) -> Iterator[tuple[str, Path]]:
    """The files of the folder beside a page or a notebook that has its name; pages in it are pages."""
    folder = file.resolve().with_suffix("")
    for found in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if found.suffix != ".md" and not found.is_symlink() and found.is_file():
            yield found.relative_to(folder).as_posix(), found


def reached(code: Iterable[str]) -> set[Path]:
    """The files of this package that code can import, by following `import` from file to file."""
    found: set[Path] = set()
    texts = list(code)
    while texts:
        text = texts.pop()
        if is_dark(text):
            return set(PACKAGE.rglob("*.py"))
        for file in {file for module in imports.modules(text) for file in _files(module)} - found:
            found.add(file)
            texts.append(file.read_text(encoding="utf-8"))
    return found


@functools.cache
def is_dark(code: str) -> bool:
    """Whether code may import what `imports.modules` does not see."""
    if any(sign in code for sign in _DARK):
        return True
    tree = imports.parsed(code)
    return tree is None or any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))


def _files(module: str) -> Iterator[Path]:
    """The file of a module of this package, and the packages above it, which an import runs too."""
    first, *rest = module.split(".")
    if first != PACKAGE.name:
        return
    folder = PACKAGE
    yield folder / "__init__.py"
    for part in rest:
        if (folder / f"{part}.py").is_file():
            yield folder / f"{part}.py"
            return
        folder = folder / part
        if not (folder / "__init__.py").is_file():
            return
        yield folder / "__init__.py"


def _name(file: Path) -> str:
    """The name of the module that a file of this package holds."""
    parts = [PACKAGE.name, *file.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _around() -> Iterator[Path]:
    for name in AROUND:
        path = PACKAGE / name
        yield from path.rglob("*.py") if path.is_dir() else [path]


def installed(lock: Path) -> bytes:
    """A hash of what runs code and no lesson brings: Python, the machine, what is installed and what should be."""
    digest = hashlib.sha256(f"{sys.version} {platform.machine()}".encode())
    digest.update(_packages() + (lock.read_bytes() if lock.is_file() else b""))
    return digest.digest()


@functools.cache
def _packages() -> bytes:
    """The C library and the installed packages, by name and version. They do not change under a running command."""
    names = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    return "\0".join([*platform.libc_ver(), *names]).encode()
