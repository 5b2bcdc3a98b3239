"""Files of a project: what the site publishes, what it does not, and by which names."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from lessons.page import published, tree

SVG = '<svg xmlns="http://www.w3.org/2000/svg"{}>{}</svg>'
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
PUBLISHED: dict[str, bytes] = {
    "index.md": b"",
    "lessons/index.md": b"",
    "lessons/kl.md": b"",
    "lessons/kl_2.md": b"",
    "lessons/curve.png": PNG,
    "lessons/photo.jpg": b"\xff\xd8\xff\xe0",
    "lessons/photo.jpeg": b"\xff\xd8\xff\xe1",
    "lessons/photo.webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "lessons/steps.gif": b"GIF89a",
    "lessons/drawn.svg": SVG.format(' viewBox="0 0 1 1" version="1.1"', '<title>x</title><g id="a.b"/>').encode(),
    "lessons/declared.svg": b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\n<!-- x -->'
    + b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "lessons/kl/points.csv": b"x,y\n1,2\n",
    "lessons/kl/words.txt": b"plain < words",
    "lessons/kl/points.json": b'{"x": [1, 2]}',
    "lessons/kl/points.npy": b"\x93NUMPY\x01",
    "lessons/kl/points.npz": b"PK\x03\x04",
    "assets/lesson.css": b"",
    "assets/practice.css": b"",
    "assets/lesson.js": b"",
    "notebooks/kl.ipynb": b"",
    ".DS_Store": b"",
    "lessons/.ipynb_checkpoints/kl.ipynb": b"",
}
OTHER = "the site publishes no {} files"
REFUSED: dict[str, tuple[bytes, str, str]] = {
    "evil.html": (b"", "L013", OTHER.format(".html")),
    **{
        f"lessons/page.{ending}": (b"", "L013", OTHER.format(f".{ending}"))
        for ending in (
            *("htm", "xhtml", "xht", "shtml", "xml", "xsl", "js", "mjs", "css", "pdf", "ipynb", "markdown", "mdown"),
            *(
                "mkdn",
                "mkd",
                "rst",
                "php",
                "swf",
                "wasm",
                "map",
                "avif",
                "bmp",
                "webmanifest",
                "appcache",
                "vtt",
                "mp4",
            ),
            *("woff2", "py", "exe", "zip"),
        )
    },
    "lessons/points.csv": (b"x", "L013", "data of no lesson"),
    "points.txt": (b"x", "L013", "data of no lesson"),
    "lessons/kl/deep/points.csv": (b"x", "L013", "data of no lesson"),
    "lessons/kl/page.txt": (b"\n <html>", "L013", "its ending says data in plain text, and it is none"),
    "lessons/kl/page.json": (b"<script>", "L013", "its ending says JSON, and it is none"),
    "lessons/kl/deep.json": (b"[" * 100_000, "L013", "its ending says JSON, and it is none"),
    "lessons/kl/page.npy": (b"<html>", "L013", "its ending says an array of numpy, and it is none"),
    "lessons/kl/page.csv": (b"\xff\xfe<", "L013", "its ending says text, and it is not UTF-8 text"),
    "robots": (b"", "L013", "a file without an ending: nobody knows of what kind it is"),
    "CNAME": (b"", "L013", "a file without an ending: nobody knows of what kind it is"),
    "_headers": (b"", "L013", "a file without an ending: nobody knows of what kind it is"),
    "text.png": (b"plain words", "L013", "its ending says a PNG picture, and it is none"),
    "page.jpg": (b"<html>", "L013", "its ending says a JPEG picture, and it is none"),
    "page.webp": (b"RIFFWEBP", "L013", "its ending says a WebP picture, and it is none"),
    "large.png": (PNG + bytes(2_000_000), "L013", "the file has 2.0 MB"),
    "large.svg": (b" " * 2_000_001, "L013", "the file has 2.0 MB"),
    "assets/more.js": (b"", "L013", "docs/assets/ holds the site's own files and no others"),
    "assets/math/math.css": (b"", "L013", "docs/assets/ holds the site's own files and no others"),
    "assets/page.md": (b"", "L013", "docs/assets/ holds the site's own files and no others"),
    "notebooks/page.html": (b"", "L013", "docs/notebooks/ holds what builds write and nothing else"),
    "notebooks/page.md": (b"", "L013", "docs/notebooks/ holds what builds write and nothing else"),
    "lessons/kl/index.md": (b"", "L013", "it has the same address as lessons/kl.md: one of the two would be lost"),
    **{
        f"lessons/{name}": (b"", "L014", f"the file name {name!a} will not do")
        for name in (
            *("Page.md", "page.MD", "page.PNG", "page.HTML", "README.md", "two words.md", "größe.md", "a.b.md"),
            *("archive.tar.gz", "page.html.md", "-page.md", "_page.md", "page-.md", "page..md", "page.md.", "page.md~"),
            *(
                "a'b.md",
                'a"b.md',
                "a<b.md",
                "a#b.md",
                "a?b.md",
                "a%62.md",
                "a&b.md",
                "a;b.md",
                "a\nb.md",
                "a\x1b[31m.md",
            ),
            *("a\u202eb.md", "a\\b.md", "a:b.md", "$(id).md", "`id`.md", os.fsdecode(b"a\xff.md")),
        )
    },
    "lessons/con.md": (b"", "L014", "on Windows the file name 'con.md' is a device's"),
    "lessons/lpt1.png": (PNG, "L014", "on Windows the file name 'lpt1.png' is a device's"),
    f"lessons/{'a' * 90}.md": (b"", "L014", "the file name has 93 characters"),
    **{f"{name}.md": (b"", "L014", f"the address {name}/ is the site's own") for name in published.RESERVED},
    **{
        f"lessons/a/{name}": (b"{}", "L014", f"the site makes a file of its own with the name {name}")
        for name in published.BESIDE
    },
}


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one of everything that is published."""
    monkeypatch.chdir(tmp_path)
    for name, data in PUBLISHED.items():
        put(Path("docs") / name, data)
    return Path("docs")


