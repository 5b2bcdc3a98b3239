"""What a command need not do again: only where all that it would read is as it was, and the site as it left it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lessons import fingerprint
from lessons.page import inputs, tree

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
PAGE = "---\ntitle: A\ndescription: B.\n---\n\n# A\n\n{}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one page, one notebook, their data, and a store."""
    for name in ("docs/page", "docs/notebooks", "notebooks/one", "src/lessons/__pycache__", ".cache/pages", "site"):
        (tmp_path / name).mkdir(parents=True)
    files = {
        "mkdocs.yml": "site_name: A\n",
        "requirements.txt": "numpy==1\n",
        "docs/index.md": PAGE.format("Words."),
        "docs/page/data.csv": "1\n",
        "docs/notebooks/one.ipynb": "{}",
        "notebooks/one.py": "# %%\n1\n",
        "notebooks/one/data.csv": "1\n",
        "src/lessons/a.py": "a = 1\n",
        "src/lessons/__pycache__/a.pyc": "a",
        ".cache/pages/a": "a",
        "site/index.html": "a",
        "README.md": "a",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


EDITS: dict[str, tuple[bool, Callable[[Path], object]]] = {
    "nothing": (False, lambda root: None),
    "a page": (True, lambda root: (root / "docs/index.md").write_text("other")),
    "a page, at the same size and date": (
        True,
        lambda root: same_date(root / "docs/index.md", PAGE.format("Wards.")),
    ),
    "a page more": (True, lambda root: (root / "docs/other.md").touch()),
    "a page less": (True, lambda root: (root / "docs/index.md").unlink()),
    "a page under another name": (True, lambda root: (root / "docs/index.md").rename(root / "docs/other.md")),
    "an empty folder": (True, lambda root: (root / "docs/empty").mkdir()),
    "a link in the place of a page": (True, lambda root: link(root / "docs/index.md", root / "README.md")),
    "a pipe": (True, lambda root: os.mkfifo(root / "docs/pipe.png")),
    "data of a page": (True, lambda root: (root / "docs/page/data.csv").write_text("2\n")),
    "a notebook": (True, lambda root: (root / "notebooks/one.py").write_text("# %%\n2\n")),
    "data of a notebook": (True, lambda root: (root / "notebooks/one/data.csv").write_text("2\n")),
    "the site's settings": (True, lambda root: (root / "mkdocs.yml").write_text("site_name: C\n")),
    "the lock": (True, lambda root: (root / "requirements.txt").write_text("numpy==2\n")),
    "the package": (True, lambda root: (root / "src/lessons/a.py").write_text("a = 2\n")),
    "a file of the package that is no module": (True, lambda root: (root / "src/lessons/main.html").touch()),
    "what Python compiled": (False, lambda root: (root / "src/lessons/__pycache__/a.pyc").write_text("b")),
    "what a build staged": (False, lambda root: (root / "docs/notebooks/one.ipynb").write_text("{ }")),
    "what is kept": (False, lambda root: (root / ".cache/pages/a").write_text("b")),
    "a file that no build reads": (False, lambda root: (root / "README.md").write_text("b")),
    "a date": (False, lambda root: os.utime(root / "docs/index.md", (1, 1))),
}


def same_date(file: Path, text: str) -> None:
    about = file.stat()
    file.write_text(text)
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))


def link(file: Path, target: Path) -> None:
    shutil.copy(file, target)
    file.unlink()
    file.symlink_to(target)


@pytest.mark.parametrize("name", EDITS)
def test_it_changes_with_what_is_read_and_with_nothing_else(project: Path, name: str) -> None:
    changes, edit = EDITS[name]
    before = fingerprint.fingerprint(project)
    edit(project)
    assert (fingerprint.fingerprint(project) != before) is changes


def test_it_changes_with_what_is_installed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint.fingerprint(project)
    monkeypatch.setattr(inputs, "_packages", lambda: b"numpy-3.dist-info")
    assert fingerprint.fingerprint(project) != before


def test_it_changes_with_a_result_that_is_committed(project: Path) -> None:
    git(project, "init", "--quiet")
    before = fingerprint.fingerprint(project)
    git(project, "add", "--force", "docs/notebooks/one.ipynb")
    assert fingerprint.fingerprint(project) != before


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_the_outcome_of_one_command_is_not_that_of_another(project: Path) -> None:
    fingerprint.keep("check", "key", "fine")
    assert fingerprint.recall("check", "key") == "fine"
    assert fingerprint.recall("build", "key") is None
    assert fingerprint.recall("check", "other") is None


