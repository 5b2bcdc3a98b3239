"""What a permanent link is called: by where it leads, so that who hears a list of links can tell them apart."""

from __future__ import annotations

import re

NAME = "Permanent link to"
_HEADING = re.compile(
    r"""(?P<heading><h[1-6]\b[^>]*>(?P<words>(?:(?!</h[1-6]>).)*?))
    <a\ class="headerlink"\ (?P<target>href="[^"]*")[^>]*>""",
    re.DOTALL | re.VERBOSE,
)
_KICKER = re.compile(r'<span class="lesson-kicker">([^<]*)')
_TAG = re.compile(r"<[^>]*>")


def named(content: str) -> str:
    """A page's HTML with a name for the permanent link of each heading; only a question's may hold formulas."""
    return _HEADING.sub(_named, content)


def _named(found: re.Match[str]) -> str:
    kicker = _KICKER.search(found["words"])
    if kicker:
        place = kicker[1][:1].lower() + kicker[1][1:]
    else:
        words = _TAG.sub("", found["words"]).replace('"', "&quot;")
        place = f"“{' '.join(words.split())}”"
    return f'{found["heading"]}<a class="headerlink" {found["target"]} aria-label="{NAME} {place}">'
