"""What a page asks for, in words for its author: each answer, the slips its verdicts name, and the other numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import unescape

from lessons.page.page import Answer, Exercise, Page

MOST_NAMED = 3  # slips that numbers hide


def explained(pages: Iterable[Page]) -> str:
    """The exercises of these pages that ask for something, line by line; empty where there are none."""
    lines = [line for page in pages for exercise in page.exercises for line in _exercise(page, exercise)]
    return "\n".join(lines)


def _exercise(page: Page, exercise: Exercise) -> Iterator[str]:
    if not exercise.answers and not exercise.variants:
        return
    yield f"{page.path}: {unescape(exercise.title)} (#{exercise.id})"
    for answer in exercise.answers:
        yield f"  {answer.label} (#{answer.id}): {answer.shown}"
        if answer.slips:
            yield f"    names: {', '.join(_slip(answer, slip.name, slip.value) for slip in answer.slips)}"
        if answer.hidden:
            yield f"    hidden by these numbers: {', '.join(answer.hidden)}"
    if exercise.variants:
        yield f"  other numbers: {len(exercise.variants)}"
    for variant in exercise.variants:
        given = ", ".join(f"{name} = {figure}" for name, figure in variant.given)
        hidden = [name for answer in variant.answers for name in answer.hidden]
        also = f"; hidden: {', '.join(hidden)}" if hidden and len(hidden) <= MOST_NAMED else ""
        also = also or (f"; {len(hidden)} slips hidden" if hidden else "")
        yield f"    ?variant={variant.id}: {given}: {', '.join(answer.shown for answer in variant.answers)}{also}"


def _slip(answer: Answer, name: str, value: float) -> str:
    return f"{name} {value:.{answer.digits}f}".replace("-", "−")
