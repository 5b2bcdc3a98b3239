"""What the tests of the page tower share: a page on disk and what the checks say of it."""

import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown import Markdown

from lessons.page import checks, mathml
from lessons.problem import Problem

# Six lines with the blank one: line 1 of a body is line 7 of its file.
HEAD = "---\ntitle: A page\ndescription: It stands\n  for all pages.\n---\n\n"


@pytest.fixture
def check(tmp_path: Path) -> Callable[[str], list[Problem]]:
    """Problems of a page with this text; where it has no front matter, it gets one of six lines."""

    def check(text: str) -> list[Problem]:
        page = tmp_path / "page.md"
        page.write_text(text if text.startswith("---") else HEAD + text, encoding="utf-8")
        return sorted(checks.check([page]))

    return check


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """The HTML of a page's text, with the site's extensions; formulas as <i>TeX</i>, code without colours."""

    def typeset(tex: str, display: bool = False) -> str:
        return f"<i{' display' * display}>{html.escape(tex, quote=False)}</i>"

    monkeypatch.setattr(mathml, "typeset", typeset)

    def render(text: str) -> str:
        return _COLOURED.sub(_plain, Markdown(extensions=EXTENSIONS).convert(text))

    return render


EXTENSIONS = ["lessons", "attr_list", "tables", "toc", "pymdownx.highlight", "pymdownx.superfences"]
_COLOURED = re.compile(r'<div class="highlight">(.*?)</div>', re.DOTALL)


def _plain(highlighted: re.Match[str]) -> str:
    return "<code-block>" + re.sub(r"<[^>]*>", "", highlighted[1]) + "</code-block>"
