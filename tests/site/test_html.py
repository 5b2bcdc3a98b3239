"""Every built page is valid HTML, as the Nu checker has it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What the theme writes and we do not, by message and by the element it is about. Both are harmless to a reader.
THEME = [
    # Its switches are checkboxes; the attribute keeps Firefox from restoring an open menu after a reload.
    (r"Attribute “autocomplete” is only allowed", r'<input class="md-(toggle|option)"'),
    # On a page without headings the table of contents has a title and no switch.
    (r"The value of the “for” attribute of the “label” element", r'<label class="md-nav__title" for="__toc">'),
]


def is_the_themes(fault: dict[str, Any]) -> bool:
    return any(re.match(said, fault["message"]) and re.search(where, fault["extract"]) for said, where in THEME)


def test_every_page_is_valid(project: Any, site: Path, tool: Callable[[str], str]) -> None:
    checker = Path(project.folder) / "node_modules/vnu-jar/build/dist/vnu.jar"
    pages = sorted(site.rglob("*.html"))
    command = [tool("java"), "-Xss4m", "-jar", str(checker), "--format", "json", "--exit-zero-always"]
    done = subprocess.run([*command, *pages], capture_output=True, text=True, timeout=120, check=True)
    messages = json.loads(done.stderr)["messages"]
    faults = [
        f"{fault['url']}:{fault.get('lastLine')}: {fault['message']} {fault.get('extract', '')[:80]!r}"
        for fault in messages
        if fault["type"] != "info" and not is_the_themes(fault)
    ]
    assert not faults, "\n".join(faults)
