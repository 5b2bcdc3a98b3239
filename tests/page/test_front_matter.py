"""Front matter: a title, a description and a few settings, or problems. What checks say of it is in `test_rules`."""

from __future__ import annotations

import random

import pytest

from lessons.page import front_matter

HEAD = "title: T\ndescription: D\n"


def told(text: str) -> list[str]:
    return [problem.message for problem in front_matter.problems("x.md", text)]


def test_a_page_without_any_lacks_title_and_description() -> None:
    assert told("Text only.\n") == ["the page has no title", "the page has no description"]


@pytest.mark.parametrize(
    "line",
    ["hide: [toc, footer]", "search: {exclude: true}", "search: {boost: 2}", "search: {boost: 0.5, exclude: false}"],
)
def test_settings_that_are_understood(line: str) -> None:
    assert told(f"---\n{HEAD}{line}\n---\n\nText.\n") == []


@pytest.mark.parametrize(
    "line",
    ["hide: toc", "hide: [menu]", "search: true", "search: {boost: 0}", "search: {boost: true}", "search: {rank: 1}"],
)
def test_settings_that_are_not(line: str) -> None:
    key = line.partition(":")[0]
    assert told(f"---\n{HEAD}{line}\n---\n\nText.\n") == [f"the value of {key!r} is not understood"]


def test_a_key_that_stands_there_twice_is_told_where_it_stands_again() -> None:
    meta, problems = front_matter.read("x.md", f"{HEAD}title: U\n")
    assert (meta["title"], [str(problem.location) for problem in problems]) == ("U", ["x.md:4:1"])


def test_other_keys_are_those_of_whoever_asks() -> None:
    text = f"---\n{HEAD}lesson: a.md\n---\n"
    assert told(text) == ["unknown front-matter key 'lesson'"]
    assert list(front_matter.problems("x.md", text, known=(*front_matter.KEYS, "lesson"))) == []


def test_one_of_any_bytes_is_a_mapping_or_a_problem() -> None:
    chance = random.Random(11)
    signs = "abc:-?[]{}&*!|>'\"%@`#,<=.0199eE+~\n\n  \t\x00\x85\u2028é"
    for _ in range(1500):
        meta, problems = front_matter.read("x.md", "".join(chance.choices(signs, k=chance.randint(1, 40))))
        assert not (meta and problems)
