"""The list of what builds the site: complete, from the locks, the same bytes each time."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests import sbom

ROOT = Path(__file__).parents[2]


def test_it_lists_what_the_locks_name_in_the_same_bytes(tmp_path: Path) -> None:
    sbom.main(tmp_path / "first")
    sbom.main(tmp_path / "second")
    for name in ("python.cdx.json", "npm.cdx.json"):
        first = (tmp_path / "first" / name).read_text(encoding="utf-8")
        assert first == (tmp_path / "second" / name).read_text(encoding="utf-8")
        assert str(ROOT) not in first
        assert str(tmp_path) not in first

    listed = json.loads((tmp_path / "first/python.cdx.json").read_text(encoding="utf-8"))
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    named = set(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))
    assert {(one["name"], one["version"]) for one in listed["components"]} == named
    assert "numpy" in {name for name, _ in named}

    listed = json.loads((tmp_path / "first/npm.cdx.json").read_text(encoding="utf-8"))
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    shipped = {path.rpartition("node_modules/")[2] for path, one in packages.items() if path and not one.get("dev")}
    assert {one["name"] for one in listed["components"]} == shipped
    assert {"katex", "temml", "@fontsource/stix-two-math"} <= set(shipped)
