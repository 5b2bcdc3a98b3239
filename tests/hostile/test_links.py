"""Trees with links, pipes and folders where files, folders or nothing belong: told, and nothing is followed.

Beside each project lies a folder that is somebody else's. Whatever a command does, it stays as it is, and what it
holds is in no output and in no file of the project. The commands are the real ones, as the user who runs the tests
and as an ordinary one.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, closing
from pathlib import Path

import pytest
from tests.publish.conftest import Builder, Small, held

from lessons.publish import sandbox

pytestmark = pytest.mark.long

SRC = Path(sandbox.__file__).parents[2]
SECRET = secrets.token_hex(16)
NOTEBOOK = f"# ---\n# title: T\n# description: D\n# ---\n\n# %% [markdown]\n# # {SECRET}\n"
WORDS = "A value: `{python} 1 + 1`.\n\n```{python}\nx = 2\nx\n```\n\nA formula: $x^2 + \\mathbf y$.\n"
COMMANDS = (
    ["check"],
    ["check", "--ready", "--format", "json"],
    ["build", "--no-pdf"],
    ["build-next"],
    ["notebooks", "--to", "markdown"],
    ["values"],
    ["new", "slug", "--title", "Title"],
    ["serve"],
)
ORDINARY = ("unshare", "--user", "--map-user=1000", "--map-group=1000") if os.geteuid() == 0 else ()


both_users = pytest.mark.parametrize("machine", ["this user", "an ordinary user"], indirect=True)


@pytest.fixture(scope="module")
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    for name in ("home", "temporary"):
        (folder / name).mkdir()
    settings = ("env", f"HOME={folder}/home", f"TMPDIR={folder}/temporary")
    before = (*settings, *(ORDINARY if getattr(request, "param", "") == "an ordinary user" else ()))
    with closing(Builder(folder, *before)) as builder:
        yield Machine(folder, builder)


class Machine:
    """A user's home and temporary files, and commands that this user starts."""

    def __init__(self, folder: Path, builder: Builder) -> None:
        self.temporary = folder / "temporary"
        self.builder = builder


