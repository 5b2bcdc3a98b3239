"""Quick is also right: after any change, a build from what earlier ones kept is the site that a fresh one makes.

A machine edits a small project at random, as authors, maintainers and accidents do; after each step the project is
built as it is, and a copy of its sources with nothing kept. Both are the same files, and so is what is served.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
# No module of `lessons` may be imported here: what builds imports this module, and then the copy of the package.
STEPS = int(os.environ.get("LESSONS_STEPS", "6"))
PATIENCE = 120
URL = "http://127.0.0.1:9/"
CONFIG = f"""
site_name: Small
site_url: {URL}
strict: true
theme: {{name: material, custom_dir: src/lessons/theme, font: false}}
plugins:
  - search
  - mkdocs-jupyter: {{include: ["*.ipynb"], execute: false, allow_errors: false, cache: false}}
markdown_extensions: [lessons, attr_list, tables, toc, pymdownx.highlight, pymdownx.superfences]
extra_css: [assets/math/math.css, assets/lesson.css, assets/print.css]
extra_javascript: [{{path: assets/lesson.js, defer: true}}]
"""
PAGE = """---
title: Page {name}
description: About {name}.
---

# Page {name}

See [the first page](index.md#home), ![a picture](curve.svg) and $\\mu = {name}$.

```{{python}}
x = 1.5
```

It is `{{python}} str(x * 2)`.

/// question | Why?
    id: why-{name}

Because of $x$.
///

/// flashcard | Front of {name}?
    id: card-{name}

Back.
///
"""
READS = "\n```{python}\nfrom pathlib import Path\n\n'read ' + Path('data.csv').read_text().strip()\n```\n"
NOTEBOOK = (
    '# ---\n# title: "Notebook {name}"\n# description: It counts.\n# ---\n\n'
    "# %% [markdown]\n# # Notebook {name}\n#\n# Words, and [home](../index.md).\n\n# %%\n1 + 1\n"
)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} 9"><rect width="3" height="4"/></svg>'
PRELOADED = [
    *(
        "fontTools.subset",
        "fontTools.ttLib",
        "jupytext",
        "markdown.extensions.attr_list",
        "material.plugins.search.plugin",
    ),
    *("mkdocs.commands.build", "mkdocs_jupyter.plugin", "numpy", "pygments.lexers.python", "pymdownx.superfences"),
    *("quickjs", "tinycss2", "babel.dates", "matplotlib.pyplot"),
]


def _build(folder: str, arguments: tuple[str, ...]) -> None:
    """In a child that has loaded what others made, and nothing of ours: build with the package that lies there."""
    os.chdir(folder)
    sys.path.insert(0, f"{folder}/src")
    os.environ |= {"PYTHONPATH": f"{folder}/src", "TMPDIR": str(Path(folder).parent), "PATH": "/nowhere"}
    with Path("said").open("w", encoding="utf-8") as said:
        sys.stdout = sys.stderr = said
        from lessons import bounds
        from lessons.cli import main

        code = bounds.run(lambda: main(["build", "--no-pdf", *arguments]))
    os._exit(code)


def _ask(folder: str, url: str, connection: Any) -> None:
    """A child that serves: it keeps the project's pages as long as it lives."""
    os.chdir(folder)
    sys.path.insert(0, f"{folder}/src")
    os.environ |= {"PYTHONPATH": f"{folder}/src", "TMPDIR": str(Path(folder).parent), "PATH": "/nowhere"}
    from lessons.publish.serve import _Builder

    builder = _Builder(Path("mkdocs.yml").resolve(), 9)
    while (address := connection.recv()) is not None:
        connection.send(builder.ask("site", address))
    builder.worker.end()


class Edits(RuleBasedStateMachine):
    """A project that is changed, built and looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="incremental-"))
        self.folder, self.witness = self.base / "project", self.base / "witness"
        self.context: Any = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(PRELOADED)
        self.chance = random.Random(11)
        self.past: list[dict[str, bytes]] = []
        self.count = 0
        self.server: Any = None

    def teardown(self) -> None:
        if self.server is not None:
            self.connection.send(None)
            self.server.join()
        shutil.rmtree(self.base, ignore_errors=True)

    # ---- the project ----

    @initialize()
    def begin(self) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src", self.folder / "src", ignore=ignored)
        shutil.copytree(ROOT / "docs/assets", self.folder / "docs/assets")
        for name in ("requirements.txt", "package-lock.json"):
            shutil.copy(ROOT / name, self.folder)
        (self.folder / "node_modules").symlink_to(ROOT / "node_modules")
        (self.folder / "mkdocs.yml").write_text(CONFIG)
        (self.folder / "notebooks").mkdir()
        self.write("docs/index.md", "---\ntitle: Home\ndescription: Home.\n---\n\n# Home\n\nWords.\n")
        self.write("docs/curve.svg", PICTURE.format(9))
        for name in ("a", "b"):
            self.write(f"docs/{name}.md", PAGE.format(name=name))
        self.write("docs/b/data.csv", "0.25\n")
        self.edit("docs/b.md", lambda text: text + READS)
        self.write("notebooks/n.py", NOTEBOOK.format(name="n"))

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def edit(self, path: str, change: Callable[[str], str]) -> None:
        text = (self.folder / path).read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text, path
        self.write(path, changed)

    def number(self) -> str:
        self.count += 1
        return str(self.count)

    @property
    def pages(self) -> list[str]:
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob("docs/[a-z]*.md"))

    def page(self, chosen: int) -> str:
        others = [path for path in self.pages if path != "docs/index.md"]
        return others[chosen % len(others)]

    # ---- what authors do ----

    @rule(
        chosen=st.integers(0, 9),
        what=st.sampled_from(["prose", "code", "heading", "id", "card", "link", "glyph", "title"]),
    )
    def edit_a_page(self, chosen: int, what: str) -> None:
        new = self.number()
        changes: dict[str, Callable[[str], str]] = {
            "prose": lambda text: f"{text}\nSentence {new}.\n",
            "code": lambda text: text.replace("x = 1", f"x = 1{new}"),
            "heading": lambda text: f"{text}\n## Heading {new}\n\nWords.\n",
            "id": lambda text: text.replace("id: why-", f"id: why-{'abc'[int(new) % 3]}-"),
            "card": lambda text: text.replace("Back.", f"Back {new}."),
            "link": lambda text: f"{text}\n[A link {new}](index.md)\n",
            "glyph": lambda text: f"{text}\nA sign: $\\mathbf{{R}}_{{{new}}}$\n",
            "title": lambda text: text.replace("title: ", f"title: {new} ", 1),
        }
        self.edit(self.page(chosen), changes[what])

    @rule()
    def edit_data(self) -> None:
        if (self.folder / "docs/b.md").exists():
            self.write("docs/b/data.csv", f"0.{self.number()}\n")

    @rule()
    def edit_a_picture(self) -> None:
        self.write("docs/curve.svg", PICTURE.format(self.number()))

    @rule()
    def edit_a_style(self) -> None:
        self.edit("docs/assets/lesson.css", lambda text: f"{text}\n.lesson-card {{ order: {self.number()}; }}\n")

    @rule(what=st.sampled_from(["words", "code"]))
    def edit_a_notebook(self, what: str) -> None:
        notebooks = sorted(self.folder.glob("notebooks/*.py"))
        if notebooks:
            new = self.number()
            old, text = ("Words", f"Words {new}") if what == "words" else ("1 + 1", f"1 + 1{new}")
            self.edit(notebooks[0].relative_to(self.folder).as_posix(), lambda said: said.replace(old, text))

    @rule()
    def add_a_page(self) -> None:
        name = f"p{self.number()}"
        self.write(f"docs/{name}.md", PAGE.format(name=name))

    @rule(chosen=st.integers(0, 9))
    def rename_a_page(self, chosen: int) -> None:
        page = self.folder / self.page(chosen)
        if page.name != "b.md":  # its data would stay behind
            page.rename(page.with_name(f"r{self.number()}.md"))

    @rule(chosen=st.integers(0, 9))
    def remove_a_page(self, chosen: int) -> None:
        if len(self.pages) > 3 and self.page(chosen) != "docs/b.md":
            (self.folder / self.page(chosen)).unlink()

    @rule()
    def add_or_remove_a_notebook(self) -> None:
        more = self.folder / "notebooks/more.py"
        if more.exists():
            more.unlink()
        else:
            self.write("notebooks/more.py", NOTEBOOK.format(name="more"))

    # ---- what maintainers do ----

    @rule()
    def change_the_configuration(self) -> None:
        self.edit("mkdocs.yml", lambda text: text.replace("site_name: ", f"site_name: {self.number()} ", 1))

    @rule()
    def change_the_navigation(self) -> None:
        text = (self.folder / "mkdocs.yml").read_text().partition("\nnav:")[0].rstrip()
        names = [Path(page).name for page in self.pages]
        names += [f"notebooks/{path.stem}.ipynb" for path in self.folder.glob("notebooks/*.py")]
        self.chance.shuffle(names)
        self.write("mkdocs.yml", text + "\nnav:\n" + "".join(f"  - {name}\n" for name in names))

    def change_the_glossary(self, alias: str) -> None:
        """Not a rule: an edit of its page could be a fault of an entry."""
        entry = f"## Renown\n\nAlso: {alias}\n\nWhat it is. [More](index.md).\n"
        head = "---\ntitle: Glossary\ndescription: Words.\n---\n\n# Glossary\n\n"
        self.write("docs/glossary.md", head + entry)

    @rule(module=st.sampled_from(["page/blocks.py", "maths/gaussian.py", "publish/site.py"]))
    def edit_the_package(self, module: str) -> None:
        path = f"src/lessons/{module}"
        if module == "page/blocks.py":
            self.edit(path, lambda text: text.replace('"Show ', f'"Show {self.number()} '))
        else:
            self.edit(path, lambda text: f"{text}\n# {self.number()}\n")

    @rule()
    def change_a_lock(self) -> None:
        self.edit("requirements.txt", lambda text: f"{text}# {self.number()}\n")

    # ---- what happens ----

    @rule(chosen=st.integers(0, 99))
    def go_back(self, chosen: int) -> None:
        state = self.past[chosen % len(self.past)]
        for path in self.sources():
            if path not in state:
                (self.folder / path).unlink()
        for path, data in state.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_bytes(data)

    @rule(how=st.sampled_from(["damage", "cut", "delete"]))
    def lose_what_is_kept(self, how: str) -> None:
        kept = sorted(path for path in (self.folder / ".cache").glob("*/*") if path.is_file())
        for path in self.chance.sample(kept, len(kept) // 3):
            data = bytearray(path.read_bytes())
            if how == "delete":
                path.unlink()
            elif how == "cut":
                path.write_bytes(data[: len(data) // 2])
            else:
                data[self.chance.randrange(len(data))] ^= 1
                path.write_bytes(data)

    @rule(moment=st.integers(1, 20))
    def kill_a_build(self, moment: int) -> None:
        self.edit(self.page(moment), lambda text: f"{text}\nKilled {self.number()}.\n")
        process = self.context.Process(target=_build, args=(str(self.folder), ()))
        process.start()
        process.join(moment / 20)
        for pid in [*_children(process.pid), process.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.join()

    # ---- what must hold ----

    def sources(self) -> dict[str, bytes]:
        found = [self.folder / name for name in ("mkdocs.yml", "requirements.txt", "package-lock.json")]
        for name in ("docs", "notebooks", "src"):
            found += [path for path in (self.folder / name).rglob("*") if path.is_file()]
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in found
            if "__pycache__" not in path.parts and path.suffix != ".ipynb"
        }

    @invariant()
    def an_incremental_build_is_a_fresh_one(self) -> None:
        if not self.folder.exists():
            return
        state = self.sources()
        known = FRESH.get(_digest(state))
        wanted = [(self.folder, ()), *([] if known else [(self.witness, ("--fresh",))])]
        if not known:
            shutil.rmtree(self.witness, ignore_errors=True)
            for path, data in state.items():
                (self.witness / path).parent.mkdir(parents=True, exist_ok=True)
                (self.witness / path).write_bytes(data)
            (self.witness / "node_modules").symlink_to(ROOT / "node_modules")
        builds = [self.context.Process(target=_build, args=(str(folder), how)) for folder, how in wanted]
        for build in builds:
            build.start()
        for build, (folder, _) in zip(builds, wanted, strict=True):
            build.join(PATIENCE)
            assert build.exitcode == 0, (folder / "said").read_text()
        fresh = FRESH[_digest(state)] = known or (self.witness / "site/SHA256SUMS").read_bytes()
        quick = (self.folder / "site/SHA256SUMS").read_bytes()
        assert set(quick.splitlines()) ^ set(fresh.splitlines()) == set()
        assert quick == fresh
        self.past.append(state)

    @invariant()
    def what_is_served_is_what_is_built(self) -> None:
        if not self.folder.exists():
            return
        if self.server is None:
            self.connection, there = multiprocessing.Pipe()
            self.server = self.context.Process(target=_ask, args=(str(self.folder), URL, there))
            self.server.start()
        for path in sorted((self.folder / "site").rglob("*")):
            address = path.relative_to(self.folder / "site").as_posix()
            if path.is_file() and address not in ("SHA256SUMS", "sw.js"):  # served, it keeps nothing
                self.connection.send(address)
                told = self.connection.recv()
                assert not told.problems
                assert told.data == path.read_bytes(), address


FRESH: dict[str, bytes] = {}  # what was built of which sources with nothing kept: the same each time


def _digest(state: dict[str, bytes]) -> str:
    parts = [f"{path} {hashlib.sha256(data).hexdigest()}" for path, data in sorted(state.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _children(pid: int) -> list[int]:
    found = [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]
    return [below for child in found for below in [*_children(child), child]]


# Each kind once, and no two whose effects could hide each other at once.
KINDS: tuple[tuple[Callable[[Edits], None], ...], ...] = (
    (lambda edits: edits.edit_a_page(0, "prose"), lambda edits: edits.edit_a_notebook("words")),
    (lambda edits: edits.edit_a_page(0, "code"), lambda edits: edits.edit_a_notebook("code")),
    (lambda edits: edits.edit_data(),),
    (lambda edits: edits.edit_a_picture(), lambda edits: edits.edit_a_style()),
    (lambda edits: edits.edit_a_page(0, "heading"), lambda edits: edits.edit_a_page(1, "glyph")),
    (lambda edits: edits.edit_a_page(0, "id"), lambda edits: edits.edit_a_page(1, "link")),
    (lambda edits: edits.edit_a_page(0, "card"), lambda edits: edits.kill_a_build(9)),
    (lambda edits: edits.edit_a_page(0, "title"),),
    (lambda edits: edits.change_the_configuration(),),
    (lambda edits: edits.add_a_page(), lambda edits: edits.add_or_remove_a_notebook()),
    (lambda edits: edits.change_the_navigation(),),
    (lambda edits: edits.rename_a_page(0), lambda edits: edits.change_the_navigation()),
    (lambda edits: edits.edit_the_package("page/blocks.py"), lambda edits: edits.change_a_lock()),
    (lambda edits: edits.lose_what_is_kept("damage"), lambda edits: edits.lose_what_is_kept("cut")),
    (lambda edits: edits.go_back(3),),
    (lambda edits: edits.change_the_glossary("words"), lambda edits: edits.change_the_navigation()),
    (lambda edits: edits.change_the_glossary("home"),),
)


def test_after_each_kind_of_change_what_is_kept_makes_the_same_site() -> None:
    edits = Edits()
    try:
        edits.begin()
        for changes in ((), *KINDS):
            for change in changes:
                change(edits)
            edits.an_incremental_build_is_a_fresh_one()
            edits.what_is_served_is_what_is_built()
    finally:
        edits.teardown()


def test_after_any_change_what_is_kept_makes_the_same_site() -> None:
    quick = settings(
        max_examples=1,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Edits, settings=quick)


def test_what_is_kept_of_the_site_is_what_is_computed_anew(project: Any, tmp_path: Path) -> None:
    """All of it: pages, results, notebooks, frames, fonts, styles."""
    kept = project.build("--site", tmp_path / "site")
    assert kept.returncode == 0, kept.stderr
    anew = project.build("--compare", "--site", tmp_path / "site")
    assert (anew.returncode, anew.stderr) == (0, "")


def _shorten(folder: Path) -> None:
    """Without the training of networks, which takes longer than all else."""
    long = folder / "notebooks/vae-training.py"
    text, _, _ = long.read_text(encoding="utf-8").partition("# %% [markdown]\n# ## Real data\n")
    long.write_text(text, encoding="utf-8")


def _build_in(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-P", "-m", "lessons", "build", "--no-pdf", *arguments]
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_a_build_from_the_store_of_the_commit_before_is_a_fresh_one(tmp_path: Path) -> None:
    """Whatever that commit's own code kept, and whatever this one changes."""
    folder = tmp_path / "project"
    folder.mkdir()
    git = ["git", "-C", str(ROOT)]
    before = subprocess.run([*git, "archive", "HEAD~1"], capture_output=True, check=False)
    if before.returncode:  # there is none: in a shallow clone, say
        before = subprocess.run([*git, "archive", "HEAD"], capture_output=True, check=True)
    subprocess.run(["tar", "--extract", "--directory", str(folder)], input=before.stdout, check=True)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    _shorten(folder)
    _build_in(folder)
    for path in folder.iterdir():
        if path.name not in (".cache", "node_modules"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    listed = subprocess.run([*git, "ls-files", "-z"], capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    _shorten(folder)
    sums = []
    for arguments in ((), ("--fresh",)):
        _build_in(folder, *arguments)
        sums.append((folder / "site/SHA256SUMS").read_bytes())
        shutil.rmtree(folder / "site")
    assert sums[0] == sums[1]
