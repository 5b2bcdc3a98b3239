"""The list of a site's files, its digest, and what is told of a copy that is not the site."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lessons.publish import digest

ODD = ["σ and a space.html", "deep/er/SHA256SUMS", "back\\slash", "two\nlines", "b/z", "b.txt", "B", "re\rturn"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A listed site, with names as hard as they come."""
    return filled(tmp_path / "site")


def filled(site: Path) -> Path:
    for name in ODD:
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(name, encoding="utf-8", newline="")
    (site / os.fsdecode(b"no utf-8 \xff")).touch()
    digest.write(site)
    return site


def test_the_list_is_what_sha256sum_checks_and_writes(site: Path, tool: Callable[[str], str]) -> None:
    command = [tool("sha256sum"), "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(command, cwd=site, check=False).returncode == 0
    names = [line.partition(b"  ")[2] for line in (site / "SHA256SUMS").read_bytes().splitlines()]
    assert names == sorted(names)
    assert len(names) == len(ODD) + 1
    plain = ["B", "b.txt", "b/z"]
    written = subprocess.run([tool("sha256sum"), *plain], cwd=site, capture_output=True, text=True, check=True).stdout
    assert written in (site / "SHA256SUMS").read_text(encoding="utf-8", errors="surrogateescape")


def test_the_digest_is_the_hash_of_the_list_whatever_the_list_says(site: Path) -> None:
    listed = (site / "SHA256SUMS").read_bytes()
    expected = f"sha256:{hashlib.sha256(listed).hexdigest()}"
    assert digest.of(site) == expected
    (site / "SHA256SUMS").write_bytes(b"")
    assert digest.of(site) == expected
    (site / "B").write_text("other", encoding="utf-8")
    assert digest.of(site) != expected


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


ALTERED: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (lambda copy: None, []),
    "an empty folder": (lambda copy: (copy / "empty/er").mkdir(parents=True), ["empty/er: an empty folder, extra"]),
    "a file that others may write": (lambda copy: (copy / "B").chmod(0o666), ["B: mode 0666, and a build gives 0644"]),
    "a folder that sets a group": (lambda copy: (copy / "b").chmod(0o2755), ["b: mode 2755, and a build gives 0755"]),
    "a byte": (lambda copy: append(copy / "b/z"), ["b/z: differs"]),
    "a file gone": (lambda copy: (copy / "B").unlink(), ["B: missing"]),
    "a file more": (lambda copy: (copy / ".well-known").touch(), [".well-known: extra"]),
    "a file renamed": (lambda copy: (copy / "B").rename(copy / "b/A"), ["B: missing", "b/A: extra"]),
    "a folder gone": (lambda copy: shutil.rmtree(copy / "deep"), ["deep/er/SHA256SUMS: missing"]),
    "a link to the same": (lambda copy: link(copy / "B"), ["B: a symbolic link", "elsewhere: extra"]),
    "a folder that is a link": (
        lambda copy: link(copy / "b"),
        ["b: a symbolic link", "b/z: missing", "elsewhere/z: extra"],
    ),
    "a link to nowhere": (lambda copy: (copy / "new").symlink_to("nowhere"), ["new: a symbolic link"]),
    "a pipe": (lambda copy: os.mkfifo(copy / "pipe"), ["pipe: no file but a device, pipe or socket"]),
    "an odd name": (lambda copy: append(copy / "two\nlines"), ["'two\\nlines': differs"]),
    "a name that is no text": (lambda copy: (copy / os.fsdecode(b"\xfe")).touch(), ["'\\udcfe': extra"]),
}


@pytest.mark.parametrize("by", ["site", "digest"])
@pytest.mark.parametrize("name", ALTERED)
def test_each_file_that_is_not_as_built_is_named(site: Path, tmp_path: Path, name: str, by: str) -> None:
    alter, told = ALTERED[name]
    copy = filled(tmp_path / "copy")
    alter(copy)
    assert digest.verify(copy, site, digest.of(site) if by == "digest" else None) == told


def test_a_list_that_was_altered_with_its_file_is_told(site: Path, tmp_path: Path) -> None:
    copy = filled(tmp_path / "copy")
    append(copy / "B")
    digest.write(copy)
    assert digest.verify(copy, site) == ["SHA256SUMS: differs", "B: differs"]
    with pytest.raises(digest.NoSite, match="another site, or an altered one"):
        digest.verify(copy, site, digest.of(site))


def test_what_cannot_be_compared_is_told(site: Path, tmp_path: Path) -> None:
    copy = filled(tmp_path / "copy")
    with pytest.raises(digest.NoSite, match=r"there is no folder .*/none/"):
        digest.verify(tmp_path / "none", site)
    with pytest.raises(digest.NoSite, match=r"there is no folder .*/none/"):
        digest.verify(copy, tmp_path / "none")
    append(site / "B")
    with pytest.raises(digest.NoSite, match="is not as it was built, so build it again: B: differs"):
        digest.verify(copy, site)
    (copy / "SHA256SUMS").write_bytes(b"no list\n")
    with pytest.raises(digest.NoSite, match="SHA256SUMS:1: no line that sha256sum would write"):
        digest.verify(copy, site, f"sha256:{hashlib.sha256(b'no list' + bytes([10])).hexdigest()}")
    for remove in (Path.unlink, lambda path: path.symlink_to("B")):
        remove(copy / "SHA256SUMS")
        with pytest.raises(digest.NoSite, match="has no SHA256SUMS"):
            digest.verify(copy, site)
        with pytest.raises(digest.NoSite, match="has no SHA256SUMS"):
            digest.of(copy)


# The command line ------------------------------------------------------------------------------------------------


def test_the_commands_print_the_digest_and_what_differs(
    small: Callable[..., Any], builder: Any, tmp_path: Path
) -> None:
    project = small(tmp_path / "project")
    copy = project.folder / "copy"
    code, said = builder.run(project, "digest")
    assert (code, said) == (1, "there is no folder site/\n")
    assert builder.run(project, "build")[0] == 0
    code, printed = builder.run(project, "digest")
    assert code == 0
    listed = (project.folder / "site/SHA256SUMS").read_bytes()
    assert printed == f"sha256:{hashlib.sha256(listed).hexdigest()}\n"

    shutil.copytree(project.folder / "site", copy)
    assert builder.run(project, "digest", "copy") == (0, printed)
    assert builder.run(project, "verify", "copy") == (0, f"copy/ is whole and unaltered: {printed}")
    append(copy / "index.html")
    (copy / "pictures/1.svg").unlink()
    (copy / "new.html").touch()
    for arguments in (["verify", "copy"], ["verify", "copy", "--digest", printed.strip()]):
        code, said = builder.run(project, *arguments)
        assert code == 1
        assert said.splitlines()[:3] == ["index.html: differs", "new.html: extra", "pictures/1.svg: missing"]
        assert said.splitlines()[3:] == ["copy/ is not that site: 3 files are not as built"]
    other = "sha256:" + 64 * "0"
    code, said = builder.run(project, "verify", "copy", "--digest", other)
    assert code == 1
    assert said.startswith("copy/SHA256SUMS has the digest sha256:")
    code, said = builder.run(project, "verify", "copy", "--digest", "md5:0")
    assert code == 2
    assert "'md5:0' is no digest" in said
    shutil.rmtree(project.folder / "site")
    code, said = builder.run(project, "verify", "copy")
    assert (code, said) == (1, "there is no folder site/: build it, or name the digest with --digest\n")
