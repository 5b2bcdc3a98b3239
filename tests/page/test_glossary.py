"""The glossary: what of it is told, and which words of a page become links to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lessons.page import checks, glossary, render
from lessons.page.page import Page
from lessons.page.source import Source

CONFIG = """site_name: A site
nav: [index.md, glossary.md, lessons/index.md]
markdown_extensions: [lessons, attr_list, tables, toc, pymdownx.highlight, pymdownx.superfences]
"""
HEAD = "---\ntitle: {0}\ndescription: It says more.\n{1}---\n\n# {0}\n\n"
LINES = HEAD.count("\n")
GLOSSARY = """Some words.

## ELBO

Also: evidence lower bound

A bound. [More](index.md).

## KL divergence

A mean. [More](index.md).

## KL

Short for it. [More](index.md).

## Prior { #before-data }

Also: prior belief

What was there before. [More](index.md).

## Latent

Also: latent density

Hidden. [More](index.md).
"""
_LINK = re.compile(r'<a class="lesson-term" href="([^"]*)" title="Glossary">([^<]*)</a>')
HERE = "../glossary/#"  # from lessons/
USES = {
    "at the first use alone": ("The ELBO, the ELBO.", [("elbo", "ELBO")]),
    "of several, in their order": ("A prior and the ELBO.", [("before-data", "prior"), ("elbo", "ELBO")]),
    "by another name": ("The evidence lower bound, or ELBO.", [("elbo", "evidence lower bound")]),
    "a plural": ("Two priors.", [("before-data", "priors")]),
    "a plural in -ies": ("Two latent densities.", [("latent", "latent densities")]),
    "a plural of capitals": ("Two ELBOs.", [("elbo", "ELBOs")]),
    "where a sentence begins": (
        "Evidence lower bound? Priors!",
        [("elbo", "Evidence lower bound"), ("before-data", "Priors")],
    ),
    "not in other capitals": ("An elbo, an Elbo, a kl divergence.", []),
    "the longest name": ("The KL divergence, not KL.", [("kl-divergence", "KL divergence"), ("kl", "KL")]),
    "over the end of a line": ("The KL\ndivergence.", [("kl-divergence", "KL\ndivergence")]),
    "no part of a word": ("A priory, an ELBO-like, sub-prior, KLs_of.", []),
    "before an apostrophe": ("The prior's mean.", [("before-data", "prior")]),
    "in emphasis": ("The **prior** and *the ELBO*.", [("before-data", "prior"), ("elbo", "ELBO")]),
    "in a list and a table": (
        "- a prior\n\n| KL | what |\n|--|--|\n| one | ELBO |\n",
        [("before-data", "prior"), ("elbo", "ELBO")],
    ),
    "not in a heading": ("## The prior\n\nA prior.", [("before-data", "prior")]),
    "not in a link": ("[The prior](index.md), a prior.", [("before-data", "prior")]),
    "not in code": ("`prior`\n\n```text\nprior ELBO\n```\n", []),
    "not in a formula": (r"$\mathrm{ELBO}$ and $$\text{prior}$$", []),
    "not in a value": ("It is `{python} 'prior'`.", []),
    "not in a question": (
        "/// question | What is a prior?\n    id: what\n\nThe prior.\n///\n",
        [("before-data", "prior")],
    ),
    "on the back of a card": (
        "/// flashcard | What is a prior?\n    id: what\n\nThe prior, above the ELBO.\n///\n",
        [("before-data", "prior"), ("elbo", "ELBO")],
    ),
    "not in the name of a note": ("/// in-depth | Of priors\n    id: what\n\nThe ELBO.\n///\n", [("elbo", "ELBO")]),
}  # fmt: skip


def site(folder: Path, entries: str, text: str = "Words.", front: str = "") -> dict[str, Path]:
    (folder / "docs/lessons").mkdir(parents=True, exist_ok=True)
    (folder / "mkdocs.yml").write_text(CONFIG)
    files = {
        "docs/index.md": HEAD.format("Home", "") + "The prior.\n",
        "docs/glossary.md": HEAD.format("Glossary", "") + entries,
        "docs/lessons/index.md": HEAD.format("Lessons", front) + f"{text}\n",
    }
    for name, written in files.items():
        (folder / name).write_text(written, encoding="utf-8")
    return {name: folder / name for name in files}


def checked(folder: Path, entries: str, text: str = "Words.", front: str = "") -> checks.Check:
    """A check that found no problems."""
    check = checks.Check(list(site(folder, entries, text, front).values()))
    assert check.problems(twice=False) == []
    return check


def links(check: checks.Check, page: str) -> list[tuple[str, str]]:
    (html,) = (one.html for path, one in check.pages.items() if path.endswith(page))
    return _LINK.findall(html)


@pytest.mark.parametrize("name", USES)
def test_a_term_is_a_link(name: str, tmp_path: Path) -> None:
    text, expected = USES[name]
    check = checked(tmp_path, GLOSSARY, text)
    assert links(check, "lessons/index.md") == [(HERE + identifier, words) for identifier, words in expected]
    assert links(check, "docs/index.md") == [("glossary/#before-data", "prior")]
    assert links(check, "glossary.md") == []


def test_the_entry_is_where_the_link_leads(tmp_path: Path) -> None:
    check = checked(tmp_path, GLOSSARY)
    (html,) = (one.html for path, one in check.pages.items() if path.endswith("glossary.md"))
    for term in glossary.terms(tmp_path / "docs"):
        assert f'<h2 id="{term.id}">' in html


def test_a_page_may_leave_its_words_alone(tmp_path: Path) -> None:
    check = checked(tmp_path, GLOSSARY, "A prior.", "glossary: false\n")
    assert links(check, "lessons/index.md") == []


def test_a_site_may_have_no_glossary(tmp_path: Path) -> None:
    assert glossary.terms(tmp_path) == ()


def test_a_change_of_the_terms_makes_pages_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of a page holds for the terms it was made with; another meaning of a term changes no other page."""
    monkeypatch.chdir(tmp_path)
    first = checked(tmp_path, GLOSSARY, "A prior.")
    more = checked(tmp_path, GLOSSARY.replace("prior belief", "belief"), "A prior.")
    assert links(first, "lessons/index.md") == links(more, "lessons/index.md")
    without = checked(
        tmp_path, GLOSSARY.replace("## Prior {", "## Belief {").replace("prior belief", "faith"), "A prior."
    )
    assert links(without, "lessons/index.md") == []
    known = {f"{one.path}": one.html for one in first.pages.values()}
    meant = checks.Check(list(site(tmp_path, GLOSSARY.replace("Hidden.", "Not seen."), "A prior.").values()))
    whole = render.render

    def only_the_glossary(text: Source, *given: Any, **named: Any) -> Page:
        assert text.path.endswith("glossary.md")
        return whole(text, *given, **named)

    monkeypatch.setattr(render, "render", only_the_glossary)
    meant.problems(twice=False)
    same = {path for path, page in meant.pages.items() if page.html == known[path]}
    assert same == {path for path in known if "glossary" not in path}


