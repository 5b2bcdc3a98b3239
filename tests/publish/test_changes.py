"""When a card last changed: never earlier than any of what it is made of, and later as rarely as can be."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lessons import git
from lessons.page.page import Card, Page
from lessons.publish import changes

PATH = "docs/lessons/one.md"
FIRST = 1_780_000_000
SIGNATURE = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----\n\n"
PAGE = Page(PATH, "lessons/one/index.html", {}, "", cards=tuple(Card(f"card-{id_}", "", "") for id_ in "abcd"))
NAMED = "[kl]: https://example.org/kl\n"
SNIPPET = "```{python}\nx = 1\n```\n"


def card(name: str, back: str = "A line.\n\nAnother one.") -> str:
    return f"/// flashcard | What is {name}?\n    id: card-{name}\n\n{back}\n///\n"


A, B, C = card("a"), card("b", "It is `{python} x`."), card("c", "See [its lesson][kl].")
LESSON = ("---\ntitle: One\ndescription: D\n---\n\n# One\n\n", SNIPPET, A, B, C, NAMED)
CONFIG = "site_name: S\nnav:\n  - One: lessons/one.md\nsite_url: https://example.org/ # where it is\n"


def text(*parts: str) -> str:
    return "\n".join(parts)


def edited(old: str, new: str) -> str:
    written = text(*LESSON)
    assert old in written
    return written.replace(old, new)


def newer(root: Path, page: Page = PAGE) -> str:
    """The cards that are newer than the first commit."""
    return "".join(name[-1] for name, at in changes.of_page(root, page).items() if at > FIRST)


@pytest.fixture
def project(dated: Any) -> Any:
    dated.commit(FIRST, {PATH: text(*LESSON), "mkdocs.yml": CONFIG})
    return dated


EDITS = {
    "nothing": (text(*LESSON), ""),
    "the front": (edited("What is a?", "What is an a?"), "a"),
    "the back": (edited("Another one.", "Another line."), "a"),
    "a line that is gone": (edited("A line.\n\nAnother one.", "A line."), "a"),
    "an id": (edited("card-a\n", "card-d\n"), "d"),
    "two in another order": (text(*LESSON[:2], B, A, *LESSON[4:]), ""),
    "words above them": (edited("# One\n", "# One\n\nMore words.\n\n- A list.\n"), ""),
    "blank lines around a back": (edited("\n\nA line.", "\n\n\n\nA line."), ""),
    "line ends of another system": (text(*LESSON).replace("\n", "\r\n"), ""),
    "a new card": (text(*LESSON, card("d")), "d"),
    "one card fewer": (text(*LESSON[:2], *LESSON[3:]), ""),
    "what a value is computed from": (edited("x = 1", "x = 2"), "b"),
    "a new snippet": (text(*LESSON, "```{python}\ny = 1\n```\n"), "b"),
    "where a named link leads": (edited("/kl", "/divergence"), "c"),
    "the title": (edited("title: One", "title: Two"), "abc"),
    "another title below it": (edited("title: One\n", "title: One\ntitle: Two\n"), "abc"),
    "a title of two lines": (edited("title: One\n", "title: One\n  and two\n"), "abc"),
    "no front matter": (text("# One\n\n", *LESSON[1:]), "abc"),
    "the description": (edited("description: D", "description: E"), ""),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_makes_its_own_cards_newer(project: Any, edit: str) -> None:
    written, cards = EDITS[edit]
    project.commit(FIRST + 100, {PATH: written, "README.md": "A commit."})
    assert newer(project.root) == cards
    assert {*changes.of_page(project.root, PAGE).values()} <= {0, FIRST, FIRST + 100}


@pytest.mark.parametrize(
    ("name", "written", "cards"),
    [
        ("docs/lessons/one/data.csv", "1", "b"),
        ("src/lessons/maths/vae.py", "", "b"),
        ("src/lessons/figures.py", "", "b"),
        ("requirements.txt", "", "b"),
        ("src/lessons/publish/flashcards.py", "", "abc"),
        ("src/lessons/publish/portable.py", "", "abc"),
        ("src/lessons/publish/notetype.py", "", ""),
        ("src/lessons/cli.py", "", ""),
        ("docs/lessons/two.md", "", ""),
        ("docs/lessons/one-more.md", "", ""),
        ("mkdocs.yml", CONFIG.replace("org/ #", "net/ #"), "abc"),
        ("mkdocs.yml", f"{CONFIG}use_directory_urls: false\n", "abc"),
        ("mkdocs.yml", CONFIG.replace("one.md\n", "one.md\n  - Two: lessons/two.md\n"), ""),
    ],
)
def test_what_a_card_is_made_of_decides(project: Any, name: str, written: str, cards: str) -> None:
    project.commit(FIRST + 100, {name: written})
    assert newer(project.root) == cards


def test_a_build_has_another_word_for_other_times(project: Any) -> None:
    root, said = project.root, [changes.of_all(project.root)]
    for name in ("docs/lessons/two.md", "docs/lessons/one/a.csv", "requirements.txt"):
        project.commit(FIRST + 1, {name: ""})
        said.append(changes.of_all(root))
    assert len({*said}) == 4
    project.commit(FIRST + 2, {"README.md": ""})
    assert changes.of_all(root) == said[-1]


def test_an_edit_that_is_not_committed_has_no_time(project: Any) -> None:
    (project.root / PATH).write_text(text(LESSON[0], card("a", "edited"), card("d")))
    assert changes.of_page(project.root, PAGE) == {**dict.fromkeys(("card-a", "card-b", "card-c"), FIRST), "card-d": 0}


def test_a_card_that_is_what_it_was_before_is_newer_again(project: Any) -> None:
    for at, back in enumerate(("edited", "A line.\n\nAnother one."), 1):
        project.commit(FIRST + at, {PATH: text(*LESSON[:2], card("a", back), *LESSON[3:])})
        assert changes.of_page(project.root, PAGE)["card-a"] == FIRST + at


def test_a_clock_that_was_wrong_makes_no_change_older(project: Any) -> None:
    project.commit(FIRST - 5_000, {PATH: edited("Another one.", "Another line.")})
    assert changes.of_page(project.root, PAGE)["card-a"] == FIRST + 1


def test_a_lesson_under_another_name_has_new_cards(project: Any) -> None:
    project.git("mv", PATH, "docs/lessons/two.md")
    project.commit(FIRST + 100, {})
    assert newer(project.root, Page("docs/lessons/two.md", "", {}, "", cards=PAGE.cards)) == "abc"


def merged(project: Any, ours: str, theirs: str, said: str) -> int:
    """The time of a card that has one back on a branch, another on one of later, and a third where they are merged."""
    project.git("checkout", "-q", "-b", "other")
    project.commit(FIRST + 2, {PATH: text(*LESSON[:2], card("a", theirs), *LESSON[3:]), "theirs": ""})
    project.git("checkout", "-q", "main")
    project.commit(FIRST + 1, {PATH: text(*LESSON[:2], card("a", ours), *LESSON[3:]), "ours": ""})
    project.git("merge", "-q", "--no-commit", "-s", "ours", "other")
    project.commit(FIRST + 3, {PATH: text(*LESSON[:2], card("a", said), *LESSON[3:])})
    return int(changes.of_page(project.root, PAGE)["card-a"])


BEFORE = "A line.\n\nAnother one."


@pytest.mark.parametrize(
    ("backs", "at"),
    [
        (("edited", BEFORE, "edited"), 1),
        ((BEFORE, "edited", "edited"), 2),
        (("edited", "edited", "edited"), 2),
        (("this", "that", "both"), 3),
        (("this", "that", "that"), 2),
        (("this", "that", "this"), 3),  # where the later one was published, it is to be replaced
        ((BEFORE, "edited", BEFORE), 3),
        ((BEFORE, BEFORE, BEFORE), 0),
    ],
)
def test_a_merge_is_a_change_where_a_reader_may_have_another_card(
    project: Any, backs: tuple[str, str, str], at: int
) -> None:
    assert merged(project, *backs) == FIRST + at


def test_no_reader_keeps_an_older_card(dated: Any) -> None:
    """Whichever two commits of a history were published one after the other: another card is newer."""
    seen: list[tuple[str, dict[str, int], dict[str, str]]] = []

    def publish() -> None:
        backs = {name: (dated.root / PATH).read_text().split(f"id: card-{name}\n")[1].split("///")[0] for name in "abc"}
        head = dated.git("rev-parse", "HEAD").decode().strip()
        seen.append((head, {name[-1]: at for name, at in changes.of_page(dated.root, PAGE).items()}, backs))

    def commit(at: int, *backs: str) -> None:
        dated.commit(at, {PATH: text(LESSON[0], *(card(name, back) for name, back in zip("abc", backs, strict=True)))})
        publish()

    commit(FIRST, "1", "1", "1")
    commit(FIRST + 10, "2", "1", "1")
    dated.git("checkout", "-q", "-b", "other")
    commit(FIRST + 5, "3", "2", "1")
    commit(FIRST + 40, "2", "2", "3")
    dated.git("checkout", "-q", "main")
    commit(FIRST + 20, "2", "1", "4")
    dated.git("merge", "-q", "--no-commit", "-s", "ours", "other")
    commit(FIRST + 30, "2", "2", "4")
    commit(FIRST + 30, "1", "2", "4")
    compared = 0
    for (old, was, before), (new, is_, now) in itertools.permutations(seen, 2):
        if subprocess.run(["git", "merge-base", "--is-ancestor", old, new], cwd=dated.root).returncode == 0:
            for name in "abc":
                compared += 1
                assert is_[name] > was[name] if before[name] != now[name] else is_[name] >= was[name], (old, new, name)
    assert compared > 40


def test_history_that_is_cut_off_says_nothing_too_early(project: Any, tmp_path: Path) -> None:
    project.commit(FIRST + 50, {PATH: edited("Another one.", "Another line.")})
    shallow = tmp_path / "shallow"
    project.git("clone", "-q", "--depth=1", f"file://{project.root}", str(shallow))
    assert newer(shallow) == "abc"
    subprocess.run(["git", "fetch", "-q", "--unshallow"], cwd=shallow, check=True)
    assert newer(shallow) == "a"


def test_what_was_not_copied_says_nothing_too_early(project: Any, tmp_path: Path) -> None:
    project.commit(FIRST + 50, {PATH: edited("Another one.", "Another line.")})
    project.git("config", "uploadpack.allowFilter", "true")
    project.git("clone", "-q", "--filter=blob:none", f"file://{project.root}", str(tmp_path / "partial"))
    assert newer(tmp_path / "partial") == "abcd"


def test_a_project_may_be_a_folder_of_its_repository(dated: Any) -> None:
    for at, written in enumerate((text(*LESSON), edited("Another one.", "Another line."))):
        dated.commit(FIRST + at, {f"project/{PATH}": written, "project/mkdocs.yml": CONFIG})
    assert newer(dated.root / "project") == "a"


def test_without_history_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dated: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert {*changes.of_page(tmp_path, PAGE).values()} == {0}
    assert changes.of_all(tmp_path) == ""
    assert {*changes.of_page(dated.root, PAGE).values()} == {0}
    dated.commit(FIRST, {"README.md": ""})
    assert {*changes.of_page(dated.root, PAGE).values()} == {0}


def test_what_is_known_is_not_asked_again(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found = changes.of_page(project.root, PAGE)
    monkeypatch.setattr(git, "history", lambda *_: pytest.fail("asked again"))
    assert changes.of_page(project.root, PAGE) == found


def test_no_program_of_the_repository_is_run(project: Any, tmp_path: Path) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    signed = project.git("cat-file", "commit", "HEAD").replace(b"\n\n", SIGNATURE, 1)
    commit = project.git("hash-object", "-t", "commit", "-w", "--stdin", said=signed).decode().strip()
    project.git("reset", "-q", commit)
    (project.root / ".gitattributes").write_text("* diff=own filter=own\n")
    for setting in ("gpg.program", "core.fsmonitor", "core.pager", "diff.external", "diff.own.textconv"):
        project.git("config", setting, str(program))
    project.git("config", "filter.own.smudge", str(program))
    project.git("config", "log.showSignature", "true")
    assert {*changes.of_page(project.root, PAGE).values()} == {0, FIRST}
    assert not ran.exists()
