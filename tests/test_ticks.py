"""Repeating nothing while a figure is drawn: every picture comes out as `savefig` alone draws it."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import matplotlib.text
import numpy as np
import pytest
from matplotlib import dates, ticker
from matplotlib.axis import Axis
from matplotlib.figure import Figure as MatplotlibFigure

from lessons import figures
from lessons.figures import Figure, ink
from lessons.ticks import computed_once

X = np.linspace(0.1, 10, 30)
GRID = np.outer(X, X)
DAYS = [datetime.datetime(2024, 1, 1) + datetime.timedelta(hours=9 * n) for n in range(30)]


def plain() -> MatplotlibFigure:
    fig, ax = plt.subplots()
    ax.plot(X, np.sin(X), label="sine")
    ax.set(xlabel="x", ylabel="y", title="T")
    ax.legend()
    return fig


def offsets() -> MatplotlibFigure:
    """Axes that share a formatter, whose offset is that of the axis it was last asked for."""
    fig, axes = plt.subplots(2, 3, sharey="row", gridspec_kw={"width_ratios": [1, 2, 4]})
    for number, ax in enumerate(axes.flat):
        ax.plot(X * 10**number, 1e6 + X * 10 ** (number % 3))
        ax.set_title("a title as long as to meet the offset", loc="left")
    return fig


def shared_formatter() -> MatplotlibFigure:
    fig, axes = plt.subplots(1, 2)
    formatter = ticker.ScalarFormatter()
    for ax, most in zip(axes, (1e-7, 1e9), strict=True):
        ax.plot([0, most], [0, 1])
        ax.xaxis.set_major_formatter(formatter)
    return fig


def shared_locator() -> MatplotlibFigure:
    fig, axes = plt.subplots(1, 2)
    locator = ticker.MaxNLocator(3)
    for ax, most in zip(axes, (9, 900), strict=True):
        ax.plot([1, most])
        ax.yaxis.set_major_locator(locator)
    return fig


def logarithmic() -> MatplotlibFigure:
    fig, (left, right) = plt.subplots(1, 2)
    left.loglog(X, np.exp(X))
    left.grid(which="both")
    right.plot(X - 5, X**3)
    right.set_xscale("symlog")
    right.minorticks_on()
    return fig


def dated() -> MatplotlibFigure:
    fig, ax = plt.subplots()
    ax.plot(DAYS, X)  # type: ignore[arg-type]
    locator = dates.AutoDateLocator()  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    return fig


def words() -> MatplotlibFigure:
    fig, ax = plt.subplots()
    ax.bar_label(ax.barh(["a long label", "b", "c\nd"], [1, 2, 3]))
    ax.set_xticks([1, 2, 3], ["one", "two\nlines", "$x^2$"], rotation=45, ha="right")
    ax.annotate("here", (1, 1), (2, 2), arrowprops={"arrowstyle": "->"})
    return fig


def bars_of_colour() -> MatplotlibFigure:
    fig, axes = plt.subplots(2, 2)
    shown = [ax.pcolormesh(GRID * 1e6) for ax in axes.flat]
    fig.colorbar(shown[0], ax=axes[:, 1], extend="both")
    fig.colorbar(shown[1], ax=axes[0, 0], orientation="horizontal", label="c")
    fig.suptitle("S")
    return fig


def twins() -> MatplotlibFigure:
    fig, ax = plt.subplots()
    ax.plot(X, X)
    ax.twinx().plot(X, X**9)
    ax.secondary_xaxis("top", functions=(np.square, np.sqrt)).set_xlabel("square")
    ax.set_title("T")
    return fig


def crossed() -> MatplotlibFigure:
    """Axes whose tick labels move with the limits of the other axis."""
    fig, ax = plt.subplots()
    ax.plot(X - 5, (X - 5) ** 3)
    ax.spines["left"].set_position("zero")
    ax.spines["bottom"].set_position(("data", -50))
    ax.set_aspect(0.01)
    return fig


def aligned() -> MatplotlibFigure:
    fig = plt.figure(figsize=(7, 4))
    for number, ax in enumerate(fig.subplot_mosaic("AAB;CDD").values()):
        ax.plot(X, X * 10 ** (3 * number))
        ax.set(xlabel="x", ylabel="y", title="T")
    fig.align_labels()
    fig.align_titles()
    return fig


def in_parts() -> MatplotlibFigure:
    fig = plt.figure()
    left, right = fig.subfigures(1, 2)  # type: ignore[misc]
    left.add_subplot(2, 1, 1).plot(X, X * 1e6)
    left.add_subplot(2, 1, 2).plot(X, X * 1e6)
    ink(right.subplots(), GRID / 100)
    return fig


def inside() -> MatplotlibFigure:
    fig, ax = plt.subplots()
    ax.plot(X, X)
    inner = ax.inset_axes((0.5, 0.1, 0.4, 0.4))
    inner.plot(X, -X)
    ax.indicate_inset_zoom(inner)
    return fig


def polar() -> MatplotlibFigure:
    fig, ax = plt.subplots(subplot_kw={"projection": "polar"})
    ax.plot(X, X)
    ax.set_title("T")
    return fig


def solid() -> MatplotlibFigure:
    fig, ax = plt.subplots(subplot_kw={"projection": "3d"})
    ax.plot(X, np.sin(X), X * 1e6)
    ax.set(zlabel="z", title="T")
    return fig


def without_layout() -> MatplotlibFigure:
    fig, ax = plt.subplots(layout="none")
    ax.plot(X)
    return fig


def tight() -> MatplotlibFigure:
    fig, axes = plt.subplots(2, 2, layout="tight", facecolor="yellow", dpi=200)
    axes[0, 0].imshow(GRID, interpolation="bilinear")
    axes[1, 1].plot(X, rasterized=True)
    return fig


def empty() -> MatplotlibFigure:
    return plt.figure()


PICTURES = [plain, offsets, shared_formatter, shared_locator, logarithmic, dated, words, bars_of_colour, twins, crossed]
PICTURES += [aligned, in_parts, inside, polar, solid, without_layout, tight, empty]
SETTINGS: list[dict[str, object]] = [{"savefig.bbox": "tight"}, {"savefig.facecolor": "auto"}, {"savefig.dpi": 300}]


@pytest.fixture(autouse=True)
def closed() -> None:
    plt.close("all")


def saved(figure: MatplotlibFigure) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


@pytest.mark.parametrize("picture", PICTURES)
def test_a_figure_is_drawn_as_matplotlib_alone_draws_it(picture: Callable[[], MatplotlibFigure]) -> None:
    assert figures._drawn(picture()) == saved(picture())


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_it_is_so_whatever_is_set_for_saving(settings: dict[Any, Any]) -> None:
    with mpl.rc_context(settings):
        assert figures._drawn(tight()) == saved(tight())


def test_a_figure_is_left_as_it_was() -> None:
    figure = tight()
    before = figure.dpi, figure.get_facecolor(), figure.canvas
    figures._drawn(figure)
    assert (figure.dpi, figure.get_facecolor(), figure.canvas) == before


def test_ticks_are_seldom_computed_and_labels_seldom_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = {"_update_ticks": 0, "_get_ticklabel_bboxes": 0}
    for name in counted:
        original = getattr(Axis, name)

        def counting(*given: object, original: Callable[..., object] = original, name: str = name) -> object:
            counted[name] += 1
            return original(*given)

        monkeypatch.setattr(Axis, name, counting)
    Figure(plain(), alt="x")
    assert max(counted.values()) <= 10  # for two axes; without it, some thirty


def test_matplotlib_is_itself_again_afterwards_even_if_drawing_fails() -> None:
    before = Axis._update_ticks, Axis._get_ticklabel_bboxes, matplotlib.text.get_font  # type: ignore[attr-defined]
    figure = plain()
    figure.axes[0].xaxis.set_major_formatter(lambda *_: str(1 / 0))
    with pytest.raises(ZeroDivisionError):
        Figure(figure, alt="x")
    assert (Axis._update_ticks, Axis._get_ticklabel_bboxes, matplotlib.text.get_font) == before  # type: ignore[attr-defined]
    with computed_once():
        assert Axis._update_ticks is not before[0]  # type: ignore[attr-defined]
