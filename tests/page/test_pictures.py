"""What was drawn and shown to nobody: known by part, and by what was closed or shown meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lessons import drawn
from lessons.figures import Figure, plt
from lessons.page.pictures import Drawn


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    plt.close("all")
    yield
    plt.close("all")


def test_a_picture_left_open_is_of_the_part_that_drew_it() -> None:
    drawn_here = Drawn()
    drawn_here.look(0)
    plt.plot([1, 2])
    drawn_here.look(1)
    drawn_here.look(2)
    assert drawn_here.unseen() == [1]


def test_a_finished_picture_counts_from_where_it_was_finished_until_it_is_shown() -> None:
    drawn_here = Drawn()
    plt.plot([1, 2])
    drawn_here.look(0)
    figure = Figure(plt.gcf(), alt="a line")
    drawn_here.look(1)
    assert drawn_here.unseen() == [1]
    figure._repr_html_()
    assert drawn_here.unseen() == []


def test_what_was_closed_refused_or_never_held_anything_is_no_fault() -> None:
    drawn_here = Drawn()
    plt.plot([1, 2])
    drawn_here.look(0)
    plt.close()
    plt.plot([1, 2])
    drawn_here.look(1)
    drawn.shown(plt.gcf())
    plt.figure()
    drawn_here.look(2)
    assert drawn_here.unseen() == []


def test_what_was_drawn_before_is_of_nobody() -> None:
    plt.plot([1, 2])
    Figure(plt.gcf(), alt="a line")
    plt.plot([1, 2])
    drawn_here = Drawn()
    drawn_here.look(0)
    assert drawn_here.unseen() == []
    plt.plot([1, 2])
    drawn_here.look(1)
    assert drawn_here.unseen() == [1]
