"""Staged notebooks: the same bytes every time, and as Markdown in which outputs stay outputs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor

from lessons.notebook import ipynb, stage
from lessons.notebook.source import read
from lessons.page import mathml

HEAD = "# ---\n# title: T\n# description: D\n# ---\n"
WORDS = f"{HEAD}\n# %% [markdown]\n# # T\n#\n# Some $x$ here.\n\n# %%\n"

Output = dict[str, Any]


def printed(text: str) -> Output:
    return {"output_type": "stream", "name": "stdout", "text": text}


def shown(**data: str) -> Output:
    """An output by its kinds, such as `plain=...` and `html=...`."""
    kinds = {f"text/{kind}": text for kind, text in {"plain": "…", **data}.items()}
    return {"output_type": "execute_result", "metadata": {}, "data": kinds}


def staged(code: str, *outputs: Output) -> str:
    """A notebook of some words and one cell."""
    notebook, problems = read(Path("notebooks/x.py"), WORDS + code)
    assert problems == []
    return ipynb.document(notebook, [list(outputs)])


def markdown(code: str, *outputs: Output) -> str:
    return ipynb.to_markdown(staged(code, *outputs), "x.ipynb")


@pytest.fixture
def typeset(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formulas as <i>TeX</i>."""
    monkeypatch.setattr(mathml, "typeset", lambda tex, display=False: f"<i{' display' * display}>{tex}</i>")


def rendered(text: str) -> str:
    """The page a notebook's Markdown gives, with the extensions of the site."""
    md = Markdown(extensions=["lessons", "tables", "pymdownx.highlight", "pymdownx.superfences", "toc"])
    place = Treeprocessor(md)
    place.file = SimpleNamespace(abs_src_path=None, src_uri="docs/notebooks/x.ipynb")  # type: ignore[attr-defined]
    place.run = lambda root: None  # type: ignore[method-assign]
    md.treeprocessors.register(place, "place", 0)
    return md.convert(text)


# The document ----------------------------------------------------------------------------------------------


