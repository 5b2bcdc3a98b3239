"""The documents that are read in the repository, and are no pages of the site: their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/decisions/*.md"))]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [link for link in _LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []


def test_every_decision_is_listed() -> None:
    listed = _LINK.findall((ROOT / "docs/decisions/index.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.name for path in ROOT.glob("docs/decisions/*.md") if path.name != "index.md")
