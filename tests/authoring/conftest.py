"""What the tests of authoring share: a small project, committed, and its command line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAD = "---\ntitle: T\ndescription: D\n---\n\n"  # the body begins on line 6
NAV = """nav:
  - Home: index.md
  - Lessons:
      - lessons/index.md
      - One: lessons/one.md
  - About: about.md
"""
ONE = """# One

```{python}
from lessons.maths.derivation import Quantity

kl = Quantity(1 / 3, symbol="D", unit="nats")
kl
```

It is `{python} kl`, of `{python} "two"` in `{python} 7`.
"""


class Project:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def files(self) -> dict[str, str]:
        """What everything holds that a person wrote."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8")
            for folder in ("docs", "notebooks")
            for path in sorted((self.folder / folder).rglob("*"))
            if path.is_file()
        } | {"mkdocs.yml": (self.folder / "mkdocs.yml").read_text(encoding="utf-8")}

    def commit(self, tag: str) -> None:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", tag], ["tag", tag]):
            subprocess.run(["git", *arguments], cwd=self.folder, check=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lessons", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Three pages; the working directory is the project's."""
    project = Project(tmp_path / "project")
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("src/lessons/", f"{ROOT}/src/lessons/")
    project.write("mkdocs.yml", re.sub(r"(?ms)^nav:\n.*?(?=^\S)", lambda _: f"{NAV}\n", text))
    for name in ("index", "about", "lessons/index"):
        project.write(f"docs/{name}.md", f"{HEAD}# T\n\nText.\n")
    project.write("docs/lessons/one.md", HEAD + ONE)
    project.write(".gitignore", "/site/\n/.cache/\n/docs/notebooks/\n")
    (project.folder / "notebooks").mkdir()
    monkeypatch.chdir(project.folder)
    return project