def test_a_staged_notebook_is_a_valid_one() -> None:
    document = nbformat.reads(staged("1", shown(plain="1")), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(document)
    assert [cell["cell_type"] for cell in document.cells] == ["markdown", "code"]
    assert (document.metadata.title, document.metadata.description) == ("T", "D")
    assert document.metadata.kernelspec.name == "python3"
    assert document.cells[1].outputs[0].execution_count == document.cells[1].execution_count == 1


def test_prose_edits_reach_a_staged_notebook_beside_kept_outputs() -> None:
    assert json.loads(staged("1", printed("a")))["cells"][0]["source"] == "# T\n\nSome $x$ here."


# As Markdown -------------------------------------------------------------------------------------------------


def test_words_and_code_are_as_they_were() -> None:
    text = markdown("x = 1\n\n# a comment\ny = 2")
    assert text.startswith("# T\n\nSome $x$ here.\n\n")
    assert text.endswith('\n\n``` { .python data-search-exclude="" }\nx = 1\n\n# a comment\ny = 2\n```\n')


def test_the_notebook_is_offered_once_below_the_first_words() -> None:
    notebook, _ = read(Path("notebooks/x.py"), WORDS + "1\n\n# %% [markdown]\n# more\n")
    text = ipynb.to_markdown(ipynb.document(notebook, [[]]), "x.ipynb")
    assert text.count("<a ") == 1
    assert text.index("Some") < text.index('<a href="x.ipynb" download>') < text.index("``` { .python")


@pytest.mark.parametrize(("fence", "longer"), [("```", "````"), ("`````", "``````")])
def test_code_that_holds_a_fence_gets_a_longer_one(typeset: None, fence: str, longer: str) -> None:
    code = f"s = '''\n{fence}\n## no heading\n{fence}\n'''\n"
    text = markdown(code)
    assert f"\n{longer} {{ .python" in text
    html = rendered(text)
    assert html.count("<h2") == 0
    assert html.count('class="highlight"') == 1
    assert "## no heading" in re.sub(r"<[^>]*>", "", html)


def test_an_empty_cell_leaves_nothing() -> None:
    assert "```" not in markdown("")


def test_formulas_fences_and_blocks_in_the_page_are_typeset(typeset: None) -> None:
    html = rendered(markdown("x = 1", printed("1\n")))
    assert '<h1 id="t">T</h1>' in html
    assert "<p>Some <i>x</i> here.</p>" in html
    assert '<p class="lesson-download"><a href="x.ipynb" download>' in html
    assert html.index('class="highlight"') < html.index('<pre class="lesson-printed"')


@pytest.mark.parametrize(
    ("output", "html"),
    [
        (printed("a\nb\n"), '<pre class="lesson-printed" data-search-exclude>a&#10;b</pre>'),
        (shown(plain="a\nb"), '<pre class="lesson-printed" data-search-exclude>a&#10;b</pre>'),
        (
            shown(plain="a", html="<figure>\n<svg/></figure>"),
            '<div class="lesson-output" data-search-exclude><figure>&#10;<svg/></figure></div>',
        ),
        (
            shown(plain="a", html="<b>b</b>", latex="$c$"),
            '<div class="lesson-output" data-search-exclude><b>b</b></div>',
        ),
    ],
)
def test_each_kind_of_output_has_its_block(typeset: None, output: Output, html: str) -> None:
    assert rendered(markdown("1", output)).endswith(html)


@pytest.mark.parametrize(
    "tex", ["a &= b", "$a &= b$", "$$a &= b$$", "$\\displaystyle a &= b$", "$$\n\na\n\n&= b\n\n$$"]
)
def test_a_derivation_is_typeset(typeset: None, tex: str) -> None:
    html = rendered(markdown("1", shown(latex=tex)))
    found = re.search(r'<div class="lesson-derivation">\s*<i display>\s*(.*?)\s*</i>\s*</div>', html, re.DOTALL)
    assert found, html
    assert re.sub(r"\s+", " ", found[1]).endswith("a &= b")


HOSTILE = [
    "# heading",
    "## heading",
    "/// question | Why?\n    id: why\n\nBecause.\n\n///",
    "$x$ and $$\ny\n$$",
    "\\(x\\) \\[y\\]",
    "`{python} 1 / 0`",
    "```{python}\n1 / 0\n```",
    "~~~\ncode\n~~~",
    "    indented\n\n- item\n\n1. item\n\n> quoted",
    "| a | b |\n|---|---|\n| c | d |",
    "<script>alert(1)</script> <b>bold</b> <!-- x --> </pre></div>",
    "&lt; &amp; &#36;",
    "[a](b) ![a](b) **b** _c_ [1]: http://x.example",
    "\n\n\nblank lines\n\n\n# heading",
    "carriage\r# return",
    "\x02wzxhzdk:0\x03 \x0b\x0c\x00\x7f",
    "\x1b[31mred\x1b[0m",
    "{ #id .class }",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_cell_prints_cannot_become_markdown_or_markup(typeset: None, text: str) -> None:
    plain = rendered(markdown("1", printed("plain")))
    html = rendered(markdown("1", printed(text), shown(plain=text)) + "\n## The end\n")
    (before, first, second) = re.split(r'<pre class="lesson-printed" data-search-exclude>', html)
    assert before == plain.partition("<pre class")[0]
    assert re.search('</pre>\n+<h2 id="the-end">The end</h2>$', second)
    for block in (first, second):
        inside, _, _ = block.partition("</pre>")
        assert not re.search(r"[<\x00-\x08\x0b-\x1f\x7f]", inside)


def test_the_colours_of_a_terminal_are_left_out() -> None:
    assert markdown("1", printed("\x1b[1;31mred\x1b[0m [31m]")).endswith(">red [31m]</pre>\n")


def test_markup_that_is_shown_cannot_become_markdown(typeset: None) -> None:
    table = "<table>\n\n<tr><td># $x$ `{python} 1 / 0`\n\n/// question | x\n</td></tr>\n\n</table>"
    html = rendered(markdown("1", shown(html=table)) + "\n## The end\n")
    inside = re.search(r'<div class="lesson-output" data-search-exclude>(.*)</div>', html, re.DOTALL)
    assert inside
    assert inside[1].replace("&#10;", "\n").replace("&#36;", "$").replace("&#96;", "`") == table
    assert "<i>x</i> here.</p>" in html  # of the words above


# Staging -----------------------------------------------------------------------------------------------------


def test_a_folder_holds_these_files_and_no_others(tmp_path: Path) -> None:
    stage.write(tmp_path, {"a.ipynb": "a", "b.ipynb": "b"})
    os.utime(tmp_path / "a.ipynb", (1, 1))
    os.utime(tmp_path / "b.ipynb", (1, 1))
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / ".ipynb_checkpoints/a-checkpoint.ipynb").touch()
    (tmp_path / "gone.ipynb").touch()
    stage.write(tmp_path, {"a.ipynb": "a", "b.ipynb": "B"})
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.ipynb": "a", "b.ipynb": "B"}
    assert (tmp_path / "a.ipynb").stat().st_mtime == 1  # not touched
    assert (tmp_path / "b.ipynb").stat().st_mtime > 1


@pytest.mark.parametrize("damage", [b"\xff\xfe", b"", b"a\r\n"])
def test_a_damaged_staged_file_is_written_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "a.ipynb").write_bytes(damage)
    stage.write(tmp_path, {"a.ipynb": "a\n"})
    assert (tmp_path / "a.ipynb").read_bytes() == b"a\n"


