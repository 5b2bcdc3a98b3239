"""A small site for bad pages, and what `lessons check` and `lessons build` say of them.

Each test file is a table of pages with the exact report that each must get. All pages of a table lie in one site, as
they would in life: one check tells of them all, and one build refuses them all and leaves the last good site alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lessons.page import checks, execute
from lessons.problem import report

ROOT = Path(__file__).parents[2]
HEAD = "---\ntitle: A page\ndescription: What it is about.\n---\n\n"  # the body begins on line 6
SECONDS = 4.0  # what a snippet may take here
# The command line, with less patience than it has.
QUICK = f"""
if __name__ == "__main__":
    import sys
    from lessons import cli
    from lessons.page import execute
    execute.SECONDS = {SECONDS}
    sys.exit(cli.main(sys.argv[1:]))
"""


class Site:
    """A project's folder: its pages, its configuration and, once built, its site."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.report = ""  # of the last check

    def write(self, name: str, page: str | bytes) -> Path:
        """A page of docs/; text without a head gets one of five lines."""
        path = self.folder / "docs" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(page, str):
            page = (page if page.startswith("---") else HEAD + page).encode()
        path.write_bytes(page)
        return path

    def list(self, *omitted: str) -> None:
        """Name every page in nav, save some."""
        names = [path.relative_to(self.folder / "docs").as_posix() for path in checks.pages(self.folder / "docs")]
        nav = "".join(f"  - {name}\n" for name in names if name not in omitted)
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("src/lessons/", f"{ROOT}/src/lessons/")
        text = re.sub(r"(?ms)^nav:\n.*?(?=^\S)", lambda _: f"nav:\n{nav}", text)
        (self.folder / "mkdocs.yml").write_text(text, encoding="utf-8")

    def check(self) -> str:
        """The report of `lessons check`, made in this process."""
        with contextlib.chdir(self.folder), pytest.MonkeyPatch.context() as patch:
            patch.setattr(execute, "SECONDS", SECONDS)
            self.report = report(checks.check(checks.pages(Path("docs"))))
        return self.report

    def told(self) -> dict[str, str]:
        """The same by page, without its path: `line:column: CODE message`, the repair below."""
        pages: dict[str, list[str]] = {}
        name = ""
        for line in self.check().splitlines()[:-1]:
            if match := re.match(r"docs/(.+)\.md:(?=\d)", line):
                name = match[1]
            pages.setdefault(name, []).append(line.removeprefix(f"docs/{name}.md:"))
        return {name: "\n".join(lines) for name, lines in pages.items()}

    def run(self, *arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
        """The real command line, in a process of its own."""
        script = self.folder / "quick.py"
        script.write_text(QUICK, encoding="utf-8")
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            [sys.executable, script, *map(str, arguments)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **options,
        )

    def bytes(self, folder: str = "site") -> dict[str, str]:
        """Every file of the built site, by a hash of what it holds."""
        return {
            path.relative_to(self.folder / folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((self.folder / folder).rglob("*"))
            if path.is_file()
        }

    def refuses(self) -> None:
        """`lessons build` says the same as the last check, and the last good site is the same bytes."""
        good = self.bytes()
        assert "index.html" in good
        done = self.run("build")
        assert done.returncode == 1
        assert done.stderr == f"{self.report}\nThe site was not built; site/ is as it was.\n"
        assert self.bytes() == good
        assert [path.name for path in self.folder.glob(".site*")] == []


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of one page, built."""
    site = Site(tmp_path_factory.mktemp("good") / "project")
    site.write("index", "# Home\n\nA good page.\n")
    site.list()
    done = site.run("build")
    assert done.returncode == 0, done.stderr
    return site


@pytest.fixture(scope="module")
def site(good: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A copy of the good site for the bad pages of one test file."""
    folder = tmp_path_factory.mktemp("site") / "project"
    shutil.copytree(good.folder, folder)
    return Site(folder)


@pytest.fixture
def fresh(good: Site, tmp_path: Path) -> Site:
    """A copy of the good site for one test."""
    shutil.copytree(good.folder, tmp_path / "project")
    return Site(tmp_path / "project")
