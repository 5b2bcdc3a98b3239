"""Trees that name or place what the trusted side could import, open, execute or be configured by.

One tree holds everything at once; each of its programs writes a mark beside the tree and does nothing else. Then the
real commands run on it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessons import environment

ROOT = Path(__file__).parents[2]
HEAD = "---\ntitle: T\ndescription: D\n---\n\n"
NOTEBOOK = "# ---\n# title: T\n# description: D\n# ---\n\n# %%\n{}\n"
# What does something when it is imported, beside what its import gives: all of it is installed, and some of it locked.
SPEAKS = ("IPython.__main__", "antigravity", "idlelib.idle", "lessons.__main__", "lessons.cli", "this")
# Modules that a command imports sooner or later, and modules, programs and settings that tools look for by name.
MODULES = (
    *("argparse", "ast", "babel", "encodings", "enum", "json", "jupytext", "markdown", "mkdocs", "nbformat", "numpy"),
    *("matplotlib", "pkgutil", "pygments", "quickjs", "re", "sitecustomize", "usercustomize", "yaml", "zensical"),
    *("conftest", "ipython_config", "jupyter_config", "jupyter_nbconvert_config", ".jupytext", "evil"),
)
COMMANDS = (["check"], ["values"], ["notebooks"], ["build", "--no-pdf"], ["build-next"])


class Tree:
    """A project in `project`, whose programs write marks into `marks`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.marks = folder / "project", folder / "marks"
        self.marks.mkdir(parents=True)
        self.write("docs/index.md", f"{HEAD}# Home\n\nText.\n")
        (self.folder / "notebooks").mkdir()
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("src/lessons/", f"{ROOT}/src/lessons/")
        before, _, rest = text.partition("\nnav:\n")
        self.config = f"{before}\n{rest[rest.index('theme:') :]}"
        self.write("mkdocs.yml", self.config)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def program(self, name: str, mark: str) -> Path:
        """A shell script that leaves a mark."""
        path = self.write(name, f'#!/bin/sh\ntouch "{self.marks}/{mark}"\ncat\n')
        path.chmod(0o755)
        return path

    def python(self, mark: str) -> str:
        return f"open({str(self.marks / mark)!r}, 'w')\n"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {"PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
        return subprocess.run(
            [sys.executable, "-P", "-m", "lessons", *arguments],
            cwd=self.folder,
            env=given | {"HOME": str(self.marks.parent)} | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def marked(self) -> list[str]:
        return sorted(path.name for path in self.marks.iterdir())


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def first_lines(report: str) -> list[str]:
    return [line for line in report.splitlines() if line.startswith(("docs/", "notebooks/", "mkdocs.yml"))]


# ---- what a page or a notebook names -------------------------------------------------------------------------------


def test_a_module_that_is_named_is_not_imported_here(tree: Tree) -> None:
    """Under the name of a command, which `IPython.__main__` takes for a script to run."""
    for command in ("check", "values"):
        tree.write(command, tree.python("ran"))
    for name in SPEAKS:
        slug = name.replace(".", "-").replace("_", "").lower()
        tree.write(f"docs/{slug}.md", f"{HEAD}```{{python}}\nif False:\n    import {name}\n```\n")
        tree.write(f"notebooks/{slug}.py", NOTEBOOK.format(f"if False:\n    import {name}"))
    tree.write("docs/z.md", f"{HEAD}```{{python}}\nimport IPython.__main__\n```\n")
    done = tree.run("check")
    assert (done.returncode, done.stdout) == (1, "")
    (told,) = first_lines(done.stderr)
    assert told.startswith(("docs/z.md:7:1: L209 PermissionError", "docs/z.md:7:1: L201 "))
    done = tree.run("notebooks")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("ran notebooks/") == len(SPEAKS)
    assert tree.marked() == []


# ---- what lies beside ----------------------------------------------------------------------------------------------


def test_nothing_that_lies_in_a_tree_is_imported_or_read(tree: Tree) -> None:
    for name in MODULES:
        for folder in ("", "notebooks/helpers/", "src/"):
            tree.write(f"{folder}{name}.py", tree.python(f"{name}.py"))
    (tree.folder / "bin").mkdir()
    for name in ("git", "rm", "pandoc", "node", "python", "bwrap"):
        tree.program(name, name)
        tree.program(f"bin/{name}", name)
    for name in ("x.pth", "src/x.pth"):
        tree.write(name, f"import os; {tree.python('pth')}")
    jinja = f"{{{{ cycler.__init__.__globals__.os.mkdir('{tree.marks}/template') }}}}"
    for folder in ("", "mkdocs_html/", "lab/", "base/", "templates/", "theme/"):
        for name in ("index.html.j2", "base.html", "main.html", "404.html", "sitemap.xml"):
            tree.write(f"{folder}{name}", jinja)
        tree.write(f"{folder}conf.json", '{"base_template": "base"}')
    tree.write("matplotlibrc", "backend: module://evil\n")
    tree.write("UTC", "no time zone\n")
    tree.write("jupytext.toml", 'formats = "ipynb,py:percent"\n')
    tree.write("node_modules/katex/dist/katex.min.js", "katex = {renderToString: () => 'planted'}")
    tree.write(
        "docs/page.md", f"{HEAD}$x$\n\n```{{python}}\nfrom lessons.figures import plt\n\nplt.get_backend()\n```\n"
    )
    tree.write("notebooks/n.py", NOTEBOOK.format("import numpy\nfrom lessons.figures import plt\n1"))
    for command in COMMANDS:
        done = tree.run(*command, PATH=f":.:bin:{os.environ['PATH']}")
        assert (done.returncode, done.stderr) == (0, ""), command
    assert tree.marked() == []
    page = (tree.folder / "site/page/index.html").read_text(encoding="utf-8")
    assert "planted" not in page
    assert "agg" in page


# ---- mkdocs.yml ----------------------------------------------------------------------------------------------------


def test_a_build_refuses_a_configuration_before_it_is_loaded(tree: Tree) -> None:
    """Without a page, too: there is nothing then that a check would be about."""
    tree.write("hook.py", tree.python("hook"))
    (tree.folder / "docs/index.md").unlink()
    tag = f"!!python/object/apply:os.mkdir [{tree.marks}/tag]"
    tree.write("mkdocs.yml", f"{tree.config}extra: {tag}\nhooks: [hook.py]\n")
    for command in (["check"], ["build", "--no-pdf"], ["build-next"]):
        done = tree.run(*command)
        assert done.returncode == 1
        told = first_lines(done.stderr)
        assert len(told) == 2
        assert "L012 extra may not be that with the tag" in told[0]
        assert told[1].endswith("L012 mkdocs.yml may not have the key 'hooks'")
        assert "Traceback" not in done.stderr
    assert tree.marked() == []
    assert not (tree.folder / "site").exists()


# ---- git -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tree: Tree) -> Tree:
    """A tree with a history, whose configuration then names a program wherever git knows a place for one."""
    tree.write("docs/index.md", f"{HEAD}/// question | Why?\n    id: why\n\nBecause `{{python}} 1 + 1`.\n///\n")
    tree.write(".gitattributes", "* filter=evil diff=evil export-subst\n*.md filter=evil diff=evil merge=evil\n")
    tree.write("docs/place.md", f"{HEAD}Text.\n")
    (tree.folder / "docs/elsewhere.md").symlink_to(tree.marks.parent / "outside.md")
    (tree.folder / "docs/folder").symlink_to(tree.marks.parent)
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "base"], ["tag", "base"]):
        subprocess.run(["git", *arguments], cwd=tree.folder, check=True)
    (tree.folder / "docs/elsewhere.md").unlink()
    (tree.folder / "docs/folder").unlink()
    evil = tree.program(".git/evil", "git")
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        tree.program(f".git/hooks/{hook}", hook)
        (tree.folder / ".git/own").mkdir(exist_ok=True)
        tree.program(f".git/own/{hook}", hook)
    tree.write(".git/more", f'[core]\n\tfsmonitor = {evil}\n[tar "tar"]\n\tcommand = {evil}\n')
    tree.write(
        ".git/config",
        f"""[core]
\trepositoryformatversion = 1
\tfsmonitor = {evil}
\thooksPath = {tree.folder}/.git/own
\tpager = {evil}
\teditor = {evil}
\tsshCommand = {evil}
\tgitProxy = {evil}
\taskPass = {evil}
\talternateRefsCommand = {evil}
[include]
\tpath = more
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = ext::{evil}
\tuploadpack = {evil}
\tpromisor = true
\tpartialclonefilter = blob:none
[protocol "ext"]
\tallow = always
[filter "evil"]
\tclean = {evil}
\tsmudge = {evil}
\tprocess = {evil}
\trequired = true
[diff]
\texternal = {evil}
[diff "evil"]
\ttextconv = {evil}
\tcommand = {evil}
[credential]
\thelper = !{evil}
[gpg]
\tprogram = {evil}
[log]
\tshowSignature = true
[alias]
\tls-files = !{evil}
\tls-tree = !{evil}
\tcat-file = !{evil}
\trev-parse = !{evil}
\tshow = !{evil}
\tarchive = !{evil}
[pager]
\tls-files = {evil}
\tshow = {evil}
[tar "tar"]
\tcommand = {evil}
[uploadarchive]
\tallowUnreachable = true
""",
    )
    return tree


