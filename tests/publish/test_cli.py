"""The command line: what it prints, and with which exit code it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = "docs/lessons/vae-training.md"


def test_help_names_every_command(project: Any) -> None:
    done = project.run("--help")
    assert done.returncode == 0
    for command in ("check", "build", "build-next", "serve"):
        assert re.search(rf"^ +{command}( |$)", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments", [[], ["bild"], ["serve", "--port", "many"]], ids=["none", "misspelt", "no number"]
)
def test_a_wrong_command_is_explained(project: Any, arguments: list[str]) -> None:
    done = project.run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: lessons")


def test_outside_a_project_it_says_so(project: Any, tmp_path: Path) -> None:
    outside = type(project)(tmp_path)
    done = outside.run("check", PYTHONPATH=str(project.folder / "src"))
    assert done.returncode == 1
    assert "no mkdocs.yml" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_finds_nothing_wrong_with_this_project(project: Any) -> None:
    done = project.run("check")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ pages, no problems$", done.stdout, re.MULTILINE)


def test_check_works_from_a_folder_below(copy: Any) -> None:
    below = type(copy)(copy.folder / "docs/lessons")
    copy.edit(PAGE, "    id: four-kls\n", "    ident: four-kls\n")
    done = below.run("check", PYTHONPATH=str(copy.folder / "src"))
    assert done.returncode == 1
    assert re.search(rf"^{PAGE}:\d+:\d+: L103 ", done.stderr, re.MULTILINE)


def test_check_tells_every_problem_of_every_page(copy: Any) -> None:
    copy.edit(PAGE, "    id: four-kls\n", "    ident: four-kls\n")
    (copy.folder / "docs/lessons/new.md").write_text("# New\n\n`{python} 1 / 0`\n", encoding="utf-8")
    done = copy.run("check")
    assert done.returncode == 1
    found = re.findall(r"^(docs/\S+?):\d+:\d+: (L\d+) \S", done.stderr, re.MULTILINE)
    assert {("docs/lessons/new.md", "L001"), ("docs/lessons/new.md", "L201"), (PAGE, "L103")} <= set(found)
    assert re.search(r"^\d+ problems$", done.stderr, re.MULTILINE)
    assert not (copy.folder / "site").exists()


def test_check_of_one_page_looks_at_that_page_only(copy: Any) -> None:
    copy.edit(PAGE, "    id: four-kls\n", "    ident: four-kls\n")
    assert copy.run("check", "docs/index.md").returncode == 0
    assert copy.run("check", PAGE).returncode == 1


def test_check_of_a_page_that_is_not_there(project: Any) -> None:
    done = project.run("check", "docs/no-such-page.md")
    assert done.returncode == 1
    assert "docs/no-such-page.md" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_browser_the_site_is_built_and_offers_no_pdf(copy: Any, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    done = copy.run("build", PATH=str(tmp_path / "bin"))
    assert done.returncode == 0, done.stderr
    assert "flashcards.pdf" not in (copy.folder / "site/lessons/vae-training/index.html").read_text(encoding="utf-8")
    assert list((copy.folder / "site").rglob("*.pdf")) == []
    done = copy.run("build", "--pdf", PATH=str(tmp_path / "bin"))
    assert done.returncode == 1
    assert "needs Chromium" in done.stderr
