"""Quotation marks as books have them: each opens or closes as what stands around it says, and code is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

CASES = {
    'He says "yes".': "He says “yes”.",
    "It's the encoder's.": "It’s the encoder’s.",
    "'Yes', it is": "‘Yes’, it is",
    '("so") and ["this"] – "that"': "(“so”) and [“this”] – “that”",
    '"$x$" and $x$\'s mean': "“<i>x</i>” and <i>x</i>’s mean",
    '**"Bold"** and "*slanted*"': "<strong>“Bold”</strong> and “<em>slanted</em>”",
    "the '90s": "the ’90s",
    "\"'inner' and outer\"": "“‘inner’ and outer”",
    "`it's \"code\"` of 'hers'": "<code>it's \"code\"</code> of ‘hers’",
    "an \"end\"\nof \"a line\"": "an “end”\nof “a line”",
    "rock 'n' roll": "rock ‘n’ roll",
    "[it's \"a\" link](https://example.org)": '<a href="https://example.org">it’s “a” link</a>',
}  # fmt: skip


@pytest.mark.parametrize("written", CASES)
def test_marks(render: Callable[[str], str], written: str) -> None:
    assert render(written) == f"<p>{CASES[written]}</p>"


def test_each_block_begins_anew(render: Callable[[str], str]) -> None:
    html = render('- "one"\n- "two"\n\n## "Three"\n\n| "a" | "b" |\n|---|---|\n| "c" | it\'s |\n')
    assert re.findall("[“”’\"'](?=[\\w<])", re.sub(r"<[^>]*>", "<", html)).count("“") == 6
    assert "it’s" in html
    assert "'" not in html


def test_what_asks_and_what_stands_on_cards_too(render: Callable[[str], str]) -> None:
    html = render('/// flashcard | What is "ELBO"?\n    id: what-is\n\nIt\'s a bound.\n///\n')
    assert "What is “ELBO”?" in html
    assert "It’s a bound." in html


def test_code_blocks_are_left_alone(render: Callable[[str], str]) -> None:
    assert 'it\'s "so"' in render('```text\nit\'s "so"\n```\n').replace("&quot;", '"')
