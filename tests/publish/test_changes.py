"""When a lesson's cards last changed: what git says of all that they are made of, and never too early."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lessons.page.page import Page
from lessons.publish import changes

PAGE = Page("docs/lessons/one.md", "lessons/one/index.html", {}, "")
FIRST = 1_780_000_000
SIGNATURE = b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n aaaa\n -----END PGP SIGNATURE-----\n\n"


def git(root: Path, *arguments: str, at: int = FIRST, said: bytes = b"") -> bytes:
    dated = {"GIT_COMMITTER_DATE": f"{at} +0000", "GIT_AUTHOR_DATE": f"{at} +0000"}
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=root, env=os.environ | dated, input=said, check=True, capture_output=True
    )
    return done.stdout


def commit(root: Path, name: str, at: int) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{at}")
    git(root, "add", "-A")
    git(root, "commit", "-m", "A change", at=at)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git(folder, "init", "-q")
    commit(folder, PAGE.path, FIRST)
    return folder


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("docs/lessons/one.md", True),
        ("docs/lessons/one/data.csv", True),
        ("src/lessons/maths/vae.py", True),
        ("src/lessons/publish/flashcards.py", True),
        ("mkdocs.yml", True),
        ("docs/lessons/two.md", False),
        ("docs/lessons/one-more.md", False),
        ("src/lessons/cli.py", False),
    ],
)
def test_what_a_card_is_made_of_decides(root: Path, name: str, counts: bool) -> None:
    commit(root, name, FIRST + 100)
    assert changes.of_page(root, PAGE) == FIRST + 100 * counts


def test_a_build_asks_for_all_lessons_at_once(root: Path) -> None:
    assert changes.of_all(root) == FIRST
    commit(root, "docs/lessons/two.md", FIRST + 1)
    assert changes.of_all(root) == FIRST + 1
    commit(root, "README.md", FIRST + 2)
    assert changes.of_all(root) == FIRST + 1


def test_an_edit_that_is_not_committed_has_no_time(root: Path) -> None:
    (root / PAGE.path).write_text("edited")
    assert changes.of_page(root, PAGE) == FIRST


def test_a_merge_of_two_edits_is_a_change(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "other")
    commit(root, PAGE.path, FIRST + 1)
    git(root, "checkout", "-q", "-")
    commit(root, "mkdocs.yml", FIRST + 2)
    git(root, "merge", "-q", "--no-edit", "other", at=FIRST + 3)
    assert changes.of_page(root, PAGE) == FIRST + 3


def test_history_that_is_cut_off_says_nothing_too_early(root: Path, tmp_path: Path) -> None:
    commit(root, "README.md", FIRST + 50)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", str(shallow))
    assert changes.of_page(shallow, PAGE) == FIRST + 50
    git(shallow, "fetch", "-q", "--unshallow")
    assert changes.of_page(shallow, PAGE) == FIRST


def test_without_history_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert changes.of_page(tmp_path, PAGE) == 0
    git(tmp_path, "init", "-q")
    assert changes.of_page(tmp_path, PAGE) == 0
    commit(tmp_path, "README.md", FIRST)
    assert changes.of_page(tmp_path, PAGE) == 0


def test_no_program_of_the_repository_is_run(root: Path, tmp_path: Path) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n")
    program.chmod(0o755)
    signed = git(root, "cat-file", "commit", "HEAD").replace(b"\n\n", SIGNATURE, 1)
    git(root, "reset", "-q", git(root, "hash-object", "-t", "commit", "-w", "--stdin", said=signed).decode().strip())
    for setting in ("gpg.program", "core.fsmonitor", "core.pager", "diff.external"):
        git(root, "config", setting, str(program))
    git(root, "config", "log.showSignature", "true")
    assert changes.of_page(root, PAGE) == FIRST
    assert not ran.exists()