class Tree:
    """A project that builds, and a folder outside that nobody may touch."""

    def __init__(self, folder: Path, machine: Machine) -> None:
        self.machine = machine
        self.project = Small(folder / "project", WORDS)
        self.folder = self.project.folder
        (self.folder / "notebooks").mkdir()
        (self.folder / "mkdocs.yml").write_text((self.folder / "mkdocs.yml").read_text() + "nav:\n  - index.md\n")
        self.outside = folder / "outside"
        for name in ("secret.md", "secret.svg", "deep/secret.csv", "pages/x", "sitemap.xml", "index.html"):
            (self.outside / name).parent.mkdir(parents=True, exist_ok=True)
            (self.outside / name).write_text(SECRET)
        (self.outside / "secret.py").write_text(NOTEBOOK)
        shutil.copy(self.folder / "mkdocs.yml", self.outside)
        (folder / "outside/lessons").mkdir()
        self.before = held(self.outside)

    def plant(self, name: str, what: Callable[[Path], object]) -> None:
        """Put something in a place, whatever is there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        what(path)

    def link(self, target: str) -> Callable[[Path], object]:
        return lambda path: path.symlink_to(self.outside / target)

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        code, said = self.machine.builder.run(self.project, *arguments)
        assert "Traceback" not in said, said
        assert SECRET not in said
        self.is_spared()
        return code, said

    def is_spared(self) -> None:
        """What lies outside is as it was, none of it came in, and nothing temporary stays."""
        assert held(self.outside) == self.before
        for folder, _, names in os.walk(self.folder):
            for path in (Path(folder, name) for name in names):
                if path.is_file() and not path.is_symlink():
                    assert SECRET.encode() not in path.read_bytes(), path
        assert list(self.machine.temporary.iterdir()) == []


@pytest.fixture
def tree(tmp_path: Path, machine: Machine) -> Tree:
    return Tree(tmp_path, machine)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made, chdir(path.parent):
        made.bind(path.name)


# Told before anything is read or written ---------------------------------------------------------------------------

OUT, FILE, FOLDER = (
    "the symbolic link leads out of the project",
    "the symbolic link leads to a file",
    "the symbolic link leads to a folder",
)
BELOW: dict[str, tuple[Callable[[Tree], Callable[[Path], object]], str]] = {
    "docs/page.md": (lambda tree: tree.link("secret.md"), OUT),
    "docs/picture.svg": (lambda tree: tree.link("secret.svg"), OUT),
    "docs/folder": (lambda tree: tree.link(""), OUT),
    "docs/.hidden": (lambda tree: tree.link(""), OUT),
    "docs/notebooks/staged.ipynb": (lambda tree: tree.link("secret.md"), OUT),
    "docs/notebooks/folder": (lambda tree: tree.link("deep"), OUT),
    "docs/config.txt": (lambda tree: lambda path: path.symlink_to("../mkdocs.yml"), FILE),
    "docs/git": (lambda tree: lambda path: path.symlink_to("../theme"), FOLDER),
    "docs/pipe.md": (lambda tree: os.mkfifo, "a named pipe"),
    "docs/pipe.png": (lambda tree: os.mkfifo, "a named pipe"),
    "docs/socket.svg": (lambda tree: a_socket, "a socket"),
    "notebooks/linked.py": (lambda tree: tree.link("secret.py"), OUT),
    "notebooks/pipe.py": (lambda tree: os.mkfifo, "a named pipe"),
    "notebooks/linked/data.csv": (lambda tree: tree.link("deep/secret.csv"), OUT),
    "notebooks/linked/pipe": (lambda tree: os.mkfifo, "a named pipe"),
    "src/linked.py": (lambda tree: tree.link("secret.py"), OUT),
    ".cache/pages": (lambda tree: tree.link("pages"), OUT),
    ".cache/serve": (lambda tree: tree.link(""), OUT),
    "requirements.txt": (lambda tree: os.mkfifo, "a named pipe"),
}
TOPS = ("docs", "docs/notebooks", "notebooks", "src", ".cache", "mkdocs.yml", "requirements.txt", "package-lock.json")


@both_users
def test_everything_below_is_told_at_once(tree: Tree) -> None:
    for name, (made, _) in BELOW.items():
        tree.plant(name, made(tree))
    (tree.folder / "docs/.#index.md").symlink_to("somebody@machine.1")  # an editor's, which has the page open
    told = {name: message for name, (_, message) in BELOW.items()}
    names = sorted(str(path) for path in tree.folder.rglob("*"))
    for command in COMMANDS:
        code, said = tree.run(*command)
        assert code == 1
        if "json" not in command:
            assert dict(re.findall(r"^(\S+):1:1: L009 (.*)\n    \S", said, re.MULTILINE)) == told, command
        assert said.count("L009") == len(told)
        assert sorted(str(path) for path in tree.folder.rglob("*")) == names, command


@pytest.mark.parametrize("name", TOPS)
def test_a_link_in_the_place_of_what_every_build_reads_or_writes(tree: Tree, name: str) -> None:
    target = {"mkdocs.yml": "mkdocs.yml", "requirements.txt": "secret.md", "package-lock.json": "secret.md"}
    tree.plant(name, tree.link(target.get(name, "")))
    for command in (["check"], ["build", "--no-pdf"], ["notebooks"], ["new", "slug", "--title", "Title"]):
        code, said = tree.run(*command)
        assert code == 1
        assert "L009" in said
        assert name in said
    assert (tree.folder / name).is_symlink()


def test_a_pipe_in_the_place_of_the_configuration(tree: Tree) -> None:
    tree.plant("mkdocs.yml", os.mkfifo)
    for command in COMMANDS:
        code, said = tree.run(*command)
        assert code == 1
        assert '"code": "L009"' in said or said.startswith("mkdocs.yml:1:1: L009 a named pipe\n    put a plain file")


# Places that are written to ----------------------------------------------------------------------------------------


def planted(path: Path) -> None:
    """A folder that is no site but looks a little like one."""
    path.mkdir()
    for name in ("sitemap.xml", "index.html", "a-work-of-years"):
        (path / name).write_text("not to be lost")


def listed(path: Path) -> None:
    """One that has the list of a site, and a folder beside."""
    planted(path)
    (path / "another-site").mkdir()
    (path / "SHA256SUMS").write_text(f"{'0' * 64}  index.html\n{'0' * 64}  sitemap.xml\n")


def test_only_a_site_or_nothing_is_replaced_by_one(tree: Tree) -> None:
    tree.plant("linked", tree.link(""))
    tree.plant("planted", planted)
    tree.plant("listed", listed)
    tree.plant("file", Path.touch)
    tree.plant("pipe", os.mkfifo)
    (tree.folder / "docs/sitemap.xml").touch()
    (tree.folder / "docs/SHA256SUMS").write_text(
        f"{'0' * 64}  sitemap.xml\n{'0' * 64}  index.md\n{'0' * 64}  pictures/1\n"
    )
    before = held(tree.folder)
    for site, told in {
        "linked": "linked: a symbolic link stands where",
        "linked/site": "linked: a symbolic link stands where",
        "pipe": "pipe: a named pipe stands where",
        "planted": "planted is there and is no built site",
        "file": "file is there and is no built site",
        "listed": "listed is there and is no built site",
        "docs": "docs is there and is no built site",
        "docs/site": "docs/site lies among the project's sources",
        ".git": ".git is there and is no built site",
        ".": "/project is there and is no built site",
        "..": " is there and is no built site",
    }.items():
        code, said = tree.run("build", "--no-pdf", "--site", site)
        assert code == 1, site
        assert told in said, site
        found = {name: one for name, one in held(tree.folder).items() if not name.startswith(".cache/")}
        assert found == before


def test_what_is_planted_beside_a_site_never_becomes_one(tree: Tree) -> None:
    tree.plant("site-next", tree.link(""))
    tree.plant(".site-fresh-link", tree.link(""))
    tree.plant(".site-fresh-link-old", tree.link(""))
    tree.plant(".site-fresh-planted-old", planted)
    tree.plant(f".site-fresh-0123456789ab-old-{'0' * 32}", planted)
    (tree.folder / ".site-fresh-planted-old/link").symlink_to(tree.outside)
    tree.plant("docs/index.md", lambda path: path.write_text("---\ntitle: T\n---\n\nA page with a fault.\n"))
    assert "L001" in tree.run("build", "--no-pdf")[1]
    assert not (tree.folder / "site").exists()
    tree.project.write(WORDS)
    assert tree.run("build", "--no-pdf") == (0, "built site/\n")
    assert "not to be lost" not in (tree.folder / "site/index.html").read_text()
    assert sorted(path.name for path in tree.folder.glob(".site*")) == [".site-fresh-link", ".site-fresh-link-old"]
    assert tree.run("build-next")[1].startswith(f"{tree.folder}/site-next: a symbolic link stands where")
    (tree.folder / "site").rename(tree.folder / "built")
    (tree.folder / "site").symlink_to("built")
    assert tree.run("verify", "built") == (1, "site is a symbolic link: remove it, and build the site again\n")


def test_notebooks_as_markdown_go_where_they_were_meant_to(tree: Tree) -> None:
    (tree.folder / "notebooks/words.py").write_text(
        "# ---\n# title: T\n# description: D\n# ---\n\n# %% [markdown]\n# # T\n"
    )
    tree.plant("linked", tree.link(""))
    tree.plant("folder/words.md", tree.link("secret.md"))
    tree.plant("pipes/words.ipynb", os.mkfifo)
    tree.plant("folders/words.md/deep", Path.mkdir)
    for place, told in {
        "linked": "linked: a symbolic link stands where",
        "linked/deep": "linked: a symbolic link stands where",
        "folder": "folder/words.md: a symbolic link stands where",
        "pipes": "pipes/words.ipynb: a named pipe stands where",
        "folders": "folders/words.md: Is a directory\n    a folder stands where a file belongs",
    }.items():
        code, said = tree.run("notebooks", "--to", "markdown", "--folder", place)
        assert code == 1, place
        assert told in said, place
    assert tree.run("notebooks", "--to", "markdown", "--folder", "good")[0] == 0
    assert (tree.folder / "good/words.md").is_file()


# Results that were not computed here -------------------------------------------------------------------------------


def flipped(paths: list[Path]) -> None:
    for number, path in enumerate(paths):
        data = bytearray(path.read_bytes())
        data[number * 7919 % len(data)] ^= 1 << number % 8
        path.write_bytes(data)


def flipped_at_the_end(paths: list[Path]) -> None:
    for path in paths:
        data = path.read_bytes()
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


def cut(paths: list[Path]) -> None:
    for number, path in enumerate(paths):
        path.write_bytes(path.read_bytes()[: number * 53])


def swapped(paths: list[Path]) -> None:
    """Each holds what another of its folder, or of the next, held."""
    held = [path.read_bytes() for path in paths]
    for path, data in zip(paths, [*held[1:], held[0]], strict=True):
        path.write_bytes(data)


def of_another_user(paths: list[Path]) -> None:
    """Sealed, and forged, with a key that is not this user's: what a tree would bring."""
    code = """
import os, sys
from pathlib import Path
os.environ["HOME"] = sys.argv[1]
from lessons import store
for path in map(Path, sys.argv[2:]):
    forged = path.read_bytes()[32:].replace(b"2", b"3").replace(b"width", b"wxdth")
    store.save(path.parent, path.name, forged)
"""
    home = paths[0].parents[4] / "another-home"
    command = [sys.executable, "-c", code, str(home), *map(str, paths)]
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(SRC)}, check=True)


