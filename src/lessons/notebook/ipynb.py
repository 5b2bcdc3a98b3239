"""An executed notebook as the files that others read: .ipynb, and Markdown for the site and for other generators."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lessons.notebook import outcome
from lessons.notebook.allowed import CONTROL, formula
from lessons.notebook.outputs import Outputs
from lessons.notebook.source import Notebook

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_CLOSED = "/" * 5  # more than an author's block has
LANGUAGE = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python", "pygments_lexer": "ipython3"}


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
    """An executed notebook as Markdown: prose and code as they are, outputs as HTML that Markdown leaves alone.

    `name` is the file to offer for download.
    """
    return "\n\n".join(_pieces(json.loads(ipynb), name)) + "\n"


def _pieces(document: dict[str, Any], name: str) -> Iterator[str]:
    offered = opened = False
    for cell in document["cells"]:
        if cell["cell_type"] == "markdown":
            if opened:
                yield _CLOSED
            begins = outcome.begun(cell["source"])
            opened = begins is not None
            if begins:
                yield f"{_CLOSED} outcome{f' | {begins[0]}' if begins[0] else ''}"
            yield begins[1] if begins else cell["source"]
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
    if opened:
        yield _CLOSED


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
