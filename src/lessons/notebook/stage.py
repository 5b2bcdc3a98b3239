"""Executed notebooks where the site generator finds them, and as plain Markdown for those that read no notebooks."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lessons import whole
from lessons.notebook import cache, execute
from lessons.notebook.outputs import Outputs
from lessons.notebook.shown import formula
from lessons.notebook.shown import problems as unfit
from lessons.notebook.source import Notebook, read
from lessons.page import files
from lessons.page.problem import Location, Problem

SOURCES = Path("notebooks")
STAGED = Path("docs/notebooks")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}
_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")  # a terminal's colours, and what no page shows

Say = Callable[[str], None]


def notebooks(root: Path) -> tuple[list[Notebook], list[Problem]]:
    """All notebooks of the project, and what is wrong with their words."""
    found, problems = [], _links(root)
    for path in [] if problems else sorted((root / SOURCES).glob("*.py")):
        notebook, faults = read(path.relative_to(root), path.read_text(encoding="utf-8"))
        found.append(notebook)
        problems += faults
    return found, problems


def _links(root: Path) -> list[Problem]:
    """L009: what a link leads to, anywhere on this machine, would be read and published. L013: what is no file."""
    special = [
        Problem(Location(path.relative_to(root).as_posix()), *fault)
        for path in sorted((root / SOURCES).glob("*.py"))
        if (fault := files.irregular(path))
    ]
    return special + [
        Problem(Location(path.relative_to(root).as_posix()), "L009", "a symbolic link", "put the file itself here")
        for path in sorted((root / SOURCES).rglob("*"))
        if path.is_symlink()
    ]


def stage(root: Path, say: Say, jobs: int = 0) -> list[Problem]:
    """Run what has to be run and write every notebook, executed, into docs/notebooks/. Returns the problems.

    With a problem nothing is written. What was run is kept, so a build that is cut short goes on where it was.
    """
    found, problems = notebooks(root)
    if problems:
        return problems
    addresses = {notebook.slug: cache.key(notebook) for notebook in found}
    outputs = {slug: kept for slug, address in addresses.items() if (kept := cache.load(address)) is not None}
    missing = [notebook for notebook in found if notebook.slug not in outputs]

    def finished(notebook: Notebook, result: Outputs, seconds: float) -> None:
        outputs[notebook.slug] = _from_anywhere(result, root)
        cache.save(addresses[notebook.slug], outputs[notebook.slug])
        say(f"ran {notebook.path.as_posix()} in {seconds:.1f} s ({len(outputs)} of {len(found)} ready)")

    def started(notebook: Notebook) -> None:
        say(f"running {notebook.path.as_posix()}")

    problems = execute.execute(missing, finished, started, jobs)
    # Of what was kept, too: what a page may have is not decided by what a cell does.
    for notebook in found:
        problems += unfit(notebook, outputs.get(notebook.slug, []))
    if not problems:
        _write(root / STAGED, {f"{n.slug}.ipynb": document(n, outputs[n.slug]) for n in found})
    return problems


def _from_anywhere(outputs: Outputs, root: Path) -> Outputs:
    """The outputs with paths from the project's folder, as warnings name them: it lies elsewhere for everybody."""
    folder = json.dumps(f"{root.resolve()}{os.sep}")[1:-1]
    moved: Outputs = json.loads(json.dumps(outputs).replace(folder, ""))
    return moved


def _write(folder: Path, files: dict[str, str]) -> None:
    """Make a folder hold these files and no others; a file that is right is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_dir():  # JupyterLab leaves one
            shutil.rmtree(old, ignore_errors=True)
        elif old.name not in files and not old.name.startswith("."):  # another build may be writing those
            old.unlink(missing_ok=True)
    for name, text in files.items():
        target, data = folder / name, text.encode()
        if not (target.is_file() and target.read_bytes() == data):
            whole.write(target, data)


def document(notebook: Notebook, outputs: Outputs) -> str:
    """The executed notebook as .ipynb; the same notebook and outputs give the same bytes."""
    ran = iter(enumerate(outputs, 1))
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(notebook.cells):
        common = {"id": f"cell-{number}", "metadata": {}, "source": cell.text}
        if cell.code:
            count, shown = next(ran)
            counted = [o | {"execution_count": count} if o["output_type"] == "execute_result" else o for o in shown]
            cells.append({"cell_type": "code", "execution_count": count, "outputs": counted, **common})
        else:
            cells.append({"cell_type": "markdown", **common})
    words = {"title": notebook.title, "description": notebook.description}
    metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE, **words}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def to_markdown(ipynb: str, name: str) -> str:
    """A staged notebook as Markdown: prose and code as they are, outputs as HTML that Markdown leaves alone.

    `name` is the file to offer for download.
    """
    return "\n\n".join(_pieces(json.loads(ipynb), name)) + "\n"


def _pieces(document: dict[str, Any], name: str) -> Iterator[str]:
    offered = False
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            yield cell["source"]
            if not offered:
                offered = True
                link = f'<a href="{html.escape(name)}" download>Download this notebook</a>'
                yield f'<p class="lesson-download">{link}</p>'
            continue
        if cell["source"].strip():
            ticks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`{3,}", cell["source"])), 3)
            # The prose is what one searches for: code stays out of the index that every reader downloads.
            yield f'{ticks} {{ .python data-search-exclude="" }}\n{cell["source"]}\n{ticks}'
        for output in cell["outputs"]:
            yield _shown(output)


def _shown(output: dict[str, Any]) -> str:
    data = output.get("data", {})
    if "text/html" in data:
        return _raw(f'<div class="lesson-output" data-search-exclude>{data["text/html"]}</div>')
    if "text/latex" in data:
        return f'<div class="lesson-derivation">{formula(output)}</div>'
    text = output.get("text") or data.get("text/plain", "")
    return _raw(f'<pre class="lesson-printed" data-search-exclude>{html.escape(text.rstrip(), quote=False)}</pre>')


def _raw(block: str) -> str:
    """HTML on one line, with nothing in it that Markdown or its extensions could take for their own."""
    block = _CONTROL.sub("", block)
    block = re.sub(r"<[^<>]*>", lambda tag: tag[0].replace("\n", " "), block)
    return block.replace("\n", "&#10;").replace("$", "&#36;").replace("`", "&#96;")


def export(root: Path, folder: Path) -> list[Path]:
    """Write every staged notebook as Markdown, with its front matter, and the .ipynb beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for staged in sorted((root / STAGED).glob("*.ipynb")):
        ipynb = staged.read_text(encoding="utf-8")
        words = json.loads(ipynb)["metadata"]
        head = "".join(f"{key}: {json.dumps(words[key], ensure_ascii=False)}\n" for key in ("title", "description"))
        target = folder / f"{staged.stem}.md"
        target.write_text(f"---\n{head}---\n\n{to_markdown(ipynb, staged.name)}", encoding="utf-8")
        (folder / staged.name).write_text(ipynb, encoding="utf-8")
        written.append(target)
    return written