def put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def told(docs: Path) -> dict[str, tuple[str, str]]:
    found = list(published.problems(docs))
    assert all(problem.repair for problem in found)
    assert len({problem.location for problem in found}) == len(found)
    return {problem.location.path: (problem.code, problem.message) for problem in found}


def test_what_the_site_publishes(docs: Path) -> None:
    assert told(docs) == {}


def test_what_it_does_not_publish(docs: Path) -> None:
    for name, (data, _, _) in REFUSED.items():
        put(docs / name, data)
    found = told(docs)
    for name, (_, code, message) in REFUSED.items():
        said = message.replace("as lessons/", "as docs/lessons/")
        assert found.pop(f"docs/{name}") == (code, said)
    assert found == {}


PICTURES = {
    "a script": (SVG.format("", "<script>alert(1)</script>"), "the element <script>"),
    "a script of a namespace": (
        SVG.format(' xmlns:s="http://www.w3.org/2000/svg"', "<s:script/>"),
        "the attribute xmlns:s",
    ),
    "an entity": (f'<!DOCTYPE svg [<!ENTITY x "<script/>">]>{SVG.format("", "&x;")}', "a document type"),
    "a stylesheet": (f'<?xml-stylesheet href="x.css"?>{SVG.format("", "")}', "a processing instruction"),
    "a style": (SVG.format("", "<style>@import 'x'</style>"), "the element <style>"),
    "a handler": (SVG.format(' onload="alert(1)"', ""), "the attribute onload='alert(1)' of <svg>"),
    "HTML inside": (
        SVG.format("", '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'),
        "the element <f",
    ),
    "a link": (SVG.format("", '<a href="https://example.org"><text>x</text></a>'), "the element <a>"),
    "an address": (SVG.format("", '<image href="https://example.org/x.png"/>'), "the attribute href="),
    "another file": (SVG.format("", '<use href="other.svg#a"/>'), "the attribute href='other.svg#a' of <use>"),
    "an address of paint": (SVG.format(' fill="url(//example.org#a)"', ""), "the attribute fill="),
    "an animation": (SVG.format("", '<set attributeName="href" to="javascript:a"/>'), "the element <set>"),
    "a page": ("<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", "it begins with <html>"),
    "a picture of no namespace": ("<svg/>", "it begins with <svg>"),
    "another encoding": ('<?xml version="1.0" encoding="UTF-7"?>' + SVG.format("", ""), "the encoding UTF-7"),
    "no XML": ("<svg", "it is not well-formed"),
    "nothing": ("", "it is not well-formed"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_that_is_a_document_holds_what_a_figure_holds(name: str, docs: Path) -> None:
    text, message = PICTURES[name]
    put(docs / "lessons/drawn.svg", text.encode())
    ((code, said),) = told(docs).values()
    assert code == "L013"
    assert said.startswith(f"an SVG that a page may not have: {message}")


def test_a_picture_in_two_bytes_a_letter_is_refused(docs: Path) -> None:
    put(docs / "lessons/drawn.svg", SVG.format("", "<script/>").encode("utf-16"))
    assert told(docs)["docs/lessons/drawn.svg"][0] == "L013"


def test_what_is_no_file_is_left_to_l009_and_never_opened(docs: Path) -> None:
    special = [docs / name for name in ("pipe.png", "pipe.md", "assets/favicon.svg", "lessons/kl/pipe.csv")]
    special.append(docs.parent / "notebooks/pipe.py")
    special[-1].parent.mkdir()
    for path in special:
        os.mkfifo(path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("docs/socket.svg")
    assert told(docs) == {}
    found = {one.location.path: one.code for one in tree.problems(Path())}
    assert found == dict.fromkeys(map(str, (*special, docs / "socket.svg")), "L009")


def test_a_link_is_left_to_l009_whatever_it_leads_to(docs: Path) -> None:
    put(docs.parent / ".git/config", b"mine")
    links = {
        "good.png": "lessons/curve.png",
        "page.html": "index.md",
        "text.png": "index.md",
        "config.png": "../.git/config",
        "gone.png": "nowhere",
        "outside.png": "/etc/hostname",
    }
    for name, target in links.items():
        (docs / name).symlink_to(target)
    assert told(docs) == {}
    found = {one.location.path: one.code for one in tree.problems(Path())}
    assert found == {f"docs/{name}": "L009" for name in links}


def test_a_folder_is_named_as_a_file_is(docs: Path) -> None:
    for name in ("Talks", "a folder", "page.md", "search", "404", "nul", "lessons/assets", "lessons/_drafts"):
        (docs / name).mkdir()
    put(docs.parent / "notebooks/My Notebook.py", b"")
    wrong = ("Talks", "a folder", "page.md", "search", "404", "nul", "lessons/_drafts")
    assert {path: code for path, (code, _) in told(docs).items()} == {
        **{f"docs/{name}": "L014" for name in wrong},
        "notebooks/My Notebook.py": "L014",
    }
