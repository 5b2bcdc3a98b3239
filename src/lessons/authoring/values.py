"""Every computed value of the site, for a reviewer: what it is, where it stands, and what a change does to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lessons import bounds, git
from lessons.page import checks, execute, mathml, source
from lessons.visible import in_json, on_one_line

LONGEST = 100_000  # characters of a summary: GitHub shows none of more than a mebibyte


class NoBase(ValueError):
    """The base revision is not to be had; the message is git's own, in one line."""


@dataclass(frozen=True)
class Computed:
    """One value on one page. `number` is the whole number behind the text, None for text and pictures."""

    page: str
    line: int
    expression: str
    symbol: str
    text: str
    unit: str
    number: float | None

    def __str__(self) -> str:
        symbol = f"   [{self.symbol}]" if self.symbol else ""
        return on_one_line(f"{self.page}:{self.line}: {self.expression}: {self.text}{symbol}")


def values(paths: Iterable[Path]) -> list[Computed]:
    """The values of these pages, in the order in which they stand. Pages with problems give what they got to."""
    pages = []
    for path in paths:
        if checks.too_much(path) is None:
            with bounds.reading(path.as_posix()):
                pages.append(source.read(path.as_posix(), checks.text(path)))
    return [
        Computed(where.path, where.line, expression, said.symbol, said.text, said.unit, said.number)
        for page in execute.evaluated(pages, twice=False)
        for where, expression, said in page.described
    ]


def listed(found: Sequence[Computed], form: str) -> str:
    if form == "json":
        return in_json(json.dumps([asdict(value) for value in found], indent=1, ensure_ascii=False))
    return "\n".join([*map(str, found), f"{len(found)} value{'' if len(found) == 1 else 's'}"])


def diff(old: Sequence[Computed], new: Sequence[Computed]) -> str:
    """Which values a branch changes, old → new. A value is known by its page, its expression and its turn there."""
    before, after = _keyed(old), _keyed(new)
    lines = []
    for key, value in after.items():
        if key not in before:
            lines.append(f"{value.page}:{value.line}: {value.expression}: new, {value.text}")
        elif (before[key].text, before[key].number) != (value.text, value.number):
            was, now = before[key], value
            exact = f"   ({was.number!r} → {now.number!r})" if was.text == now.text else ""
            lines.append(f"{value.page}:{value.line}: {value.expression}: {was.text} → {now.text}{exact}")
    lines += [f"{v.page}: {v.expression}: {v.text} → gone" for key, v in before.items() if key not in after]
    return "\n".join([*map(on_one_line, lines), f"{len(lines)} of {len(after)} values changed"])


def fenced(text: str) -> str:
    """The text as Markdown that shows it as it is: in a fence longer than any in it, short enough for a summary."""
    shown = "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text)
    if len(shown) > LONGEST:
        shown = f"{shown[:LONGEST]}\n… and {len(shown) - LONGEST} characters more: `make values BASE=main` lists them"
    fence = "`" * (2 + max(map(len, re.findall("`+", shown)), default=1))
    return f"{fence}text\n{shown}\n{fence}"


def _keyed(found: Sequence[Computed]) -> dict[tuple[str, str, int], Computed]:
    turns: dict[tuple[str, str], int] = {}
    keyed = {}
    for value in found:
        turn = turns.get((value.page, value.expression), 0)
        turns[value.page, value.expression] = turn + 1
        keyed[value.page, value.expression, turn] = value
    return keyed


def at(base: str) -> list[Computed]:
    """The values of another revision, computed by that revision's own code. Raises NoBase."""
    modules = mathml.modules()
    with tempfile.TemporaryDirectory() as folder:
        try:
            git.unpack(Path(), base, Path(folder), without=[modules.name])
        except git.GitFailed as fault:
            raise NoBase(str(fault)) from None
        (Path(folder) / modules.name).symlink_to(modules)
        command = [sys.executable, "-P", "-m", "lessons", "values", "--format", "json"]
        environment = os.environ | {"PYTHONPATH": str(Path(folder) / "src")}
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoBase(f"{base} cannot list its values: {' '.join(done.stderr.split())[:300]}")
    try:
        return [Computed(**row) for row in json.loads(done.stdout)]
    except (TypeError, ValueError):
        raise NoBase(f"{base} lists its values in another form: its own code says what they are") from None
