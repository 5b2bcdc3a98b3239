"""What holds for the blocks' HTML whatever is in them; their exact HTML is in fixtures/."""

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lessons.page.blocks import BLOCKS, ID_PATTERN, LessonBlock, ids

Render = Callable[[str], str]

STYLES = [Path(__file__).parents[2] / "docs/assets" / name for name in ("lesson.css", "practice.css")]

PAGE = """
/// question | First?
    id: first

Answer $x$.
///

/// exercise | Task
    id: task

Prompt.
///
/// answer | Six
    id: six
    value: 6
///
/// hint
Count.
///
/// variants
- six: 6, 7
///
/// solution
Worked.
///

Text.

/// question | Second?
    id: second

Answer.
///

/// flashcard | One
    id: one

Back one.
///
/// flashcard | Two
    id: two

Back two.
///

/// in-depth | More
    id: more

Note.
///
"""


@pytest.fixture
def tree(render: Render) -> ElementTree.Element:
    html = re.sub("<i( display)?>", "<i>", render(PAGE))
    return ElementTree.fromstring(f"<main>{html.replace('&para;', '¶')}</main>")


def text(element: ElementTree.Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def by_id(tree: ElementTree.Element, identifier: str) -> ElementTree.Element:
    (found,) = tree.iterfind(f".//*[@id='{identifier}']")
    return found


@pytest.mark.parametrize("identifier", ["first", "task", "second", "one", "two", "more"])
def test_a_written_id_is_the_id_of_one_element(identifier: str, tree: ElementTree.Element) -> None:
    assert by_id(tree, identifier).tag in {"h3", "li", "details"}


def test_ids_are_unique_and_answers_have_their_own(tree: ElementTree.Element) -> None:
    ids = [element.attrib["id"] for element in tree.iter() if "id" in element.attrib]
    assert len(set(ids)) == len(ids)
    assert {"first-answer", "second-answer", "task-solution"} <= set(ids)
    assert all(by_id(tree, f"{name}-answer").tag == "details" for name in ("first", "second"))


def test_each_section_is_labelled_by_its_heading(tree: ElementTree.Element) -> None:
    sections = tree.findall(".//section[@aria-labelledby]")
    assert len(sections) == 3
    for section in sections:
        heading = by_id(tree, section.attrib["aria-labelledby"])
        assert heading.tag == "h3"
        assert heading in list(section)


def test_questions_exercises_and_cards_are_numbered_each_for_themselves(tree: ElementTree.Element) -> None:
    assert [text(tree.find(f".//h3[@id='{name}']")) for name in ("first", "second", "task")] == [
        "Question 1: First?",
        "Question 2: Second?",
        "Exercise 1: Task",
    ]
    assert [link.attrib["aria-label"] for link in tree.iterfind(".//li/a")] == [
        "Permanent link to card 1",
        "Permanent link to card 2",
    ]


def test_a_question_is_visible_and_its_answer_behind_a_closed_disclosure(tree: ElementTree.Element) -> None:
    answer = by_id(tree, "first-answer")
    assert "open" not in answer.attrib
    assert text(answer.find("summary")) == "Show answer"
    assert text(answer.find("section")) == "Answer x."
    section = tree.find(".//section[@aria-labelledby='first']")
    assert section is not None
    assert text(section.find("h3/span[@class='lesson-prompt']")) == "First?"


def test_every_disclosure_is_native(tree: ElementTree.Element) -> None:
    disclosures = tree.findall(".//details")
    assert len(disclosures) == 7
    assert all(details[0].tag == "summary" and text(details[0]) for details in disclosures)
    assert not [element for element in tree.iter() if {"onclick", "role", "tabindex"} & set(element.attrib)]


def test_answers_stay_out_of_the_search_and_prompts_do_not(tree: ElementTree.Element) -> None:
    excluded = [text(element) for element in tree.iterfind(".//*[@data-search-exclude]")]
    assert [words for words in excluded if words] == [
        "Answer x.",
        "Count.",
        "Worked.",
        "Answer.",
        "Back one.",
        "Back two.",
        "Note.",
    ]


def test_a_solution_goes_into_its_exercise(tree: ElementTree.Element) -> None:
    section = tree.find(".//section[@aria-labelledby='task']")
    assert section is not None
    assert [child.tag for child in section] == ["h3", "section", "div", "details", "div", "details"]
    assert text(section.find("details[2]/section")) == "Worked."


def test_cards_in_a_row_are_one_deck(tree: ElementTree.Element) -> None:
    (deck,) = tree.findall(".//ol")
    assert [text(card.find("details/summary")) for card in deck] == ["One", "Two"]
    assert [text(card.find("details/section")) for card in deck] == ["Back one.", "Back two."]


def test_numbers_start_anew_on_every_page(render: Render) -> None:
    page = "/// question | Why?\n    id: why\n\nBecause.\n///\n"
    assert "Question 1" in render(page)
    assert "Question 1" in render(page)


def test_blocks_have_names_of_their_own_and_say_what_they_are_for() -> None:
    assert len({block.NAME for block in BLOCKS}) == len(BLOCKS)
    for block in BLOCKS:
        assert block.BODY, block
        assert block.__doc__, block
        # The id of what must follow is derived from the one above; what may follow comes more than once.
        assert not (block.FOLLOWS and block.LEADS and block.needs_id()), block


def test_every_block_of_the_page_is_known_to_the_fixtures() -> None:
    assert {block.NAME for block in BLOCKS} == set(re.findall(r"(?m)^/// ([\w-]+)", PAGE))
    assert all(re.fullmatch(ID_PATTERN, name) for name in re.findall(r"id: (\S+)", PAGE))


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_has_its_class_and_a_style(block: type[LessonBlock], tree: ElementTree.Element) -> None:
    assert [element for element in tree.iter() if block.CLASS in element.get("class", "").split()]
    assert re.search(rf"\.{block.CLASS}\b(?!-)", "".join(one.read_text(encoding="utf-8") for one in STYLES))


def test_the_ids_that_the_table_derives_are_those_of_the_html(tree: ElementTree.Element) -> None:
    written = re.findall(r"(?m)^/// ([\w-]+).*\n    id: (\S+)", PAGE)
    assert len(written) == 7
    derived = set().union(*(ids(name, identifier) for name, identifier in written))
    assert derived == {element.attrib["id"] for element in tree.iter() if "id" in element.attrib}


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_has_a_fixture(block: type[LessonBlock]) -> None:
    fixtures = (path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "fixtures").glob("*.md"))
    assert any(re.search(rf"(?m)^/// {block.NAME}\b(?!-)", text) for text in fixtures)
