"""Files that are not what they seem, folders that cannot be written, ports that are taken."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from lessons.page.checks import check

HERE = "put the file itself here"
CAP_DAC_OVERRIDE, PR_CAPBSET_DROP = 1, 24


@pytest.fixture(scope="module")
def told(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A site with links of every kind, and two names that are one on some systems."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "page.md").write_text("# Not yours\n")
    docs = site.folder / "docs"
    (docs / "loop.md").symlink_to("loop.md")
    (docs / "round.md").symlink_to("about.md")
    (docs / "about.md").symlink_to("round.md")
    (docs / "nowhere.md").symlink_to("no-such-file")
    (docs / "outside.md").symlink_to(outside / "page.md")
    (docs / "inside.md").symlink_to("index.md")
    (docs / "picture.svg").symlink_to("/etc/hostname")
    (docs / "folder").symlink_to(outside)
    (docs / "again").symlink_to(docs)
    site.write("case", "One.\n")
    site.write("Case", "Two.\n")
    site.list()
    site.check()
    return {
        line.partition(":")[0]: line
        for line in site.report.replace("\n    ", "\n\t").replace("\n\t", " | ").split("\n")
    }


LINKS = {
    "loop.md": f"the symbolic link leads nowhere, or round in a circle | {HERE}",
    "round.md": f"the symbolic link leads nowhere, or round in a circle | {HERE}",
    "about.md": f"the symbolic link leads nowhere, or round in a circle | {HERE}",
    "nowhere.md": f"the symbolic link leads nowhere, or round in a circle | {HERE}",
    "outside.md": f"the symbolic link leads out of the project | {HERE}",
    "picture.svg": f"the symbolic link leads out of the project | {HERE}",
    "inside.md": f"the symbolic link leads to a file | {HERE}",
    "folder": f"the symbolic link leads out of the project | {HERE}",
    "again": "the symbolic link leads to a folder | put the folder itself here",
}


@pytest.mark.parametrize("name", LINKS)
def test_a_symbolic_link_that_leads_astray(name: str, told: Any) -> None:
    assert told[f"docs/{name}"] == f"docs/{name}:1:1: L009 {LINKS[name]}"


def test_names_that_differ_only_in_case(told: Any) -> None:
    repair = "rename one: some systems take them for one file"
    assert told["docs/case.md"] == f"docs/case.md:1:1: L010 the name differs from Case.md only in case | {repair}"


def test_nothing_else_is_told(told: Any) -> None:
    case = told["docs/Case.md"]
    assert case.startswith("docs/Case.md:1:1: L014 the file name 'Case.md' will not do | ")
    names = {*(f"docs/{name}" for name in LINKS), "docs/Case.md", "docs/case.md"}
    assert set(told) == {*names, f"{len(LINKS) + 2} problems"}


def test_the_build_tells_the_same_and_leaves_the_last_good_site(site: Any, told: Any) -> None:
    site.refuses()


def test_a_page_that_is_not_there(fresh: Any) -> None:
    done = fresh.run("check", "docs/inde.md")
    assert done.returncode == 1
    assert done.stderr == (
        "docs/inde.md:1:1: L602 there is no such page\n    did you mean 'index.md'? use one of: index.md\n1 problem\n"
    )


@pytest.mark.parametrize("other", ["README.md", "notes/page.md"])
def test_a_page_that_is_none_of_the_site_is_checked_for_itself(other: str, fresh: Any) -> None:
    path = fresh.folder / other
    path.parent.mkdir(exist_ok=True)
    path.write_text("---\ntitle: T\ndescription: D\n---\n\nText.\n")
    with contextlib.chdir(fresh.folder):
        for pages in ([other], ["docs/index.md", other], [other, "docs/index.md"]):
            assert check(map(Path, pages)) == [], pages


def bound_by_permissions() -> None:
    """Before the program starts: root gives up the right to write where nobody may."""
    if os.geteuid() == 0:
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0) == 0


def test_a_folder_that_cannot_be_written_is_named_and_the_last_good_site_stays(fresh: Any) -> None:
    site = fresh.bytes()
    fresh.write("more", "More.\n")
    fresh.list()
    assert fresh.run("check").returncode == 0
    fresh.folder.chmod(0o555)
    try:
        done = fresh.run("build", preexec_fn=bound_by_permissions)
    finally:
        fresh.folder.chmod(0o755)
    assert done.returncode == 1
    assert f"{fresh.folder}/.site-" in done.stderr
    assert ": Permission denied\n" in done.stderr
    assert fresh.bytes() == site


def test_a_folder_below_a_file_is_named(fresh: Any) -> None:
    site = fresh.bytes()
    done = fresh.run("build", "--site", "mkdocs.yml/site")
    assert done.returncode == 1
    assert str(fresh.folder / "mkdocs.yml") in done.stderr
    assert fresh.bytes() == site


def test_a_port_that_is_taken_is_told_with_one_that_is_free(fresh: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = fresh.run("serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"port {port} is taken")
    free = int(done.stderr.partition("PORT=")[2].rstrip("`\n"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", free))
    assert free != port