def pipes(paths: list[Path]) -> None:
    for path in paths:
        path.unlink()
        os.mkfifo(path)


def folders(paths: list[Path]) -> None:
    for path in paths:
        path.unlink()
        (path / "deep").mkdir(parents=True)


KEPT = {"outcomes", "pages", "results", "mathml", "frames", "fonts", "styles", "notices", "scripts"}


def test_no_damage_of_what_is_kept_changes_the_site(tree: Tree) -> None:
    assert tree.run("build", "--no-pdf") == (0, "built site/\n")
    good = (tree.folder / "site/SHA256SUMS").read_bytes()
    for damage in (flipped, flipped_at_the_end, cut, swapped, of_another_user, pipes, folders):
        entries = [path for path in sorted((tree.folder / ".cache").rglob("*")) if path.is_file()]
        assert {path.parent.name for path in entries} == KEPT
        damage(entries)
        assert tree.run("build", "--no-pdf") == (0, "built site/\n"), damage
        assert (tree.folder / "site/SHA256SUMS").read_bytes() == good, damage
    assert len({path.read_bytes() for path in entries if path.is_file()}) == len(entries)


# Ended from outside ------------------------------------------------------------------------------------------------


@both_users
def test_what_a_command_puts_down_for_a_while_goes_with_it_however_it_ends(tree: Tree) -> None:
    builder, temporary = tree.machine.builder, tree.machine.temporary
    tree.project.write("```{python}\nopen('here', 'w').close()\nwhile True: pass\n```\n")
    for number, code, left in ((signal.SIGTERM, 128 + signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL, 1)):
        command = builder.start(tree.project, "check")
        while not list(temporary.glob("**/here")):
            os.sched_yield()
        os.kill(command, number)
        assert builder.end() == code
        assert len(list(temporary.iterdir())) == left
    tree.project.write(WORDS)
    assert tree.run("check") == (0, "1 page, no problems\n")


