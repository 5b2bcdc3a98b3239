"""Texts and names that would end a command in a call stack, or that a terminal, a log or an annotation would obey."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lessons import faults
from lessons.authoring.values import Computed, listed
from lessons.notebook import allowed, ipynb, source
from lessons.notebook.pages import Notebooks
from lessons.page import checks, front_matter, links, textfile, typeset
from lessons.page.source import normalize, read
from lessons.problem import FORMATS, Location, Problem, report
from lessons.visible import in_json, on_one_line, visible

ROOT = Path(__file__).parents[2]
HEAD = "---\ntitle: Home\ndescription: Home.\n---\n\n# Home\n\n"
NOTEBOOK = "# ---\n# title: A notebook\n# description: What it is about.\n# lesson: index.md\n# ---\n\n"
OBEYED = "\x1b]0;mine\x07\x1b[31m\x9b2J\x7f\x00\r\u202e\u2066\u2028\u200b\ufeff\udcff\ud800"
SECONDS = 2.5  # of mutations


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A project of one page, in which this process stands."""
    for name in ("docs", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: Small\nnav:\n  - index.md\n")
    (tmp_path / "docs/index.md").write_text(HEAD)
    with contextlib.chdir(tmp_path):
        yield tmp_path


def told() -> list[str]:
    """What a check says of the project, each problem with its place."""
    check = checks.Check(checks.pages(Path("docs")))
    problems = check.problems(twice=True)
    notebooks = Notebooks(Path(), checks.settings(None), check.anchors)
    notebooks.check()
    return report(problems + notebooks.problems).splitlines()[:-1]


# ---- headers -------------------------------------------------------------------------------------------------------

HEADERS = {
    "title: 2026-99-99": "3:1: L002 the front matter does not parse: not YAML",
    "limits: {cell: " + "9" * 5000 + "}": "3:1: L002 the front matter does not parse: not YAML",
    "? [a, b]": "3:1: L002 the front matter does not parse: found unhashable key",
    "title: !!binary aGk=": "3:1: L002 the front matter holds a tag",
    "title: !!timestamp soon": "3:1: L002 the front matter holds a tag",
    "title: !<tag:yaml.org,2002:python/name:os> x": "3:1: L002 the front matter holds a tag",
    "title: &a x": "3:1: L002 the front matter holds an anchor or an alias",
    "title: *a": "3:1: L002 the front matter holds an anchor or an alias",
    "<<: {a: b}": "3:1: L002 the front matter holds a merge key",
    "hide: " + "[" * 200 + "]" * 200: "3:1: L002 the front matter nests lists or mappings too deeply",
    "hide: [" + "x, " * 10_000 + "]": "2:1: L002 the front matter is longer than 20,000 characters",
    "title: \x00": "2:1: L002 the front matter does not parse: not YAML",
    "title: =": "3:1: L002 the front matter does not parse: could not determine a constructor",
    "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]": "3:1: L002 the front matter holds an anchor or an alias",
}


@pytest.mark.parametrize("line", HEADERS, ids=lambda line: line[:24])
def test_a_header_is_plain_lines_on_a_page_as_in_a_notebook(line: str) -> None:
    """Nothing is made of one that is more: ten lines of aliases would fill the memory."""
    begun = time.process_time()
    page = f"---\ndescription: What it is about.\n{line}\n---\n"
    says = [str(one) for one in front_matter.problems("x.md", normalize(page)) if one.code == "L002"]
    assert says[0].startswith(f"x.md:{HEADERS[line]}")
    commented = "".join(f"# {one}\n" for one in page.splitlines())
    _, problems = source.read(Path("x.py"), commented)
    assert f"x.py:{HEADERS[line]}" in report(problems)
    assert time.process_time() - begun < 2


def test_a_second_header_is_no_setting_of_jupytext() -> None:
    """It reads one of its own wherever a notebook begins, YAML and all; ours stands there before it."""
    aliases = '# ---\n# a: &a [x, x]\n# jupyter: {jupytext: {cell_markers: \'"""\'}}\n# ---\n\n# %%\n1\n'
    notebook, _ = source.read(Path("x.py"), NOTEBOOK + aliases)
    assert [cell.text for cell in notebook.code][-1] == "1"
    assert any("a: &a" in cell.text for cell in notebook.cells)


# ---- files and names -----------------------------------------------------------------------------------------------


def test_what_is_no_text_and_what_is_no_file(project: Path) -> None:
    """One check tells of all of them, and waits for none."""
    (project / "docs/index.md").write_bytes(HEAD.encode() + b"\xe9\n")
    (project / "docs/folder.md").mkdir()
    (project / "notebooks/folder.py").mkdir()
    (project / "notebooks/latin.py").write_bytes(NOTEBOOK.encode() + b"\n# %%\n# \xe9\n")
    (project / "notebooks/control.py").write_text(NOTEBOOK + '# %%\n"\x1b"\n')
    (project / "notebooks/empty.py").touch()
    (project / "mkdocs.yml").write_bytes(b"site_name: \xff\n")
    (project / "requirements.txt").write_bytes(b"\xff\xfe\x00")
    folder = "L005 this is a folder and no file"
    says = [line for line in told() if not line.startswith("    ")]
    assert says == [
        f"docs/folder.md:1:1: {folder}",
        "docs/folder.md:1:1: L014 the folder name 'folder.md' will not do",
        "docs/index.md:8:1: L005 the file is not UTF-8 text",
        "mkdocs.yml:1:1: L005 the file is not UTF-8 text",
        "notebooks/control.py:8:2: L006 the control character U+001B",
        "notebooks/empty.py:1:1: L001 the page has no description",
        "notebooks/empty.py:1:1: L001 the page has no title",
        f"notebooks/folder.py:1:1: {folder}",
        "notebooks/latin.py:9:1: L005 the file is not UTF-8 text",
    ]


def test_pipes_are_told_first_and_never_waited_for(project: Path) -> None:
    os.mkfifo(project / "docs/pipe.md")
    os.mkfifo(project / "notebooks/pipe.py")
    says = [line for line in told() if not line.startswith("    ")]
    assert says == ["docs/pipe.md:1:1: L009 a named pipe", "notebooks/pipe.py:1:1: L009 a named pipe"]
    assert checks.text(Path("docs/pipe.md")) == ""


def test_what_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> int:  # as it is for everybody but root
        raise PermissionError(13, "Permission denied", "x.md")

    monkeypatch.setattr(os, "open", refused)
    text, problems = textfile.read(Path("x.md"))
    assert text is None
    assert [str(one).splitlines()[0] for one in problems] == [
        "x.md:1:1: L005 the file cannot be read: Permission denied"
    ]


def test_names_that_no_address_or_terminal_takes(project: Path) -> None:
    for name in ("a\x1b[31mb.md", "a\n::error::b.png", "\u202egnp.md", os.fsdecode(b"\xff.svg")):
        (project / "docs" / name).write_text(HEAD)
    (project / "notebooks/a\tb.py").write_text(NOTEBOOK)
    says = [line for line in told() if " the name of " in line]
    words = "the name of this file"
    assert says == [
        f"docs/a\\n::error::b.png:1:1: L006 {words} holds the character U+000A",
        f"docs/a\\x1b[31mb.md:1:1: L006 {words} holds the character U+001B",
        f"docs/\\u202egnp.md:1:1: L006 {words} holds the character U+202E",
        f"docs/\\udcff.svg:1:1: L005 {words} is not UTF-8 text",
        f"notebooks/a\tb.py:1:1: L006 {words} holds the character U+0009",
    ]


def test_an_output_that_no_ipynb_can_hold(project: Path) -> None:
    (project / "notebooks/x.py").write_text(NOTEBOOK + "# %%\n1\n\n# %%\n2\n\n# %%\n3\n")
    (notebook,) = Notebooks(project, checks.settings(None), lambda _: None).check()
    deep: list[object] = []
    for _ in range(100):
        deep = [deep]
    said = {"data": {"application/json": {"a": [float("nan")]}}, "metadata": {}}, {"metadata": {"a": -float("inf")}}
    problems = list(allowed.problems(notebook, [[said[0]], [said[1]], [{"data": {"application/json": deep}}]]))
    assert [(one.location.line, one.code) for one in problems] == [(8, "L506"), (11, "L506"), (14, "L506")]
    with pytest.raises(ValueError, match="JSON compliant"):
        ipynb.document(notebook, [[{"output_type": "display_data", **said[0]}], [], []])


# ---- what is printed -----------------------------------------------------------------------------------------------


def test_nothing_that_is_printed_is_obeyed() -> None:
    """In every form, of every part of a problem and of a value; and whoever reads JSON has it all."""
    words = f"a{OBEYED}b\n::error::c"
    problem = Problem(Location(f"docs/{words}.md", 2, 3), "L101", words, words)
    value = Computed(words, 1, words, words, words, words, None)
    for form in FORMATS:
        said = report([problem], form)
        assert re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", said) is None
        said.encode()
    assert len(report([problem]).splitlines()) == 3
    assert len(report([problem], "github").splitlines()) == 1
    assert len(listed([value], "text").splitlines()) == 2
    assert json.loads(report([problem], "json"))[0]["message"] == words
    assert json.loads(listed([value], "json"))[0]["text"] == words
    assert visible("\x1b[31m\u202e\ud800 ≈ é \U0001f600\n\tx") == "\\x1b[31m\\u202e\\ud800 ≈ é \U0001f600\n\tx"
    assert on_one_line("a\nb") == "a\\nb"
    assert json.loads(in_json(json.dumps("\U000e0041", ensure_ascii=False))) == "\U000e0041"


def run(arguments: str, project: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`lessons check` with this after it, as a shell takes it."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"{sys.executable}" -m lessons check {arguments}'],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (">&-", {}, "L101"),
        ("2>&-", {}, ""),
        (">&- 2>&- <&-", {}, ""),
        ("--format json | head -c 0", {}, ""),
        ("--format json >/dev/full", {}, "make room on that disk"),
        ("--format github", {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, "title=L101::there is no"),
        ("--nonsense=$'\\x1b[31m'", {"COLUMNS": "1"}, "--nonsense=\\x1b[31m"),
        ("--base=--output=made", {}, "'--output=made' is no revision"),
        ("--base=", {}, "'' is no revision"),
    ],
)
def test_streams_that_are_closed_full_or_of_another_alphabet(
    project: Path, arguments: str, environment: dict[str, str], said: str
) -> None:
    (project / "docs/index.md").write_text(HEAD + "/// qüestion | ≈\n///\n", encoding="utf-8")
    done = run(arguments, project, **environment)
    assert done.returncode in (1, 2)
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert not (project / "made").exists()


def test_what_nobody_thought_of_is_two_lines_with_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(path: str) -> None:
        raise RuntimeError(f"no {path!r}\x1b\nmore")

    with pytest.raises(RuntimeError) as caught:
        fails("docs/a.md")
    said = faults.told(caught.value).splitlines()
    assert re.fullmatch(
        r"docs/a\.md: this ended in a fault of the program itself: RuntimeError: no 'docs/a\.md'\\x1b\\nmore \(\S+\)",
        said[0],
    )
    assert len(said) == 2
    monkeypatch.setenv(faults.DEBUG, "1")
    assert faults.told(caught.value).startswith("Traceback")


# ---- whatever else an editor, a merge or a stranger makes of a file ------------------------------------------------

# fmt: off
PIECES = [
    "\x00", "\x1b[31m", "\u202e", "```", "```{python}", "~~~", "///", "$$", "$", "\\", "<!--", "-->", "<", "{", "}",
    "![](", "[x](", "](", "[", "]", "---", "?", "&", "*", "<<", "# %%", "#|", "`", "{python}", ">", "|", "&#x0;",
    "&#1114112;", "http://[", "[x](http://[)", "//[", "%%{", "````{example}", "\x02wzxhzdk:0\x03", "<![CDATA[", "<?",
    "[^1]:", "", "title: 2026-99-99", "title: !!binary x", "limits: {1: 2}", "limits: [1]", '# %% {"a": ',
    "9" * 5000,
]
# fmt: on


def mutated(chance: random.Random, text: str) -> str:
    for _ in range(chance.randint(1, 6)):
        lines = text.split("\n")
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        place, piece = chance.randrange(len(text) + 1), chance.choice(PIECES)
        sign = chr(chance.choice([chance.randrange(128), chance.randrange(0xD800)]))
        text = chance.choice(
            [
                text[:place] + piece + text[place:],
                text[:place] + sign + text[place:],
                text[:place] + text[place + chance.randint(1, 40) :],
                "\n".join([*lines[:at], piece, *lines[at + 1 :]]),
                "\n".join([*lines[:at], lines[other], *lines[at:]]),
                "\n".join([*lines[:at], *lines[at + 1 :]]),
            ]
        )
    return text


def test_no_text_ends_a_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of the site's own pages and notebooks, with a few faults each: the same on every run, as many as fit."""
    monkeypatch.chdir(ROOT)
    chance = random.Random(10)
    pages = [part for page in sorted(ROOT.glob("docs/lessons/*.md")) for part in page.read_text().split("\n## ")]
    notebooks = [path.read_text() for path in sorted(ROOT.glob("notebooks/*.py"))]
    until, rounds = time.process_time() + SECONDS, 0
    while time.process_time() < until:
        rounds += 1
        text = mutated(chance, HEAD + chance.choice(pages))
        page = read("docs/x.md", text)
        problems = [*typeset.typeset(page, {}).problems, *front_matter.problems("docs/x.md", normalize(text))]
        problems += [
            *textfile.control("docs/x.md", text),
            *links.problems(page),
            *links.unresolved(links.links(page), Path("docs/x.md"), lambda _: set()),
        ]
        problems += source.read(Path("notebooks/x.py"), mutated(chance, chance.choice(notebooks)[:3000]))[1]
        for form in FORMATS:
            report(problems, form).encode()
    assert rounds > 10