# Commands ----------------------------------------------------------------------------------------------------------

# What a command opens to read below its project, as Python itself tells it, in the process that works.
RECORDING = """
import os, sys
from lessons import cli

log, root = os.open(os.environ.pop("OPENED"), os.O_WRONLY | os.O_APPEND | os.O_CREAT), os.getcwd()

def look(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and not given[2] & (os.O_WRONLY | os.O_RDWR):
        try:
            os.write(log, os.fsencode(os.path.join(root, os.fsdecode(given[0]))) + b"\\n")
        except OSError:  # a confined process, which has no such file
            pass

sys.addaudithook(look)
sys.exit(cli.main(sys.argv[1:]))
"""


def test_nothing_is_read_that_does_not_count(tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("docs/assets", "docs/lessons", "notebooks", "src"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
    for name in ("docs/assets", "src"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "requirements.txt", "package-lock.json", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    (project / "node_modules").symlink_to(ROOT / "node_modules")
    (project / "notebooks").mkdir()
    (project / "docs/index.md").write_text(PAGE.format("It is `{python} 1 + 1`, and $x$."))
    config = (project / "mkdocs.yml").read_text(encoding="utf-8")
    head, _, rest = config.partition("\nnav:\n")
    (project / "mkdocs.yml").write_text(f"{head}\nnav:\n  - Home: index.md\n\ntheme:{rest.partition('theme:')[2]}")
    opened = tmp_path / "opened"
    environment = os.environ | {"OPENED": str(opened), "PYTHONPATH": str(project / "src"), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", RECORDING, "build", "--no-pdf"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    read = {Path(os.path.normpath(line)) for line in opened.read_text().splitlines()}
    below = {path.relative_to(project) for path in read if path.is_relative_to(project) and path.is_file()}
    counted = {Path(line.split(b" ", 1)[1].split(b"\0")[0].decode()) for line in told(project)}
    made = (".cache", "site", ".site-fresh", "docs/notebooks")
    assert {path for path in below if not str(path).startswith(made) and "__pycache__" not in path.parts} <= counted
    assert Path("docs/index.md") in below


def told(root: Path) -> list[bytes]:
    return [
        line for name in (*tree.SOURCES, *fingerprint.MATHEMATICS) for line in fingerprint._told(root, Path(str(name)))
    ]


def test_a_build_of_what_did_not_change_leaves_the_site_as_it_is_and_mends_what_is_not_as_built(copy: object) -> None:
    run, folder = copy.build, copy.folder  # type: ignore[attr-defined]
    assert run().stdout.endswith("built site/\n")
    index = folder / "site/index.html"
    before, digest = index.stat().st_ino, (folder / "site/SHA256SUMS").read_bytes()
    assert run().stdout == "built site/\n"
    assert index.stat().st_ino == before
    index.write_text("altered")
    (folder / "site/lessons/extra.html").touch()
    assert run().stdout == "built site/\n"
    assert (folder / "site/SHA256SUMS").read_bytes() == digest
    assert index.read_text() != "altered"
    assert not (folder / "site/lessons/extra.html").exists()
    before = index.stat().st_ino
    assert run("--fresh").stdout.endswith("built site/\n")
    assert index.stat().st_ino != before
    assert (folder / "site/SHA256SUMS").read_bytes() == digest


def test_a_check_that_found_a_fault_finds_it_again_until_it_is_mended(copy: object) -> None:
    run, folder = copy.run, copy.folder  # type: ignore[attr-defined]
    said = run("check").stdout
    assert said.endswith("no problems\n")
    page = folder / "docs/index.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "\n<b>\n", encoding="utf-8")
    for _ in range(2):
        assert "L112 raw HTML" in run("check").stderr
    page.write_text(text, encoding="utf-8")
    assert run("check").stdout == said


@pytest.mark.parametrize("name", ["docs/notebooks", ".cache/serve"])
def test_a_link_in_the_place_of_what_builds_write_is_told_whatever_is_known(copy: object, name: str) -> None:
    run, folder = copy.run, copy.folder  # type: ignore[attr-defined]
    assert run("check").stdout.endswith("no problems\n")
    assert copy.build().stdout.endswith("built site/\n")  # type: ignore[attr-defined]
    shutil.rmtree(folder / name, ignore_errors=True)
    (folder / name).symlink_to(folder.parent)
    for done in (run("check"), copy.build()):  # type: ignore[attr-defined]
        assert done.returncode == 1
        assert f"{name}:1:1: L009 the symbolic link leads out of the project" in done.stdout + done.stderr