def test_git_runs_nothing_that_a_repository_names(repository: Tree) -> None:
    outside = repository.marks.parent / "outside.md"
    outside.write_text("/// question | Secret?\n    id: secret\n\nNo.\n///\n", encoding="utf-8")
    assert repository.run("check").returncode == 0
    done = repository.run("check", "--base", "base")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2 pages, no problems\n", "")
    done = repository.run("values", "--diff", "HEAD")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "0 of 1 values changed\n"
    repository.write("docs/index.md", f"{HEAD}Text.\n")
    repository.write("docs/place.md", f"{HEAD}Text.\n")
    done = repository.run("check", "--base", "base")
    assert "docs/index.md:7:5: L702 the id 'why' was here at base and is gone" in done.stderr
    assert "secret" not in done.stderr
    assert repository.marked() == []


def test_an_object_that_is_absent_is_not_fetched(repository: Tree) -> None:
    for file in (repository.folder / ".git/objects").glob("??/*"):
        kind = subprocess.run(
            ["git", "cat-file", "-t", file.parent.name + file.name],
            cwd=repository.folder,
            env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ALLOW_PROTOCOL": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        if kind == "blob\n":
            file.unlink()
    for command in (["check", "--base", "base"], ["values", "--diff", "base"]):
        done = repository.run(*command)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert "Traceback" not in done.stderr
    assert repository.marked() == []


@pytest.mark.parametrize(
    "revision", ["--output=marks", "-", "", " ", "\x1b[31m", "base\n", "no-such", "base:docs", "\udcff"]
)
def test_a_revision_that_is_none_is_told_in_one_line(
    revision: str, repository: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lessons import git

    monkeypatch.chdir(repository.folder)
    with pytest.raises(git.GitFailed) as raised:
        git.files(Path(), revision)
    assert str(raised.value).isprintable()
    assert repository.marked() == []


def test_a_project_that_looks_like_a_repository_is_none(tree: Tree) -> None:
    """Files named as those of a bare repository, committed to another one, make one of the folder."""
    evil = tree.program("evil", "bare")
    subprocess.run(["git", "init", "-q", "--bare", tree.folder], check=True)
    tree.write("config", f"[core]\n\tbare = true\n\tfsmonitor = {evil}\n[alias]\n\trev-parse = !{evil}\n")
    done = tree.run("check", "--base", "HEAD")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert tree.marked() == []


def test_a_revision_whose_files_lie_elsewhere_is_not_unpacked(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    from lessons import git

    def run(*arguments: str, given: str | bytes = b"") -> str:
        data = given.encode() if isinstance(given, str) else given
        done = subprocess.run(["git", *arguments], cwd=tree.folder, input=data, capture_output=True, check=True)
        return done.stdout.decode().strip()

    run("init", "-q")
    blob = run("hash-object", "-w", "--stdin", given="planted")
    inner = run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=_entry("100644", "planted", blob))
    for name in ("..", ".", "/"):
        outer = run("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=_entry("40000", name, inner))
        about = f"tree {outer}\nauthor A <a> 0 +0000\ncommitter A <a> 0 +0000\n\nm\n"
        commit = run("hash-object", "-t", "commit", "-w", "--stdin", given=about)
        (tree.marks.parent / "unpacked").mkdir(exist_ok=True)
        with pytest.raises(git.GitFailed):
            git.unpack(tree.folder, commit, tree.marks.parent / "unpacked")
    assert list((tree.marks.parent / "unpacked").iterdir()) == []
    assert not (tree.marks.parent / "planted").exists()


def _entry(mode: str, name: str, address: str) -> bytes:
    return f"{mode} {name}\0".encode() + bytes.fromhex(address)


# ---- the environment -----------------------------------------------------------------------------------------------


def test_nothing_is_kept_but_what_is_named() -> None:
    given = {
        name: "/secret" for kept in (*environment.KEPT, *environment.PLACES) for name in (f"{kept}_TOKEN", f"X_{kept}")
    }
    startup = ("PYTHONSTARTUP", "PYTHONHOME", "PYTHONBREAKPOINT", "PYTHONINSPECT", "PYTHONUSERBASE", "PYTHONPLATLIBDIR")
    given |= dict.fromkeys((*startup, "PYTHONWARNINGS", "MPLBACKEND", "MATPLOTLIBRC", "GIT_DIR", "LD_AUDIT"), "/x")
    assert environment.kept(given) == {}


@pytest.mark.parametrize("name", environment.PLACES)
def test_no_list_of_places_holds_the_folder_one_is_in(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert environment.kept({name: ":/usr/bin::.:./:"}) == {name: "/usr/bin"}
    assert environment.kept({name: ":."}) == {}


def test_the_faking_of_time_goes_on(tool: Callable[[str], str], tree: Tree) -> None:
    tree.write("docs/index.md", f"{HEAD}```{{python}}\nimport time\n\ntime.gmtime().tm_year\n```\n")
    given: dict[str, Any] = {"cwd": tree.folder, "capture_output": True, "text": True, "check": True}
    command = [tool("faketime"), "-f", "@2031-05-05 12:00:00", sys.executable, "-P", "-m", "lessons", "values"]
    given["env"] = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    assert "2031" in subprocess.run(command, **given).stdout