MEANT = "Meant. [More](index.md).\n"
ALSO = glossary.EXAMPLE
# What is written, where and how it is told, what to write instead, and that.
FAULTS = {
    "no meaning": (
        "## Prior\n\n## Nat\n\n" + MEANT, "1:1: the term 'Prior' has no meaning", "write a sentence or two under it",
        "## Prior\n\n" + MEANT + "\n## Nat\n\n" + MEANT,
    ),
    "aliases alone": (
        "## Prior\n\nAlso: belief\n", "1:1: the term 'Prior' has no meaning", "write a sentence or two under it",
        "## Prior\n\nAlso: belief\n\n" + MEANT,
    ),
    "a meaning without a link": (
        "## Prior\n\nMeant.\n", "1:1: the meaning of 'Prior' leads nowhere",
        "add a link to the lesson that explains it: `[its words](lessons/a-lesson.md#an-id)`", "## Prior\n\n" + MEANT,
    ),
    "another word for Also": (
        "## Prior\n\nAliases: belief\n\n" + MEANT, "3:1: this line names no aliases of 'Prior'", ALSO,
        "## Prior\n\nAlso: belief\n\n" + MEANT,
    ),
    "also in small letters": (
        "## Prior\n\nalso: belief\n\n" + MEANT, "3:1: this line names no aliases of 'Prior'", ALSO,
        "## Prior\n\nAlso: belief\n\n" + MEANT,
    ),
    "also in bold": (
        "## Prior\n\n**Also**: belief\n\n" + MEANT, "3:1: this line names no aliases of 'Prior'", ALSO,
        "## Prior\n\nAlso: belief\n\n" + MEANT,
    ),
    "aliases below the meaning": (
        "## Prior\n\n" + MEANT + "\nAlso: belief\n", "5:1: the aliases of 'Prior' stand below its meaning", ALSO,
        "## Prior\n\nAlso: belief\n\n" + MEANT,
    ),
    "an empty alias": (
        "## Prior\n\nAlso: belief,, faith\n\n" + MEANT, "3:14: an alias of 'Prior' is empty",
        "write plain words of two letters or more, without markup", "## Prior\n\nAlso: belief, faith\n\n" + MEANT,
    ),
    "a term with markup": (
        "## The *prior*\n\n" + MEANT, "1:1: no text can be looked through for 'The *prior*'",
        "write plain words of two letters or more, without markup", "## The prior\n\n" + MEANT,
    ),
    "a letter": (
        "## Latent\n\nAlso: z\n\n" + MEANT, "3:7: no text can be looked through for 'z'",
        "write plain words of two letters or more, without markup", "## Latent\n\nAlso: latent code\n\n" + MEANT,
    ),
    "a term twice": (
        "## Prior\n\n" + MEANT + "\n## prior { #other }\n\n" + MEANT, "5:1: 'prior' is a name of 'Prior' already",
        "delete one: a word and its plural lead to one entry", "## Prior\n\n" + MEANT,
    ),
    "an alias twice": (
        "## Prior\n\nAlso: belief\n\n" + MEANT + "\n## Posterior\n\nAlso: belief\n\n" + MEANT,
        "9:7: 'belief' is a name of 'Prior' already", "delete one: a word and its plural lead to one entry",
        "## Prior\n\nAlso: belief\n\n" + MEANT + "\n## Posterior\n\n" + MEANT,
    ),
    "a plural for an alias": (
        "## Density\n\nAlso: densities\n\n" + MEANT, "3:7: 'densities' is a name of 'Density' already",
        "delete one: a word and its plural lead to one entry", "## Density\n\n" + MEANT,
    ),
    "a heading in an entry": (
        "## Prior\n\n" + MEANT + "\n### Kinds\n\nTwo.\n", "5:1: a heading below an entry of the glossary",
        "write `## Its term`, or no heading", "## Prior\n\n" + MEANT + "\n## Kind\n\n" + MEANT,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_an_entry_that_nobody_could_use_is_told_once(name: str, tmp_path: Path) -> None:
    wrong, place, repair, right = FAULTS[name]
    (problem,) = checks.check(site(tmp_path, wrong).values(), twice=False)
    line = problem.location.line - LINES
    assert f"{line}:{problem.location.column}: {problem.message}" == place
    assert (problem.code, problem.repair) == ("L122", repair)
    checked(tmp_path, right)
