"""What stands between a change and its publication: words still to write, ids taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lessons.authoring import ready
from lessons.problem import report

QUESTION = "/// question | Why?\n    id: {}\n\nBecause.\n///\n"


def test_what_is_left_to_write_is_told_with_its_line(project: Any) -> None:
    page = project.write("docs/two.md", "a\n  b TODO the answer  \nTODOs\nTo do\n").relative_to(Path.cwd())
    assert report(ready.left_to_write([page])) == (
        "docs/two.md:2:5: L701 this is still to be written\n    b TODO the answer\n"
        "docs/two.md:3:1: L701 this is still to be written\n    TODOs\n2 problems"
    )


def test_pages_that_cannot_be_read_are_left_to_the_check(project: Any) -> None:
    """Each has told already what is wrong with it; here it must do no harm."""
    project.write("docs/lessons/one.md", QUESTION.format("first"))
    project.commit("base")
    (project.folder / "docs/latin.md").write_bytes(b"caf\xe9 TODO")
    (project.folder / "docs/nowhere.md").symlink_to("no-such-file")
    paths = [Path("docs/latin.md"), Path("docs/nowhere.md"), Path("docs/none.md")]
    assert [problem.code for problem in ready.left_to_write(paths)] == ["L701"]
    assert ready.ids_gone("base", paths) == []
    # A link is told alone: until it is gone, nothing is read.
    for codes in ({"L009"}, {"L001", "L005", "L701"}):
        done = project.run("check", "--ready", "--base", "base")
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert {line.split()[1] for line in done.stderr.splitlines() if line.startswith("docs/")} == codes
        (project.folder / "docs/nowhere.md").unlink(missing_ok=True)


def test_ids_are_looked_for_in_the_whole_site(project: Any) -> None:
    project.write("docs/lessons/one.md", QUESTION.format("first") + QUESTION.format("second"))
    project.write("docs/lessons/größe.md", QUESTION.format("third"))
    project.commit("base")
    project.write("docs/lessons/one.md", "Text.\n")
    project.write("docs/about.md", QUESTION.format("second"))
    (project.folder / "docs/lessons/größe.md").unlink()
    gone = ready.ids_gone("base", [Path("docs/lessons/one.md")])
    assert [(str(problem.location), problem.message) for problem in sorted(gone)] == [
        ("docs/lessons/größe.md:2:5", "the id 'third' was here at base and is gone"),
        ("docs/lessons/one.md:2:5", "the id 'first' was here at base and is gone"),
    ]


def test_the_project_may_be_a_folder_of_its_repository(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write("docs/lessons/one.md", QUESTION.format("first"))
    outer = type(project)(project.folder.parent)
    outer.commit("base")
    project.write("docs/lessons/one.md", "Text.\n")
    assert [str(problem.location) for problem in ready.ids_gone("base", [])] == ["docs/lessons/one.md:2:5"]


def test_what_was_no_text_at_the_base_does_no_harm(project: Any) -> None:
    (project.folder / "docs/latin.md").write_bytes(b"caf\xe9\n\n" + QUESTION.format("first").encode())
    project.commit("base")
    (project.folder / "docs/latin.md").unlink()
    assert [problem.code for problem in ready.ids_gone("base", [])] == ["L702"]


@pytest.mark.parametrize("base", ["nowhere", "--output=x"])
def test_a_base_that_is_none_is_told_in_one_line(base: str, project: Any) -> None:
    project.commit("base")
    with pytest.raises(ready.NoBase) as raised:
        ready.ids_gone(base, [])
    assert "\n" not in str(raised.value)


def test_a_project_without_git_has_no_base(project: Any) -> None:
    with pytest.raises(ready.NoBase, match="not a git repository"):
        ready.ids_gone("HEAD", [])


@pytest.mark.parametrize(
    "left", ["TODO", "FIXME", "XXX", "TBD", "todo:", "Todo: say why", "fixme:", "Lorem ipsum dolor"]
)
def test_what_people_write_to_themselves_is_told_as_well(left: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Words, {left}\n", encoding="utf-8")
    assert [str(one.location.column) for one in ready.left_to_write([page])] == ["8"]


@pytest.mark.parametrize("words", ["todo el mundo", "a mastodon", "XXXL", "a method: to do: it"])
def test_words_that_look_like_it_are_words(words: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{words}\n", encoding="utf-8")
    assert ready.left_to_write([page]) == []


def test_a_lesson_is_checked_with_its_notebook_as_a_pull_request_does(project: Any) -> None:
    project.run("new", "two", "--title", "Two")
    for name in ("docs/lessons/two.md", "notebooks/two.py"):
        path = project.folder / name
        path.write_text(path.read_text(encoding="utf-8").replace("TODO", "Words"), encoding="utf-8")
    both = ("docs/lessons/two.md", "notebooks/two.py")
    done = project.run("check", "--ready", *both)
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "2 pages, no problems", "")
    with (project.folder / both[1]).open("a", encoding="utf-8") as notebook:
        notebook.write("\n# %%\n1 / 0\n")
    done = project.run("check", "--ready", *both)
    assert done.returncode == 1
    assert "notebooks/two.py:" in done.stderr
    assert "L501 ZeroDivisionError" in done.stderr
