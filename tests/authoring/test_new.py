"""`lessons new`: what it writes is right at once, and what it refuses leaves everything as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons.authoring import ready
from lessons.authoring.new import CannotBegin, new
from lessons.page import checks
from lessons.problem import report

TITLE = "KL: forward & reverse, it's #1"


def nav(project: Any) -> str:
    return str(project.files()["mkdocs.yml"]).partition("nav:\n")[2].partition("\ntheme")[0]


def test_it_writes_a_page_a_notebook_and_their_lines_in_nav_after_the_last_lesson(project: Any) -> None:
    before = project.files()
    written = new(Path.cwd(), "two", TITLE)
    assert [path.relative_to(Path.cwd()).as_posix() for path in written] == [
        "docs/lessons/two.md",
        "notebooks/two.py",
        "mkdocs.yml",
    ]
    after = project.files()
    assert set(after) - set(before) == {"docs/lessons/two.md", "notebooks/two.py"}
    assert [name for name in before if after[name] != before[name]] == ["mkdocs.yml"]
    assert after["mkdocs.yml"] == before["mkdocs.yml"].replace(
        "      - One: lessons/one.md\n",
        "      - One: lessons/one.md\n"
        f'      - "{TITLE}": lessons/two.md\n      - "{TITLE}: the notebook": notebooks/two.ipynb\n',
    )


def test_a_second_one_follows_the_first(project: Any) -> None:
    new(Path.cwd(), "two", "Two")
    new(Path.cwd(), "three", "Three")
    names = [line.rpartition(" ")[2] for line in nav(project).splitlines() if "/" in line]
    assert names == [
        "lessons/index.md",
        "lessons/one.md",
        "lessons/two.md",
        "notebooks/two.ipynb",
        "lessons/three.md",
        "notebooks/three.ipynb",
    ]
    assert report(checks.check(checks.pages(Path("docs")))) == "0 problems"


def test_what_it_writes_passes_the_check_and_builds(project: Any) -> None:
    done = project.run("new", "two", "--title", TITLE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == ["wrote docs/lessons/two.md", "wrote notebooks/two.py", "wrote mkdocs.yml"]
    done = project.run("check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "5 pages, no problems\n", "")
    done = project.run("build")
    assert done.returncode == 0, done.stderr
    page = (project.folder / "site/lessons/two/index.html").read_text(encoding="utf-8")
    assert "KL: forward &amp; reverse, it’s #1" in page
    assert "≈ 0.818 nats" in page or "0.818" in page
    assert (project.folder / "site/notebooks/two/index.html").is_file()
    done = project.run("check", "--ready")
    assert done.returncode == 1
    told = [line for line in done.stderr.splitlines() if not line.startswith("    ")]
    assert {line.partition(":")[0] for line in told[:-1]} == {"docs/lessons/two.md", "notebooks/two.py"}
    assert all(": L701 this is still to be written" in line for line in told[:-1])


@pytest.mark.parametrize(
    ("slug", "better"),
    [
        ("Two", "two"),
        ("two words", "two-words"),
        ("two_words", "two-words"),
        ("-two", "two"),
        ("two--words", "two-words"),
        ("../two", "two"),
        ("/etc/two", "etc-two"),
        ("two.md", "two-md"),
        ("2nd", "the-2nd"),
        ("größe", "groesse"),
        ("", "a-short-name"),
        ("two\n", "two"),
    ],
)
def test_a_bad_name_is_refused_with_a_better_one(slug: str, better: str, project: Any) -> None:
    before = project.files()
    with pytest.raises(CannotBegin) as refused:
        new(Path.cwd(), slug, "Two")
    assert str(refused.value) == (
        f"the name {slug!r} will not do: use small letters, digits and single hyphens, as in {better}"
    )
    assert project.files() == before


@pytest.mark.parametrize("taken", ["docs/lessons/two.md", "notebooks/two.py"])
def test_a_name_that_is_taken_is_refused(taken: str, project: Any) -> None:
    project.write(taken, "mine")
    before = project.files()
    with pytest.raises(CannotBegin, match=f"^the name 'two' is taken: {taken} is there already$"):
        new(Path.cwd(), "two", "Two")
    assert project.files() == before


@pytest.mark.parametrize(
    "title",
    [
        "",
        "  ",
        'A "word"',
        "a < b",
        "<b>",
        "two\nlines",
        "C:\\new",
        "costs $5",
        "$x$",
        "`x`",
        "{{slug}}",
        "&lt;",
        "&ltx",
    ],
)
def test_a_title_that_is_not_plain_words_is_refused(title: str, project: Any) -> None:
    before = project.files()
    with pytest.raises(CannotBegin, match=r"^the title must be plain words"):
        new(Path.cwd(), "two", title)
    assert project.files() == before


@pytest.mark.parametrize(
    ("slug", "title", "message"),
    [
        ("two", "Mermaid", r"^the title will not do: the id 'mermaid' is a name that"),
        ("two", "__config", r"^the title will not do: a page may not give the id '__config'"),
        ("con", "Two", r"^the name 'con' will not do: on Windows"),
        ("a" * 90, "Two", r" will not do: the file name has 93 characters: use at most 80$"),
    ],
)
def test_a_name_or_a_title_that_the_check_would_refuse_is_refused(
    slug: str, title: str, message: str, project: Any
) -> None:
    before = project.files()
    with pytest.raises(CannotBegin, match=message):
        new(Path.cwd(), slug, title)
    assert project.files() == before


def test_without_a_lesson_in_nav_nothing_is_written(project: Any) -> None:
    project.write("mkdocs.yml", "site_name: T\nnav:\n  - index.md\n")
    before = project.files()
    with pytest.raises(CannotBegin, match=r"^mkdocs\.yml has no lesson under nav:"):
        new(Path.cwd(), "two", "Two")
    assert project.files() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(title=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_title_is_refused_or_read_back_as_it_was(title: str, project: Any) -> None:
    config = project.files()["mkdocs.yml"]
    try:
        written = new(Path.cwd(), "two", title)
    except CannotBegin:
        return
    try:
        page = written[0].read_text(encoding="utf-8")
        assert yaml.safe_load(page.split("---\n")[1])["title"] == title
        lines = nav(project).splitlines()
        (line,) = (line for line in lines if line.endswith(": lessons/two.md"))
        assert yaml.safe_load(line) == [{title: "lessons/two.md"}]
        assert checks.check([written[0].relative_to(Path.cwd())], twice=False) == []
    finally:
        written[0].unlink()
        written[1].unlink()
        written[2].write_text(config, encoding="utf-8")


def test_the_command_line_says_why_not(project: Any) -> None:
    done = project.run("new", "one", "--title", "One")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "the name 'one' is taken: docs/lessons/one.md is there already\n"


def test_no_placeholder_is_left_unseen(project: Any) -> None:
    """Every line of the templates that says TODO is told, and no other."""
    page, notebook, _ = new(Path.cwd(), "two", "Two")
    lines = {
        (path.as_posix(), number)
        for path in (page, notebook)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "TODO" in line
    }
    told = ready.left_to_write([page, notebook])
    assert {(problem.location.path, problem.location.line) for problem in told} == lines
    assert len(lines) > 8
