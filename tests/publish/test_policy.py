"""The Content-Security-Policy: what it allows is the theme's own, and what it does not know ends the build."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest

from lessons.page import markup
from lessons.publish import policy

PAGE = '<!doctype html>\n<html><head><meta charset="utf-8"><script src="a.js"></script>{}</head><body>{}</body></html>'
SETTINGS = Path(__file__).parents[2] / "docs/assets/settings.js"


def page(body: str = "", head: str = "") -> str:
    return PAGE.format(head, body)


def test_the_scripts_allowed_are_those_of_the_themes_templates() -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in policy.TEMPLATES.rglob("*.html"))
    assert 0 < len(policy.inline_scripts()) <= 3
    for code in policy.inline_scripts():
        assert f"<script>{code}</script>" in templates
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy.policy(header=True)


def test_the_script_that_is_replaced_defines_what_the_sites_own_defines() -> None:
    theirs = (policy.TEMPLATES / "partials/javascripts/base.html").read_text(encoding="utf-8")
    names = set(re.findall(r"\b(__md_\w+)=", theirs))
    assert names
    assert set(re.findall(r"(?m)^var (__md_\w+) =", SETTINGS.read_text(encoding="utf-8"))) == names


def test_nothing_is_allowed_that_an_author_could_write() -> None:
    directives = dict(one.strip().split(" ", 1) for one in policy.policy(header=True).split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in directives["script-src"] + directives["style-src"]
    assert {value for sources in directives.values() for value in sources.split() if value[0] != "'"} == {"data:"}
    assert [name for name, sources in directives.items() if "data:" in sources] == ["img-src"]


def test_every_page_gets_the_policy_before_its_first_script_and_hosts_get_the_same() -> None:
    head, _, _ = policy.into("index.html", page()).partition("<script")
    assert f'content="{policy.policy(header=False)}"' in head
    lines = policy.headers().splitlines()
    assert lines[0] == "/*"
    said = dict(line.strip().split(": ", 1) for line in lines[1:])
    assert said["Content-Security-Policy"] == policy.policy(header=False) + "; frame-ancestors 'none'"
    assert said["X-Content-Type-Options"] == "nosniff"
    assert all(line.startswith("  ") and len(line) < 2000 for line in lines[1:])


REFUSED = {
    "<script>alert(1)</script>": "a script that the policy does not know",
    "<SCRIPT type='module'>alert(1)</SCRIPT >": "a script that the policy does not know",
    "<script src='https://example.org/a.js'></script>": "a script that the policy does not know",
    "<script src=//example.org/a.js></script>": "a script that the policy does not know",
    "<style>p {}</style>": "a style element",
    "<p\nonclick='x()'>x</p>": "an attribute that runs a script",
    "<img alt='a > b' src=x onerror=x()>": "an attribute that runs a script",
    "<svg/onload=x()>": "an attribute that runs a script",
    "<a href=' java&#10;script:x()'>x</a>": "an attribute that runs a script",
    "<a href='data:text/html,x'>x</a>": "an attribute that runs a script",
    "<svg><a xlink:href='javascript:x()'>x</a></svg>": "an attribute that runs a script",
}


@pytest.mark.parametrize("body", REFUSED)
def test_a_page_that_would_not_work_is_told(body: str) -> None:
    with pytest.raises(policy.NotCovered) as refused:
        policy.into("index.html", page(body))
    assert str(refused.value).startswith(f"index.html: {REFUSED[body]}: <")
    assert "docs/assets/" in str(refused.value)
    assert next(markup.running(body)).startswith(REFUSED[body])  # nor may it stand in what a page says


@pytest.mark.parametrize(
    "body",
    [
        f"<script>{policy.inline_scripts()[0]}</script>",
        '<script type="application/json">{"a": "<b onclick=x>"}</script>',
        '<script src="../a.js" defer></script>',
        '<p class="only" title="on = off; a > b onclick=1">onclick=x</p>',
        '<img src="data:image/png;base64,AAAA" alt="x">',
    ],
)
def test_what_works_passes(body: str) -> None:
    assert body in policy.into("index.html", page(body))


def test_what_is_no_page_of_the_theme_is_told() -> None:
    with pytest.raises(policy.NotCovered, match=r"own.html: no <meta charset"):
        policy.into("own.html", "<script src='a.js'></script>")
