"""The service worker's list is the site's own, the manifest names icons that are there, and a setting takes it back."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lessons import store
from lessons.page import config
from lessons.publish import offline, policy, scripts
from lessons.publish.shell import Shell
from lessons.publish.site import Site

DOCS = Path(__file__).parents[2] / "docs"


def listed(worker: str) -> dict[str, str]:
    """The files that a worker keeps, with how their hashes begin."""
    found = re.match(r"const SITE=(\{.*\});\n", worker)
    assert found is not None
    return dict(json.loads(found[1]))


def test_it_lists_every_file_that_is_read_by_how_its_hash_begins(original_site: Path) -> None:
    kept = listed((original_site / offline.WORKER).read_text(encoding="utf-8"))
    there = {path.relative_to(original_site).as_posix() for path in original_site.rglob("*") if path.is_file()}
    left = there - kept.keys()
    assert {offline.WORKER, "SHA256SUMS", "_headers", "sitemap.xml", "sitemap.xml.gz"} < left
    assert all(
        re.search(r"\.map$|\.ipynb$|^assets/share/|^sitemap|^_headers$|^SHA256SUMS$|^sw\.js$", one) for one in left
    )
    assert kept.keys() < there
    assert {"index.html", "404.html", "search/search_index.json", "notices.txt", offline.MANIFEST} < kept.keys()
    for path, hash_ in kept.items():
        assert hashlib.sha256((original_site / path).read_bytes()).hexdigest().startswith(hash_)
        assert len(hash_) == offline.DIGITS


def test_printed_decks_are_not_kept() -> None:
    sums = dict.fromkeys(("a/index.html", "a/cards.pdf", "a/a.ipynb", "assets/share/a.png", "a/a.png"), "0" * 64)
    assert list(listed(offline.worker(sums).decode())) == ["a/a.png", "a/index.html"]


def test_the_same_files_give_the_same_worker_and_another_file_another_one() -> None:
    one = offline.worker({"b.txt": "1" * 64, "a.txt": "0" * 64})
    assert one == offline.worker({"a.txt": "0" * 64, "b.txt": "1" * 64})
    assert one != offline.worker({"a.txt": "0" * 64, "b.txt": "2" * 64})


def test_the_code_is_small() -> None:
    code = offline.worker({}).partition(b"\n")[2]
    assert code == scripts.minified("offline_worker.js", offline.SOURCE.read_bytes())
    assert len(code) < 2500


def test_the_manifest_names_icons_that_are_there(original_site: Path) -> None:
    said = json.loads((original_site / offline.MANIFEST).read_text(encoding="utf-8"))
    assert said["name"] == "VAE lessons"
    assert (said["start_url"], said["scope"], said["display"]) == (".", ".", "standalone")
    assert {one["purpose"] for one in said["icons"]} == {"any", "maskable"}
    assert {192, 512} == {int(one["sizes"].partition("x")[0]) for one in said["icons"]}
    for one in said["icons"]:
        with Image.open(original_site / one["src"]) as icon:
            assert f"{icon.width}x{icon.height}" == one["sizes"]
            assert icon.format == "PNG"
    assert "manifest-src 'self'" in policy.policy(header=True)
    assert {"icons", "share"} < set(store.KINDS)


def test_an_icon_that_may_be_cut_fills_its_square_and_shows_the_picture_in_the_middle() -> None:
    made = offline.files("A site", "About it", (DOCS / offline.FAVICON).read_bytes())
    with Image.open(io.BytesIO(made["assets/icon-maskable-512.png"])) as icon:
        whole = icon.convert("RGBA")
    assert {whole.getpixel(place) for place in ((0, 0), (511, 0), (0, 511), (511, 511))} == {(253, 251, 246, 255)}
    ink = [place for place in range(512) if whole.getpixel((256, place)) != (253, 251, 246, 255)]
    assert 512 * 0.2 < min(ink) < max(ink) < 512 * 0.8
    with Image.open(io.BytesIO(made["assets/icon-192.png"])) as icon:
        assert icon.convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)


def test_one_setting_takes_it_back(small: Any, builder: Any, tmp_path: Path) -> None:
    project = small(tmp_path / "project")
    (project.folder / "docs/assets").mkdir()
    for name in (offline.SCRIPT, offline.FAVICON):
        shutil.copy(DOCS / name, project.folder / "docs/assets")
    there, kept = [], []
    for setting in ("", "extra: {offline: false}\n"):
        written = (project.folder / "mkdocs.yml").read_text(encoding="utf-8")
        (project.folder / "mkdocs.yml").write_text(f"{written}{setting}", encoding="utf-8")
        code, said = builder.run(project, "build", "--no-pdf")
        assert code == 0, said
        site = project.folder / "site"
        there.append({path.relative_to(site).as_posix() for path in site.rglob("*") if path.suffix != ".css"})
        kept.append(listed((site / offline.WORKER).read_text(encoding="utf-8")))
    assert there[0] - there[1] == {offline.SCRIPT, offline.MANIFEST, *offline.ICONS}
    assert there[1] <= there[0]
    assert offline.SCRIPT in kept[0]
    assert kept[1] == {}


@pytest.mark.parametrize(
    ("words", "good"), [("{offline: false}", True), ("{offline: maybe}", False), ("{a: 1}", False)]
)
def test_no_other_setting_is_taken(words: str, good: bool, tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").write_text(f"site_name: A\nextra: {words}\n", encoding="utf-8")
    assert ([one.code for one in config.problems(tmp_path / "mkdocs.yml")] == []) is good


def test_a_site_that_is_served_while_it_is_written_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "docs/assets").mkdir(parents=True)
    for name in (offline.SCRIPT, offline.FAVICON):
        shutil.copy(DOCS / name, tmp_path / "docs/assets")
    for allowed in (True, False):
        served = Site(tmp_path / "docs", [], Shell(offline=allowed), decks=False)
        assert served[offline.WORKER] == offline.worker({})
        assert ({offline.SCRIPT, offline.MANIFEST, *offline.ICONS} <= {*served}) is allowed
