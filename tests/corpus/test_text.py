"""Pages whose text is not what it should be, and such as only look unusual. For a case: name, bytes, exact report."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

HEAD = "---\ntitle: A page\ndescription: What it is about.\n---\n\n"
TURNS = "code holds the invisible sign U+{}, which turns the reading direction\n    delete it"
CONTROL = "the control character U+{}\n    delete it: no browser shows it"

PAGES: dict[str, tuple[str | bytes, str]] = {
    "latin-1": (
        f"{HEAD}First.\n\nCafé.\n".encode("latin-1"),
        "8:1: L005 the file is not UTF-8 text\n    save it as UTF-8",
    ),
    "utf-16": (f"{HEAD}Text.\n".encode("utf-16"), "1:1: L005 the file is not UTF-8 text\n    save it as UTF-8"),
    "cut-in-a-letter": (f"{HEAD}Café".encode()[:-1], "6:1: L005 the file is not UTF-8 text\n    save it as UTF-8"),
    "zero": ("One\ntwo\0.\n", f"7:4: L006 {CONTROL.format('0000')}"),
    "nul-in-the-head": (
        f"{HEAD}Text.\n".replace("about", "a\0out"),
        "2:1: L002 the front matter does not parse: not YAML\n    quote the value\n"
        f"3:26: L006 {CONTROL.format('0000')}",
    ),
    "escape": ("\x1b[31mred\n", f"6:1: L006 {CONTROL.format('001B')}"),
    "bidi-in-a-fence": ("```python\nx = 1  # \u202e2 = x\n```\n", f"7:10: L007 {TURNS.format('202E')}"),
    "bidi-in-a-span": ("See `a\u2066b` there.\n", f"6:7: L007 {TURNS.format('2066')}"),
    "bidi-in-a-snippet": ("```{python}\n#| code: hidden\nx = 'a\u2069'\n```\n", f"8:7: L007 {TURNS.format('2069')}"),
    "bidi-in-a-value": ("It is `{python} 'a\u202bb'`.\n", f"6:19: L007 {TURNS.format('202B')}"),
    # Accepted.
    "bom": (b"\xef\xbb\xbf" + f"{HEAD}## A place\n\n[It](#a-place).\n".encode(), ""),
    "crlf": (f"{HEAD}## A place\n\n[It](#a-place).\n".replace("\n", "\r\n").encode(), ""),
    "cr": (f"{HEAD}## A place\n\n[It](#a-place).\n".replace("\n", "\r").encode(), ""),
    "no-last-line-end": (f"{HEAD}Text".encode(), ""),
    "arabic": ("## مقدمة\n\nالمشفّر يقدّر \u200fالمتوسط $\\mu$. [أعلى](#مقدمة)\n", ""),
    "hebrew-in-a-question": ("/// question | למה?\n    id: hebrew\n\nככה.\n///\n", ""),
    "hindi": ("क्यों? `{python} 'मान'`\n", ""),
    "chinese": ("---\ntitle: 变分自编码器\ndescription: 什么是证据下界？\n---\n\n# 变分自编码器\n\n见下文。\n", ""),
    "emoji-and-combining-marks": ("Zero width joiner 👩\u200d🔬, e\u0301, and a soft\u00adhyphen.\n", ""),
}


@pytest.fixture(scope="module")
def told(site: Any) -> Any:
    for name, (page, _) in PAGES.items():
        site.write(name, page)
    site.list()
    return site.told()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_gets_exactly_this_report(name: str, told: Any) -> None:
    assert told.get(name, "") == PAGES[name][1]


def test_the_build_tells_the_same_and_leaves_the_last_good_site(site: Any, told: Any) -> None:
    site.refuses()


WHOLE = (
    HEAD.replace("A page", "Прямая и обратная")
    + """# Прямая и обратная

One line
and the next, $x$ and `code`: \u200f\u05e9\u05dc\u05d5\u05dd.

```{python}
x = '''two
lines'''
x
```

/// question | Почему?
    id: pochemu

`{python} x[:3]`.

```python
y = 1
```
///

| a | b |
|:--|--:|
| 1 | 2 |
"""
)


def test_line_ends_and_a_byte_order_mark_change_no_byte_of_the_site(fresh: Any) -> None:
    forms = {
        "lf": WHOLE.encode(),
        "crlf": WHOLE.replace("\n", "\r\n").encode(),
        "bom-and-crlf": WHOLE.replace("\n", "\r\n").encode("utf-8-sig"),
    }
    for name, page in forms.items():
        fresh.write("whole", page)
        fresh.list()
        shutil.rmtree(fresh.folder / ".cache")  # each is evaluated for itself
        done = fresh.run("build", "--site", name)
        assert done.returncode == 0, done.stderr
        assert fresh.bytes(name) == fresh.bytes("lf")
    html = (fresh.folder / "lf/whole/index.html").read_text(encoding="utf-8")
    assert all(words in html for words in ("Прямая", "Почему", "two\nlines", "שלום"))
