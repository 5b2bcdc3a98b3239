"""What the site ships has an author and a licence, or is not built; notices.txt tells of all of it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from lessons.page import glyphs, mathml
from lessons.page.page import Page
from lessons.publish import fonts, notices

SCRIPT = "assets/javascripts/bundle.0a1b2c3d.min.js"
NOTE = "/*!\n * lunr\n * Copyright (C) 2020 A. Author\n * @license MIT\n */"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small site: a page with mathematics, its fonts, and a script of the theme with a library inside."""
    monkeypatch.setattr(fonts, "CACHE", tmp_path / "cache")
    folder = tmp_path / "site"
    monkeypatch.setattr(notices, "CACHE", tmp_path / "cache")
    put(folder / "index.html", formula := mathml.typeset(r"\mu", False))
    page = Page("docs/index.md", "index.html", {}, formula, glyphs=glyphs.shown(formula))
    put(folder / SCRIPT, "lunr()")
    bundle(folder, {"../node_modules/lunr/lunr.js": NOTE + "\nlunr = 1", "src/index.ts": "/* Copyright nobody */"})
    for address, data in fonts.written(fonts.union([page])).items():
        address = address.replace("math/math.css", "screen.0a1b2c3d.css")
        (folder / address).parent.mkdir(parents=True, exist_ok=True)
        (folder / address).write_bytes(data)
    return folder


def text(site: Path) -> str:
    """The notices of the files in a folder."""
    files = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    return notices.text(files, files)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def bundle(site: Path, sources: dict[str, str]) -> None:
    told = {"sources": list(sources), "sourcesContent": list(sources.values())}
    put(site / f"{SCRIPT}.map", json.dumps(told))


def fault(site: Path) -> str:
    with pytest.raises(notices.Unlicensed) as raised:
        text(site)
    return str(raised.value)


def test_the_notices_name_the_makers_and_hold_the_texts(site: Path) -> None:
    told = text(site)
    for words in (
        f"Material for MkDocs (MIT)\n    {SCRIPT}\n",
        "lunr (MIT)\n    inside Material for MkDocs",
        NOTE,
        "Creative Commons Attribution 4.0",
        "Martin Donath",  # of Material for MkDocs
        "Ron Kok",  # of Temml
        "The STIX Fonts Project Authors",
        "PREAMBLE\nThe goals of the Open Font License",
        "Apache License\n                           Version 2.0",
        "GitHub Inc.",  # of Octicons
    ):
        assert words in told
    assert "nobody" not in told
    assert told.count("SIL OPEN FONT LICENSE") == 2  # Font Awesome's own text has one, too


def test_the_notices_are_the_same_bytes_each_time(site: Path) -> None:
    first = text(site)
    assert text(site) == first
    for kept in notices.CACHE.iterdir():
        kept.unlink()
    assert text(site) == first


@pytest.mark.parametrize(
    "path", ["assets/javascripts/vendor/jquery.js", "assets/logo.png", "lessons/font.woff2", "analytics.js"]
)
def test_a_file_that_nobody_owns_is_refused(site: Path, path: str) -> None:
    put(site / f"{path}.map", json.dumps({"sources": []}))
    (site / f"{path}.map").unlink()
    shutil.copy(mathml.modules() / mathml.FONT, site / path)
    assert f"{path}: nobody is named as its author" in fault(site)


def test_a_library_that_is_not_listed_is_refused_where_its_text_is_missing_too(site: Path) -> None:
    bundle(site, {"../node_modules/left-pad/index.js": "", "../../node_modules/@some/thing/a.js": ""})
    said = fault(site)
    assert "left-pad: the theme's scripts have it inside" in said
    assert "@some/thing: " in said
    put(site / f"{SCRIPT}.map", json.dumps({"sources": ["node_modules/left-pad/index.js"]}))
    assert "left-pad: " in fault(site)


def test_a_script_that_does_not_tell_what_is_inside_is_refused(site: Path) -> None:
    (site / f"{SCRIPT}.map").unlink()
    assert f"{SCRIPT}: it has no source map" in fault(site)


def test_a_licence_that_an_upgrade_changed_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = [
        dataclasses.replace(one, terms=lambda: ("AGPL-3.0-only", "text")) if one.name == "Temml" else one
        for one in notices.COMPONENTS
    ]
    monkeypatch.setattr(notices, "COMPONENTS", tuple(changed))
    assert "Temml: listed under MIT, but what is installed declares 'AGPL-3.0-only'" in fault(site)


def test_a_package_without_its_licence_text_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = [dataclasses.replace(one, terms=lambda: ("MIT", " ")) for one in notices.COMPONENTS if one.licence == "MIT"]
    monkeypatch.setattr(notices, "COMPONENTS", (*bare, notices.COMPONENTS[0]))
    assert "Temml: listed under MIT, but what is installed brings no licence text" in fault(site)


def test_a_licence_that_is_not_allowed_is_refused(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(notices.BUNDLED, "lunr", "MPL-1.1")
    assert "lunr: MPL-1.1 is not one of the licences" in fault(site)


def test_a_font_without_its_licence_is_refused(site: Path) -> None:
    (whole,) = (site / "assets/math").glob("LessonsMath*.woff2")
    font = TTFont(whole)
    font["name"].removeNames(nameID=fonts.LICENCE_URL)
    font.save(whole)
    assert f"assets/math/{whole.name}: the font does not say" in fault(site)


def test_every_fault_is_told_at_once(site: Path) -> None:
    put(site / "one.css", "")
    put(site / "two.css", "")
    assert len(fault(site).splitlines()) == 2
