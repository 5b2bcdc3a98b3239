"""The page that lists what the maths offers is the one that its docstrings make, and misses none."""

from __future__ import annotations

import pytest
from tests import reference


def test_the_page_is_up_to_date() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.text(), "run `make reference`"


@pytest.mark.parametrize("module", reference.EXAMPLES)
def test_every_function_has_an_example_and_no_example_is_dead(module: str) -> None:
    there = {node.name: said for node, _, said in reference.public(module)}
    assert set(there) == set(reference.EXAMPLES[module][1])
    assert all(said.strip() for said in there.values())
