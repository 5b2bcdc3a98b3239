"""Begin a lesson: a page, a notebook and their lines in nav, which check and build at once.

What the templates leave to be written is marked with PLACEHOLDER, which `check --ready` refuses to publish.
"""

from __future__ import annotations

import html
import os
import re
from importlib import resources
from pathlib import Path

from lessons import files
from lessons.page import names, published
from lessons.page.blocks import ID_PATTERN

PLACEHOLDER = "TODO"
_NOT_PLAIN = re.compile(r"[<>\"\\$`{}\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|&\w+;|\](?=[(\[:])")
_LAST_LESSON = re.compile(r"(?m)^(?P<indent> +)- .*(?:lessons|notebooks)/[\w-]+\.(?:md|ipynb)$")


class CannotBegin(ValueError):
    """The slug or the title will not do; the message says why and what would."""


def new(root: Path, slug: str, title: str) -> list[Path]:
    """Write the lesson `slug`. Returns the files written and changed. Raises CannotBegin, having written nothing."""
    page, notebook, config = root / f"docs/lessons/{slug}.md", root / f"notebooks/{slug}.py", root / "mkdocs.yml"
    if not re.fullmatch(ID_PATTERN, slug):
        better = names.short_name(slug)
        raise CannotBegin(
            f"the name {slug!r} will not do: use small letters, digits and single hyphens, as in {better}"
        )
    if fault := published.wrong_name(page.name):
        raise CannotBegin(f"the name {slug!r} will not do: {fault[1]}: {fault[2]}")
    taken = [path for path in (page, notebook) if os.path.lexists(path)]
    if taken:
        raise CannotBegin(f"the name {slug!r} is taken: {taken[0].relative_to(root).as_posix()} is there already")
    if not title.strip() or _NOT_PLAIN.search(title) or html.unescape(title) != title:
        raise CannotBegin("the title must be plain words, without quotation marks, code, formulas or markup")
    if fault_of_id := names.wrong_id(names.from_words(title) or "_"):  # of the heading
        raise CannotBegin(f"the title will not do: {fault_of_id[0]}; use other words")
    nav = config.read_text(encoding="utf-8")
    last = list(_LAST_LESSON.finditer(nav))
    if not last:
        raise CannotBegin("mkdocs.yml has no lesson under nav: to put this one after")
    indent, at = last[-1]["indent"], last[-1].end()
    lines = f'\n{indent}- "{title}": lessons/{slug}.md\n{indent}- "{title}: the notebook": notebooks/{slug}.ipynb'
    for path, template in ((page, "lesson.md"), (notebook, "notebook.py")):
        text = resources.files(__package__).joinpath("templates", template).read_text(encoding="utf-8")
        files.write(path, text.replace("{{slug}}", slug).replace("{{title}}", title).encode())
    files.write(config, (nav[:at] + lines + nav[at:]).encode())
    return [page, notebook, config]
