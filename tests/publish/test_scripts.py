"""The site's scripts as readers get them: smaller, the same bytes each time, and told where they are none."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lessons import store
from lessons.page import mathml, published
from lessons.publish import scripts
from lessons.publish.shell import Shell
from lessons.publish.site import Site

ASSETS = Path(__file__).parents[2] / "docs/assets"
SCRIPTS = sorted(name for name in published.ASSETS if name.endswith(".js"))
CLASSIC = b"""/** Read it. */
const UNITS = { nats: 1 };
function readNumber(typed) {
  const remembered = typed.trim(); // not at its end
  return (typed ??= remembered) && import("./variants.js").then(({ show }) => show(remembered, UNITS, "\xe2\x89\x88"));
}
"""


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own."""
    monkeypatch.setattr(scripts, "CACHE", tmp_path / "scripts")
    scripts.minified.cache_clear()
    return tmp_path / "scripts"


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_of_the_site_is_served_smaller_and_keeps_its_names(name: str, original_site: Path) -> None:
    written, served = (ASSETS / name).read_bytes(), (original_site / "assets" / name).read_bytes()
    assert scripts.minified(f"docs/assets/{name}", written) == served
    assert len(served) < 0.75 * len(written)
    if re.search(rb"(?m)^(export|import) ", written):  # a module, whose other names nobody else knows
        return
    for kind, top in re.findall(r"(?m)^(?:async )?(function|const|let|var) (\w+)", written.decode()):
        assert re.search(rf"\b{top}\b", served.decode()), f"{kind} {top}"


def test_names_at_the_top_imports_and_letters_stay_and_comments_go() -> None:
    assert scripts.minified("a.js", CLASSIC).decode() == (
        'const UNITS={nats:1};function readNumber(r){const e=r.trim();return(r??=e)&&import("./variants.js")'
        '.then(({show:n})=>n(e,UNITS,"≈"))}\n'
    )


def test_each_is_made_once(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = scripts.minified("a.js", CLASSIC)
    scripts.minified.cache_clear()
    with monkeypatch.context() as without:
        without.setattr(subprocess, "run", None)
        assert scripts.minified("a.js", CLASSIC) == first
        scripts.minified.cache_clear()
        with pytest.raises(TypeError):  # of another script
            scripts.minified("a.js", CLASSIC + b"g();")
    assert len(list(kept.iterdir())) == 1
    assert scripts.CACHE.name in store.KINDS
    scripts.minified.cache_clear()
    next(kept.iterdir()).unlink()
    assert scripts.minified("a.js", CLASSIC) == first


@pytest.mark.parametrize(
    ("written", "line", "column", "said"),
    [
        (b"const a = 1;\nif (a {\n", 2, 7, 'Expected ")" but found "{"'),
        ('const é = "éé" oh;'.encode(), 1, 16, 'Expected ";" but found "oh"'),
        (b"const a = 1;\nlet a = 2;\n", 2, 5, 'The symbol "a" has already been declared'),
        (b"function f() {", 1, 15, "Unexpected end of file"),
        (b"f();\n\xff", 2, 1, "not UTF-8"),
    ],
)
def test_what_is_no_script_is_told_with_its_place(written: bytes, line: int, column: int, said: str) -> None:
    with pytest.raises(scripts.NotAScript) as refused:
        scripts.minified("docs/assets/a.js", written)
    (told,) = refused.value.problems
    assert (told.location.path, told.location.line, told.location.column) == ("docs/assets/a.js", line, column)
    assert told.code == "L016"
    assert said in told.message


def test_a_script_reads_no_file_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tsconfig.json").write_text('{"compilerOptions": {"target": "es5", "jsx": "react"}}', encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    served = scripts.minified("a.js", b'import secret from "./secret.txt";\nshow(secret);')
    assert served == b'import o from"./secret.txt";show(o);\n'


def test_a_broken_script_ends_check_and_build(copy: Any) -> None:
    copy.edit("docs/assets/lesson.js", "openTarget();\naddEventListener", "openTarget(;\naddEventListener")
    for command in ("check", "build"):
        done = copy.run(command)
        assert done.returncode == 1
        line = (copy.folder / "docs/assets/lesson.js").read_text(encoding="utf-8").split("\n").index("openTarget(;") + 1
        assert f"docs/assets/lesson.js:{line}:12: L016 the script cannot be read: Unexpected" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (copy.folder / "site").exists()


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ((), "esbuild is not installed: run `make setup`"),
        (("esbuild",), "esbuild is not installed for this kind of machine: run `make setup`"),
        (("esbuild", "@esbuild"), "esbuild cannot be run: Permission denied; `make setup` installs it again"),
    ],
)
def test_without_esbuild_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], said: str
) -> None:
    found = mathml.modules() / "esbuild/package.json"
    if "esbuild" in there:
        (tmp_path / "esbuild").mkdir()
        (tmp_path / "esbuild/package.json").write_bytes(found.read_bytes())
    if "@esbuild" in there:
        (tmp_path / "@esbuild/some-machine/bin").mkdir(parents=True)
        (tmp_path / "@esbuild/some-machine/bin/esbuild").write_text("no program", encoding="utf-8")
    monkeypatch.setattr(mathml, "modules", lambda: tmp_path)
    monkeypatch.setattr(scripts, "_version", scripts._version.__wrapped__)
    monkeypatch.setattr(scripts, "_program", scripts._program.__wrapped__)
    with pytest.raises(scripts.NotInstalled, match=re.escape(said)):
        scripts.minified("a.js", CLASSIC)


def test_an_edit_of_a_script_is_served_at_once(tmp_path: Path) -> None:
    script = tmp_path / "docs/assets/lesson.js"
    script.parent.mkdir(parents=True)
    script.write_text("const first = 1; // one", encoding="utf-8")
    site = Site(tmp_path / "docs", [], Shell(), decks=False)
    assert site["assets/lesson.js"] == b"const first=1;\n"
    script.write_text("const second = 2; // two", encoding="utf-8")
    assert site["assets/lesson.js"] == b"const second=2;\n"
    script.write_text("const second = ; // half typed", encoding="utf-8")
    assert site.get("assets/lesson.js") is None
