"""`lessons build`: whole or not at all, with every problem told in one run."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

PAGE = "docs/lessons/vae-training.md"
GUIDE = "docs/contributing/index.md"


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder, with a hash of what it holds."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(shared_copy: Any, original_site: Path) -> Any:
    """A copy with a good site."""
    shutil.copytree(original_site, shared_copy.folder / "site")
    assert (shared_copy.folder / "site/lessons/vae-training/index.html").is_file()
    return shared_copy


FAULTS = {
    "a snippet that raises": (
        "\n## Ten flashcards\n",
        "\n```{python}\n1 / 0\n```\n\n## Ten flashcards\n",
        "L201 .*division",
    ),
    "a value that is not finite": (
        "\n## Ten flashcards\n",
        '\n`{python} float("nan")`\n\n## Ten flashcards\n',
        "L203 ",
    ),
    "TeX that cannot be set": ("\n## Ten flashcards\n", "\n$\\frac{1}{$\n\n## Ten flashcards\n", "L301 "),
    "an unknown block": (
        "/// question | Write the whole loss",
        "/// quesion | Write the whole loss",
        "L101 .*quesion",
    ),
    "an unknown option": ("    id: four-kls\n", "    ident: four-kls\n", "L103 .*ident"),
    "a result typed by hand": (
        "**b)** Only the mean moved",
        "**b)** It is 2.00: only the mean moved",
        "L401 .*2.00",
    ),
    "an id used twice": ("    id: card-good-at\n", "    id: card-six-steps\n", "L105 .*card-six-steps"),
}


def test_a_broken_page_stops_the_build_and_spares_the_site(built: Any) -> None:
    """Every fault there is on one page: one run tells of them all."""
    good, text = fingerprint(built.folder / "site"), (built.folder / PAGE).read_text(encoding="utf-8")
    for old, new, _ in FAULTS.values():
        built.edit(PAGE, old, new)
    line = (built.folder / PAGE).read_text(encoding="utf-8").split("\n").index("    ident: four-kls") + 1
    done = built.build()
    (built.folder / PAGE).write_text(text, encoding="utf-8")
    assert done.returncode == 1
    for name, (_, _, said) in FAULTS.items():
        assert re.search(rf"^{PAGE}:\d+:\d+: {said}", done.stderr, re.MULTILINE), (name, done.stderr)
    assert f"{PAGE}:{line}:" in done.stderr
    assert "as it was" in done.stderr
    assert "Traceback" not in done.stderr
    assert fingerprint(built.folder / "site") == good
    assert [one.name for one in built.folder.glob(".site-*")] == []


def test_broken_links_stop_the_build(built: Any) -> None:
    """To a page, to a place on a page, and to a picture."""
    good, page = fingerprint(built.folder / "site"), built.folder / GUIDE
    text = page.read_text(encoding="utf-8")
    links = "[gone](no-such-page.md) [gone](write-a-lesson.md#no-such-place) ![gone](no-such-picture.svg)"
    page.write_text(f"{text}\n{links}\n", encoding="utf-8")
    done = built.build()
    page.write_text(text, encoding="utf-8")
    assert done.returncode == 1
    for said in ("no-such-page.md", "no-such-place", "no-such-picture.svg"):
        assert [line for line in done.stderr.splitlines() if said in line and "contributing/index.md" in line], said
    assert fingerprint(built.folder / "site") == good


def test_a_page_missing_from_the_navigation_stops_the_build(built: Any) -> None:
    page = built.folder / "docs/lessons/new.md"
    page.write_text("---\ntitle: New\ndescription: A new page.\n---\n\n# New\n", encoding="utf-8")
    done = built.build()
    page.unlink()
    assert done.returncode == 1
    assert "lessons/new.md" in done.stderr


def test_what_nobody_may_ship_stops_the_build(built: Any) -> None:
    good, planted = fingerprint(built.folder / "site"), built.folder / "docs/lessons/jquery.js"
    planted.write_text("jQuery = 1", encoding="utf-8")
    done = built.build()
    planted.unlink()
    assert done.returncode == 1
    assert "docs/lessons/jquery.js:1:1: L013 the site publishes no .js files" in done.stderr
    assert "Traceback" not in done.stderr
    assert fingerprint(built.folder / "site") == good
    assert [one.name for one in built.folder.glob(".site-*")] == []


def test_several_broken_pages_are_told_in_one_run(built: Any) -> None:
    texts = {path: (built.folder / path).read_text(encoding="utf-8") for path in (PAGE, GUIDE)}
    built.edit(PAGE, "    id: four-kls\n", "    ident: four-kls\n")
    built.edit(PAGE, "**b)** Only the mean moved", "**b)** It is 2.00: only the mean moved")
    (built.folder / GUIDE).write_text(texts[GUIDE] + "\n$\\frac{1}{$\n", encoding="utf-8")
    done = built.build()
    for path, text in texts.items():
        (built.folder / path).write_text(text, encoding="utf-8")
    assert done.returncode == 1
    for said in (rf"{PAGE}:\d+:\d+: L103 ", rf"{PAGE}:\d+:\d+: L401 ", rf"{GUIDE}:\d+:\d+: L301 "):
        assert re.search(rf"^{said}", done.stderr, re.MULTILINE), done.stderr


def test_two_builds_are_the_same_bytes(built: Any) -> None:
    good = fingerprint(built.folder / "site")
    done = built.build("--site", "again", PYTHONHASHSEED="7", TZ="Pacific/Auckland", SOURCE_DATE_EPOCH="0")
    assert done.returncode == 0, done.stderr
    assert fingerprint(built.folder / "again") == good


def test_a_site_with_an_address_names_no_day_in_its_sitemap(copy: Any) -> None:
    copy.edit("mkdocs.yml", "site_url: http://127.0.0.1:8000/", "site_url: https://example.org/lessons/")
    assert copy.build(SOURCE_DATE_EPOCH="1234567890").returncode == 0
    sitemap = (copy.folder / "site/sitemap.xml").read_bytes()
    places = {place.text for place in ElementTree.fromstring(sitemap).findall(".//{*}loc")}
    assert "https://example.org/lessons/lessons/vae-training/" in places
    assert b"lastmod" not in sitemap
    packed = (copy.folder / "site/sitemap.xml.gz").read_bytes()
    assert gzip.decompress(packed) == sitemap
    assert packed[4:8] == bytes(4)  # where gzip puts the day


def test_an_old_file_does_not_outlive_its_page(built: Any) -> None:
    (built.folder / "site/lessons/old.html").write_text("gone", encoding="utf-8")
    assert built.build().returncode == 0
    assert not (built.folder / "site/lessons/old.html").exists()


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("docs", "is there and is no built site"),
        ("docs/lessons", "lies among the project's sources"),
        ("mkdocs.yml", "is there"),
    ],
)
def test_what_is_no_built_site_is_never_replaced(copy: Any, target: str, why: str) -> None:
    before = sorted(path for path in (copy.folder / "docs").rglob("*") if "notebooks" not in path.parts)
    done = copy.build("--site", target)
    assert done.returncode == 1
    assert why in done.stderr
    assert sorted(path for path in (copy.folder / "docs").rglob("*") if "notebooks" not in path.parts) == before
    assert (copy.folder / "mkdocs.yml").is_file()
