"""Where folded code stands: below its result, or with all that of its block, as one program at the block's end.

In an answer a reader comes for the argument: a disclosure after each of its lines would stand in the way.
"""

from __future__ import annotations

from dataclasses import dataclass

from lessons.page.source import Block, Part, Snippet, Source

# How much of a snippet's code the reader sees: all of it, a closed disclosure, or nothing.
CODE_SHOWN = ("folded", "shown", "hidden")


@dataclass(frozen=True)
class Fold(Part):
    """Where a block ends, and the disclosure of its code stands."""


def visibility(snippet: Snippet) -> str:
    """How much of its code the reader sees."""
    return dict(snippet.options).get("code", CODE_SHOWN[0])


def gathered(source: Source) -> dict[Fold, tuple[Snippet, ...]]:
    """The folded snippets of each block, in order. Blocks do not stand in each other."""
    blocks = [part for part in source.parts if isinstance(part, Block)]
    found: dict[Fold, tuple[Snippet, ...]] = {}
    for snippet in source.parts:
        if not isinstance(snippet, Snippet) or visibility(snippet) != "folded":
            continue
        for body in (one.body for one in blocks if one.body.start <= snippet.start and snippet.end <= one.body.end):
            end = Fold(body.end, body.end)
            found[end] = (*found.get(end, ()), snippet)
    return found


def programs(source: Source) -> list[tuple[Snippet, ...]]:
    """The snippets of each disclosure of the page, in the order in which their last ones stand."""
    together = list(gathered(source).values())
    known = {snippet for one in together for snippet in one}
    alone = [
        (part,)
        for part in source.parts
        if isinstance(part, Snippet) and part not in known and visibility(part) == "folded"
    ]
    return sorted([*together, *alone], key=lambda one: one[-1].start)


def layout(source: Source) -> str:
    """Which of the page's snippets share a disclosure, in words: it decides what the code in each is."""
    numbers = {part: number for number, part in enumerate(part for part in source.parts if isinstance(part, Snippet))}
    return ";".join(",".join(str(numbers[part]) for part in one) for one in programs(source))