def test_two_processes_may_stage_at_once(tmp_path: Path) -> None:
    script = "import sys\nfrom pathlib import Path\nfrom lessons.notebook import stage\n"
    script += "for n in range(150): stage.write(Path('staged'), {'x.ipynb': sys.argv[1] * (300_000 + n)})"
    environment = os.environ | {"PYTHONPATH": str(Path(stage.__file__).parents[2])}
    writers = [
        subprocess.Popen([sys.executable, "-c", script, letter], cwd=tmp_path, env=environment) for letter in "ab"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    (file,) = (tmp_path / "staged").iterdir()
    assert len(set(file.read_text())) == 1


FIGURE = (
    "from lessons.figures import Figure, plt\nimport numpy as np\nfig, ax = plt.subplots()\n"
    "ax.plot(np.random.default_rng(0).normal(size=20))\nax.set(title='σ', xlabel='x')\n"
    "Figure(fig, alt='noise', caption='Noise.')\n"
)
VARIED = "import time\nprint(time.gmtime(0).tm_year, {'a': 1, 'b': 2})\nsorted({'c', 'd'})\n# %%\n" + FIGURE


def test_two_cold_runs_give_the_same_bytes_whatever_surrounds_them(workshop: Any) -> None:
    workshop.write("varied", VARIED)
    (workshop.folder / "docs/deep").mkdir(parents=True)
    assert workshop.ran(PYTHONHASHSEED="1", TZ="Asia/Tokyo", LC_ALL="C") == {"varied"}
    first = workshop.staged()
    assert b"noise" in first["varied.ipynb"]
    workshop.clear()
    (workshop.folder / "docs/deep").mkdir(parents=True)
    assert workshop.ran(PYTHONHASHSEED="2", TZ="America/Lima", LC_ALL="C.UTF-8", cwd="docs/deep") == {"varied"}
    assert workshop.staged() == first
    nbformat.validate(nbformat.reads(first["varied.ipynb"].decode(), as_version=4))  # type: ignore[no-untyped-call]


def test_with_a_problem_the_staged_notebooks_stay_as_they_are(workshop: Any) -> None:
    a = workshop.write("a", "print(1)\n")
    workshop.write("b", "print(2)\n")
    assert workshop.ran() == {"a", "b"}
    before = workshop.staged()
    workshop.write("a", "print(3)\n")
    workshop.write("b", "1 / 0\n")
    workshop.write("c", "print(4)\n")
    assert workshop.run().returncode == 1
    assert workshop.staged() == before
    workshop.write("b", "# %% [markdown]\n# $\\frac{1}{$\n")
    done = workshop.run()
    assert re.match(r"notebooks/b\.py:8:1: L301 ", done.stderr)
    assert done.stdout == ""  # words are checked before anything is run
    assert workshop.staged() == before
    a.unlink()
    (workshop.folder / "notebooks/b.py").unlink()
    workshop.ran()
    assert list(workshop.staged()) == ["c.ipynb"]


def test_notebooks_are_exported_as_markdown_with_their_titles(workshop: Any) -> None:
    workshop.write("a", "# %% [markdown]\n# # Heading\n\n# %%\nprint('# one')\n")
    done = workshop.run("--to", "markdown", "--folder", "out")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("wrote out/a.md\n")
    text = (workshop.folder / "out/a.md").read_text()
    assert text.startswith('---\ntitle: "a"\ndescription: "D"\n---\n\n# Heading\n')
    assert text.endswith('```\n\n<pre class="lesson-printed" data-search-exclude># one</pre>\n')
    assert (workshop.folder / "out/a.ipynb").read_bytes() == workshop.staged()["a.ipynb"]


@pytest.mark.parametrize("name", ["linked.py", "plain/data.csv", "plain"])
def test_a_link_in_the_place_of_a_notebook_or_its_data_is_refused(workshop: Any, name: str) -> None:
    """Whatever it leads to would be read, and published."""
    secret = workshop.folder.parent / "secret"
    secret.write_text("# ---\n# title: S\n# description: D\n# ---\n# %%\n'secret'\n")
    workshop.write("plain", "import os\nprint(os.listdir())\n")
    link = workshop.folder / "notebooks" / name
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(secret.parent if name == "plain" else secret)
    done = workshop.run()
    assert done.returncode == 1
    assert (
        f"notebooks/{name}:1:1: L009 the symbolic link leads out of the project\n    put the file itself here\n"
        in done.stderr
    )
    assert workshop.staged() == {}
