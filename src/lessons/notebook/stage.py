"""Executed notebooks where the site generator finds them, and as plain Markdown for those that read no notebooks."""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from lessons import bounds, files
from lessons.notebook import cache, execute
from lessons.notebook.outputs import Outputs
from lessons.notebook.shown import CONTROL, formula
from lessons.notebook.shown import problems as unfit
from lessons.notebook.source import Notebook, read
from lessons.page import checks, textfile, tree
from lessons.page.problem import Location, Problem
from lessons.visible import on_one_line

SOURCES = Path("notebooks")
STAGED = Path("docs/notebooks")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}

Say = Callable[[str], None]


def notebooks(root: Path) -> tuple[list[Notebook], list[Problem]]:
    """All notebooks of the project, and what is wrong with their words."""
    found, problems = [], tree.problems(root)
    for path in [] if problems else sorted((root / SOURCES).glob("*.py")):
        shown = path.relative_to(root)
        if fault := checks.too_much(shown):
            problems.append(Problem(Location(shown.as_posix()), *fault))
            continue
        problems += textfile.name(shown)
        text, faults = textfile.read(path)
        if text is None:
            problems += [replace(one, location=replace(one.location, path=shown.as_posix())) for one in faults]
            continue
        with bounds.reading(shown.as_posix()):
            notebook, faults = read(shown, text)
        found.append(notebook)
        problems += faults
    return found, problems


def stage(root: Path, say: Say, jobs: int = 0, *, write: bool = True) -> list[Problem]:
    """Run what has to be run and write every notebook, executed, into docs/notebooks/. Returns the problems.

    With a problem, or without `write`, nothing is written. What was run is kept, so a build that is cut short goes on
    where it was.
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
        say(f"ran {on_one_line(notebook.path.as_posix())} in {seconds:.1f} s ({len(outputs)} of {len(found)} ready)")

    def started(notebook: Notebook) -> None:
        say(f"running {on_one_line(notebook.path.as_posix())}")

    problems = execute.execute(missing, finished, started, jobs)
    # Of what was kept, too: what a page may have is not decided by what a cell does.
    for notebook in found:
        with bounds.reading(notebook.path.as_posix()):
            problems += unfit(notebook, outputs.get(notebook.slug, []))
    if write and not problems:
        _write(root / STAGED, {f"{n.slug}.ipynb": document(n, outputs[n.slug]) for n in found})
    return problems


def _from_anywhere(outputs: Outputs, root: Path) -> Outputs:
    """The outputs with paths from the project's folder, as warnings name them: it lies elsewhere for everybody."""
    folder = json.dumps(f"{root.resolve()}{os.sep}")[1:-1]
    moved: Outputs = json.loads(json.dumps(outputs).replace(folder, ""))
    return moved


def _write(folder: Path, texts: dict[str, str]) -> None:
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
    document = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


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
    block = CONTROL.sub("", block)
    block = re.sub(r"<[^<>]*>", lambda tag: tag[0].replace("\n", " "), block)
    return block.replace("\n", "&#10;").replace("$", "&#36;").replace("`", "&#96;")


def export(root: Path, folder: Path) -> list[Path]:
    """Write every staged notebook as Markdown, with its front matter, and the .ipynb beside it."""
    written = []
    with files.folder(root / STAGED, create=True) as inside:
        names = sorted(name for name in os.listdir(inside) if name.endswith(".ipynb"))  # noqa: PTH208
        texts = {name: files.read_in(inside, root / STAGED / name).decode() for name in names}
    for name, ipynb in texts.items():
        words = json.loads(ipynb)["metadata"]
        head = "".join(f"{key}: {json.dumps(words[key], ensure_ascii=False)}\n" for key in ("title", "description"))
        target = folder / f"{Path(name).stem}.md"
        files.write(target, f"---\n{head}---\n\n{to_markdown(ipynb, name)}".encode())
        files.write(folder / name, ipynb.encode())
        written.append(target)
    return written