# Inside the sandbox ------------------------------------------------------------------------------------------------

# All that can be read inside, but for what is installed there and what the kernel tells of itself.
LOOKS = """
import os, sys
installed = ("/usr", "/proc", "/sys", "/dev", *sys.argv[2:])
found = []
for folder, folders, names in os.walk("/", followlinks=False):
    folders[:] = [name for name in folders if not os.path.join(folder, name).startswith(installed)]
    for name in names + folders:
        path = os.path.join(folder, name)
        try:
            if os.path.islink(path) and path.startswith(("/tree/", "/build/project/")):
                found += [f"{path} leads to {os.path.realpath(path)}"] if os.path.exists(path) else []
            with open(path, "rb") as file:
                if sys.argv[1].encode() in file.read():
                    found.append(f"{path} holds it")
        except OSError:
            pass
print(found, sorted(os.listdir("/tree")))
"""


def test_links_of_a_tree_lead_nowhere_inside_the_sandbox(tree: Tree, tmp_path: Path) -> None:
    """What a hostile `src/` would find, had it all been told of nowhere."""
    for name, what in {
        "docs/page.md": "secret.md",
        "docs/folder": "",
        "src/linked": "",
        "notebooks/n.py": "secret.py",
    }.items():
        tree.plant(name, tree.link(what))
    tree.plant("docs/users", lambda path: path.symlink_to("/etc/passwd"))
    tree.plant("docs/root", lambda path: path.symlink_to("/var"))
    tree.plant("site", tree.link(""))
    tree.plant("secret", lambda path: path.write_text("of a name that no build reads"))
    command = [sys.executable, "-c", LOOKS, SECRET, sys.prefix, sys.base_prefix]
    done = sandbox.run(command, tree.folder, tmp_path)
    assert (done.code, done.said) == (0, "")
    assert done.output.read_text() == "[] ['docs', 'mkdocs.yml', 'notebooks', 'src']\n"


@pytest.mark.parametrize("name", ["docs", "notebooks", "src", "mkdocs.yml", "requirements.txt", "package-lock.json"])
def test_a_link_in_the_place_of_what_the_sandbox_binds_is_refused(tree: Tree, name: str) -> None:
    here = Tree(tree.folder.parent / "here", tree.machine)
    tree.plant(name, tree.link({"docs": "", "notebooks": "", "src": ""}.get(name, "secret.md")))
    code, said = here.run("sandbox", tree.folder)
    assert code == 1
    assert said.startswith(f"{name}:1:1: L009 {OUT}\n")
    assert not (here.folder / "site").exists()
    tree.plant(name, os.mkfifo)
    assert here.run("sandbox", tree.folder)[1].startswith(f"{name}:1:1: L009 a named pipe\n")


def test_folders_in_each_other_beyond_what_anything_can_follow(tree: Tree) -> None:
    with chdir(tree.folder / "docs"):
        for _ in range(200):  # of 1,100 nothing here could tell either
            os.mkdir("a")  # noqa: PTH102
            os.chdir("a")
    try:
        for command in COMMANDS:
            code, said = tree.run(*command)
            assert code == 1
            assert "L009" in said
            assert "more than 20 folders in each other" in said
            assert "a fault of the program" not in said
    finally:
        subprocess.run(["rm", "-rf", str(tree.folder / "docs/a")], check=True)  # shutil cannot
