"""Small projects, and a builder that has the site generator loaded: each build is a fresh process, yet a quick one."""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lessons.page import mathml
from lessons.page.page import Answer, Exercise, Page, Slip, Variant

ROOT = Path(__file__).parents[2]
PAGE = "---\ntitle: A page\ndescription: What it is about.\n---\n\n# Home\n\n{}\n"
CONFIG = """
site_name: Small
strict: true
theme: {name: null, custom_dir: theme, static_templates: [sitemap.xml]}
plugins: []
markdown_extensions: [lessons, attr_list, tables, pymdownx.highlight, pymdownx.superfences]
extra_css: [assets/math/math.css]
"""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg"><desc>{}</desc></svg>'
TEMPLATE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ page.title }}</title>'
    '<link rel="stylesheet" href="{{ config.extra_css[0] | url }}"></head><body>{{ page.content }}</body></html>'
)
# Loads what a build needs. `counted` counts the changes that this process makes to files, from the first one of a kind,
# and ends it at the one asked for, as a kill would: not at a moment that is another on each machine.
LOADED = """
import json, os, signal, sys
import markdown.extensions.attr_list, markdown.extensions.tables, mkdocs.config.defaults, mkdocs.localization
import pymdownx.superfences
import lessons.page.extension, lessons.publish.build
from lessons import cli
from lessons.page import config
config.THEME.update(dict.fromkeys(("name", "custom_dir", "static_templates"), lambda *_: None))  # its theme is its own
CHANGES = {"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}
def counted(first, last):
    steps, own = 0, os.getpid()
    def step(event, arguments):
        nonlocal steps
        change = event in CHANGES or event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        if change and os.getpid() == own and (steps or not first or event == first):
            steps += 1
            if steps == last:
                os.kill(own, signal.SIGKILL)
    sys.addaudithook(step)
    return lambda: steps
"""
# Forks a process for each line it reads, runs the command line in it, and says its number and how it ended.
FORKING = f"""{LOADED}
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        folder, said, arguments, steps = json.loads(line)
        os.chdir(folder)
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1)
        os.dup2(output, 2)
        count = counted(*steps) if steps else None
        code = cli.main(arguments)
        if count:
            print(count(), "changes", flush=True)
        sys.exit(code)
    print(child, flush=True)
    sys.stdin.readline()  # until then its number is nobody else's
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Small:
    """A project of one page and thirty files, in a theme of one template: a site to be put in place, no more."""

    def __init__(self, folder: Path, words: str = "A good page.") -> None:
        self.folder = folder
        if folder.exists():
            return
        for name in ("docs/pictures", "theme"):
            (folder / name).mkdir(parents=True)
        (folder / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
        (folder / "theme/main.html").write_text(TEMPLATE, encoding="utf-8")
        shutil.copy(ROOT / "src/lessons/theme/sitemap.xml", folder / "theme")
        for number in range(30):
            (folder / f"docs/pictures/{number}.svg").write_text(PICTURE.format(f"{number}\n" * 4000), encoding="utf-8")
        self.write(words)

    def write(self, words: str) -> None:
        (self.folder / "docs/index.md").write_text(PAGE.format(words), encoding="utf-8")


class Builder:
    """Runs `lessons` in forks of a process that has loaded what it needs."""

    def __init__(self, scratch: Path, *before: str) -> None:
        self.said = scratch / f"said-{time.monotonic_ns()}"
        environment = os.environ | {
            "PYTHONPATH": str(ROOT / "src"),
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", FORKING],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self._line() == "ready"

    def start(self, project: Small, *arguments: str | Path, steps: tuple[str, int] | None = None) -> int:
        """Begin a command. Returns the number of its process.

        `steps` names a kind of change to files, or any by "", and ends the command at that many changes from there.
        """
        self._tell(json.dumps([str(project.folder), str(self.said), list(map(str, arguments)), steps]))
        return int(self._line())

    def end(self) -> int:
        """Wait for the end of the command. Returns its exit code, or minus the signal that ended it."""
        self._tell("")
        return int(self._line())

    def run(self, project: Small, *arguments: str | Path) -> tuple[int, str]:
        """A command's exit code, and all it said."""
        self.start(project, *arguments)
        return self.end(), self.said.read_text(encoding="utf-8")

    def changes(self, project: Small, first: str) -> int:
        """How many changes to files a build makes, from the first one of a kind."""
        self.start(project, "build", steps=(first, -1))
        assert self.end() == 0
        return int(self.said.read_text(encoding="utf-8").split()[-2])

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self.process.wait()

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the builder ended"
        return line.strip()


