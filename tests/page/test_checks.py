"""Checks over several pages: every problem in one run, ids unique across pages, nothing written."""

import subprocess
from pathlib import Path

import pytest

from lessons.page.checks import check, pages
from lessons.problem import report

HEAD = "---\ntitle: T\ndescription: D\n---\n"


def question(identifier: str) -> str:
    return f"/// question | Why?\n    id: {identifier}\n\nBecause.\n///\n"


def write(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(HEAD + text, encoding="utf-8")
    return pages(folder)


def told(folder: Path, paths: list[Path]) -> list[str]:
    """Each problem's first line, sorted as in the report, without the folder."""
    lines = report(check(paths)).splitlines()
    return [line.removeprefix(f"{folder.as_posix()}/") for line in lines if not line.startswith("    ")]


def test_pages_are_the_markdown_files_in_a_fixed_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/z.md", "b/a.md", "c.md", ".hidden.md", "image.png", "a.md"):
        (tmp_path / name).write_text("")
    assert [path.relative_to(tmp_path).as_posix() for path in pages(tmp_path)] == [
        "a.md",
        "b/a.md",
        "b/z.md",
        "c.md",
    ]


def test_pages_without_problems_have_none(tmp_path: Path) -> None:
    assert check(write(tmp_path, a=question("a"), b=question("b"))) == []


def test_an_id_is_unique_in_the_whole_site(tmp_path: Path) -> None:
    found = check(write(tmp_path, a=question("same"), b=question("other"), c="\n" + question("same")))
    (problem,) = found
    assert (problem.code, problem.location.path, problem.location.line) == (
        "L105",
        (tmp_path / "c.md").as_posix(),
        7,
    )
    assert problem.message == "the id 'same' is used twice"
    first = (tmp_path / "a.md").as_posix()
    assert problem.repair == f"choose another: {first}:6:5 has it, and ids are unique in the whole site"


def test_a_third_use_names_the_first(tmp_path: Path) -> None:
    problems = check(write(tmp_path, a=question("same"), b=question("same"), c=question("same")))
    assert [Path(problem.location.path).name for problem in problems] == ["b.md", "c.md"]
    assert all("a.md:6:5 has it" in problem.repair for problem in problems)


def test_all_problems_of_all_pages_are_told_in_one_run(tmp_path: Path) -> None:
    paths = write(
        tmp_path,
        a="$\\no$ costs $5\n\n```{python}\n1 / 0\n```\n\n`{python} nope`\n",
        b=question("Bad Id") + "\n```\nopen\n",
        c="fine\n",
        d=question("why").replace("Because.", "It is 0.318."),
    )
    assert told(tmp_path, paths) == [
        "a.md:5:1: L301 KaTeX refuses this formula: Undefined control sequence: \\no at position 1: \\no",
        "a.md:5:13: L303 a $ that opens no formula",
        "a.md:8:1: L201 ZeroDivisionError: division by zero",
        "a.md:11:11: L201 NameError: name 'nope' is not defined",
        "b.md:6:5: L104 the id 'Bad Id' is malformed",
        "b.md:11:1: L109 this code fence is never closed",
        "d.md:8:7: L401 the figure 0.318 is typed by hand",
        "7 problems",
    ]


def test_front_matter_and_body_are_both_checked(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("---\ntitle: T\n---\n\nit costs $5\n")
    assert told(tmp_path, [page]) == [
        "a.md:1:1: L001 the page has no description",
        "a.md:5:10: L303 a $ that opens no formula",
        "2 problems",
    ]


def test_a_windows_file_is_checked_as_any_other(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_bytes(b"\xef\xbb\xbf" + (HEAD + "\nit costs $5\n").replace("\n", "\r\n").encode())
    assert told(tmp_path, [page]) == ["a.md:6:10: L303 a $ that opens no formula", "1 problem"]


def test_the_front_matter_is_no_text_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("---\ntitle: From $5\ndescription: 'Never closed: `'\n---\n\nText.\n")
    assert check([page]) == []


def test_names_do_not_pass_from_page_to_page(tmp_path: Path) -> None:
    paths = write(tmp_path, a="```{python}\nx = 1\n```\n", b="`{python} x`\n")
    assert told(tmp_path, paths) == ["b.md:5:11: L201 NameError: name 'x' is not defined", "1 problem"]


def test_checking_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = write(tmp_path, a="```{python}\nprint('noise')\n```\n\n$x$\n")
    before = sorted(tmp_path.rglob("*"))
    check(paths)
    assert sorted(tmp_path.rglob("*")) == before
    assert capsys.readouterr().out == ""


# A project: what its other pages and its nav have to do with the checked ones ---------------------------------


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The docs/ of a project with two pages in nav; the working directory is the project's."""
    (tmp_path / "docs/lessons").mkdir(parents=True)
    nav = 'nav:\n  - Home: index.md\n  - Lessons:\n      - "One: two": lessons/one.md\n      - notebooks/one.ipynb\n'
    (tmp_path / "mkdocs.yml").write_text(f"site_name: T\n{nav}site_description: two.md\n")
    (tmp_path / "docs/index.md").write_text(f"{HEAD}{question('home')}")
    (tmp_path / "docs/lessons/one.md").write_text(f"{HEAD}{question('one')}")
    monkeypatch.chdir(tmp_path)
    return Path("docs")


def first_lines(*paths: str) -> list[str]:
    return [line for line in report(check(map(Path, paths))).splitlines()[:-1] if not line.startswith("    ")]


def test_a_page_is_checked_against_pages_that_are_not(project: Path) -> None:
    (project / "lessons/two.md").write_text(f"{HEAD}{question('home')}\n[x](one.md#one) [y](one.md#two)\n")
    assert first_lines("docs/lessons/two.md") == [
        "docs/lessons/two.md:1:1: L008 no entry of nav leads to this page",
        "docs/lessons/two.md:6:5: L105 the id 'home' is used twice",
        "docs/lessons/two.md:11:17: L603 the link 'one.md#two' leads to no such place on that page",
    ]
    assert first_lines("docs/lessons/one.md") == []
    # Of two that share an id, the one that is checked is told.
    assert first_lines("docs/index.md") == ["docs/index.md:6:5: L105 the id 'home' is used twice"]


def test_what_only_a_build_may_write_cannot_be_committed(project: Path) -> None:
    def git(*arguments: str | Path) -> None:
        subprocess.run(["git", *map(str, arguments)], check=True, capture_output=True)

    made = [Path(".cache/pages/0"), project / "notebooks/one.ipynb"]
    for file in made:
        file.parent.mkdir(parents=True)
        file.touch()
    git("init")
    git("add", "mkdocs.yml")
    assert first_lines("docs/index.md") == []
    git("add", *made)
    assert first_lines("docs/index.md") == [f"{file}:1:1: L011 only a build may write this file" for file in made]


def test_faults_of_pages_that_are_not_checked_are_not_told(project: Path) -> None:
    (project / "lessons/two.md").write_bytes(b"caf\xe9")
    (project / "lessons/three.md").write_text("")
    (project / "lessons/four.md").write_text(f"{HEAD}```{{python}}\n1 / 0\n```\n")
    assert first_lines("docs/index.md", "docs/lessons/one.md") == []


def test_only_what_stands_under_nav_is_listed(project: Path) -> None:
    for name in ("two.md", "lessons/index.md"):
        (project / name).write_text(f"{HEAD}Text.\n")
    assert first_lines(*map(str, pages(project))) == [
        "docs/lessons/index.md:1:1: L008 no entry of nav leads to this page",
        "docs/two.md:1:1: L008 no entry of nav leads to this page",
    ]


def test_without_nav_every_page_is_in_it(project: Path) -> None:
    Path("mkdocs.yml").write_text("site_name: T\n")
    (project / "two.md").write_text(f"{HEAD}Text.\n")
    assert first_lines("docs/two.md") == []


def test_files_that_begin_with_a_dot_are_nobody_s(project: Path) -> None:
    (project / ".#index.md").symlink_to("nowhere")  # an editor's
    (project / ".DS_Store").write_bytes(b"\x00")
    assert first_lines("docs/index.md") == []