class Dated:
    """A project in a repository, whose commits have the times that a test gives them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, at: int = 0, said: bytes = b"") -> bytes:
        dated = {"GIT_COMMITTER_DATE": f"{at} +0000", "GIT_AUTHOR_DATE": f"{at} +0000"} if at else {}
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *who, *arguments],
            cwd=self.root,
            env=os.environ | dated,
            input=said,
            check=True,
            capture_output=True,
        )
        return done.stdout

    def commit(self, at: int, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--", ".", ":!.cache")
        self.git("commit", "-q", "-m", "A change", at=at)


def held(folder: Path) -> dict[str, str]:
    """Every file below a folder, with a hash of what it holds."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """A builder, shared by all tests."""
    with contextlib.closing(Builder(tmp_path_factory.mktemp("builder"))) as made:
        yield made


@pytest.fixture(scope="session")
def builders(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., contextlib.closing[Builder]]:
    """Makes builders, each started by the command line given."""
    return lambda *before: contextlib.closing(Builder(tmp_path_factory.mktemp("builder"), *before))


@pytest.fixture(scope="session")
def small() -> Callable[..., Small]:
    """Makes small projects: their folder, and the words of their page."""
    return Small


@pytest.fixture(scope="session")
def hashes() -> Callable[[Path], dict[str, str]]:
    return held


# Words with every sign that a format of quizzes could take for its own.
HOSTILE = r"~ = # {a} : \n \\ %50% // ::x:: ]]> &amp;lt; <b>ü</b> $CATEGORY -> [html] #### ½ “q”"


@pytest.fixture
def dated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dated:
    """A new repository, in which the test runs."""
    made = Dated(tmp_path / "project")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture(scope="session")
def hostile() -> str:
    """Words with every sign that a format of quizzes could take for its own."""
    return HOSTILE


@pytest.fixture(scope="session")
def taught() -> Page:
    """A lesson of two exercises: one of two values, in hostile words; and one with other numbers."""
    words = html.escape(HOSTILE, quote=False)
    tex = mathml.typeset(r"\nu = \{x : a < b\}")
    slips = (
        Slip("half", 0.636294, f"{words} {tex}"),
        Slip("sign", -0.318147, "minus"),
        Slip("none", math.nan, "never"),
    )
    first = Answer("one-kl", f"1. KL {HOSTILE}", 0.3181471805599453, 3, "nats", "0.318 nats", slips)
    second = Answer("one-ratio", "2. Ratio", -2.0, 2, "", "−2.00")
    solution = f"<p>{tex}</p>\n\n<pre>a\n  b\n\nc</pre>"
    hints = (f"<p>Think. {words}</p>", "<p>Again.</p>")
    one = Exercise("one", f"Exercise 1: {words}", f"<p>{words}\n{tex}</p>", solution, (first, second), hints)

    def other(number: int) -> Variant:
        answer = Answer("two-sum", "The sum", number + 0.25, 3, "nats", f"{number}.250 nats", (Slip("no", 0.5, "no"),))
        given = (("mu", str(number)), ("std", "0.5"))
        return Variant(f"v{number}", given, f"<p>Add {number}.</p>", f"<p>{number} + ¼</p>", (answer,), ("<p>¼</p>",))

    two = other(1)
    varied = Exercise(
        "two", "Exercise 2: Sums / more", two.prompt, two.solution, two.answers, two.hints, (other(2), other(3))
    )
    plain = Exercise("three", "Exercise 3: In words", "<p>Say.</p>", "<p>So.</p>")
    meta = {"title": "One -- lesson / two", "description": "D"}
    return Page("docs/lessons/one.md", "lessons/one/index.html", meta, "", exercises=(one, varied, plain))
