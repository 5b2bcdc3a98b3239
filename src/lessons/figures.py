"""Figures that are right in both colour schemes, on a phone and for those who cannot see them.

Importing this module sets the project's matplotlib style. `Figure(fig, alt=...)` turns a matplotlib figure into
SVG whose lines take the page's own colours, with the words that stand for it. The same bytes come out every time.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as MatplotlibFigure

from lessons import drawn
from lessons.ticks import computed_once
from lessons.unshowable import NoAlternative

__all__ = ["Figure", "ink", "plt"]

# Six colours that differ for every common colour blindness, dark enough for lines on paper. The page's stylesheet
# has a lighter set of the same names for the dark scheme.
PALETTE = ("#1444a5", "#a73119", "#008466", "#84639b", "#c08600", "#2f2f2f")
INK = "#26211c"
GRID = "#ddd5c8"
PAPER = "#fdfbf6"
COLOURS = {
    **{colour: f"var(--figure-{number}, {colour})" for number, colour in enumerate(PALETTE, 1)},
    INK: "currentColor",
    GRID: f"var(--lesson-rule, {GRID})",
    PAPER: f"var(--lesson-paper, {PAPER})",
}
# 4.8 inches at 12 points: on a phone of 360 pixels the words are still 11 pixels high.
STYLE: dict[Any, Any] = {
    "figure.figsize": (4.8, 3.2),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.unicode_minus": True,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "grid.color": GRID,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "legend.labelcolor": INK,
    "font.size": 12,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # measured by its widths, which are generous; the page shows its own font
    "image.cmap": "cividis",
    "svg.fonttype": "none",
    "svg.hashsalt": "lessons",
    "path.simplify_threshold": 0.5,
}
# With other settings, `savefig` does more than draw.
_PLAINLY_SAVED: dict[Any, Any] = {
    "savefig.facecolor": "none",
    "savefig.edgecolor": "auto",
    "savefig.dpi": "figure",
    "savefig.bbox": None,
}
mpl.rcdefaults()
mpl.rcParams.update(STYLE)

_ID = re.compile(r' id="([^"]*)"')
_REFERENCE = re.compile(r'(?:url\(#|href="#)([^)"]+)')
# Coordinates may be cut to a hundredth of a point; words (a tick at 0.125) and scales must stay whole.
_COORDINATES = re.compile(r' (?:d|x|y|points)="[^"]*"|(?:translate|rotate)\([^)]*\)')
_LONG = re.compile(r"(-?\d+\.\d{2})\d+")
_PATH = re.compile(r'(?<= d=")[^"]*')
_STEP = re.compile(r"([MLCQZz])([^MLCQZz]*)")
# A drawing is read to a tenth of a point, less than the width of any line; a sign of a few points to a hundredth.
FINE, COARSE, SMALL = 100, 10, 20
_INKED = re.compile(r'<a xlink:href="ink"[^>]*>(<image ([^>]*)/>)</a>')


WIDEST, TALLEST = 9.0, 12.0  # inches: a page shows a figure 6 inches wide, and its words smaller where it is wider


@dataclass(frozen=True)
class Figure:
    """A finished figure: what it shows (SVG), what it says to those who cannot see it (`alt`), and its caption.

    `alt` tells in a sentence or two what the picture shows, not that it is one. The matplotlib figure is drawn once
    and closed. Raises NoAlternative on an `alt` that is empty.
    """

    figure: MatplotlibFigure = field(repr=False)
    alt: str = ""
    caption: str = ""
    svg: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise NoAlternative("alt is empty: say in a sentence what the figure shows")
        width, height = self.figure.get_size_inches()
        if width > WIDEST or height > TALLEST:
            raise ValueError(
                f"a figure of {width:g} × {height:g} inches, whose words nobody could read on a page: give it at most "
                f"{WIDEST:g} × {TALLEST:g}, plt.subplots(figsize=(4.8, 2.8)) say"
            )
        svg = _drawn(self.figure)
        plt.close(self.figure)
        object.__setattr__(self, "svg", _for_the_page(svg, self.alt))
        drawn.finished(self)

    def _repr_html_(self) -> str:
        drawn.shown(self)
        caption = f"<figcaption>{html.escape(self.caption, quote=False)}</figcaption>" if self.caption else ""
        return f'<figure class="lesson-figure">{self.svg}{caption}</figure>'

    def __str__(self) -> str:
        return self.alt


def ink(axes: Axes, pixels: npt.ArrayLike) -> None:
    """Draw an image (rows, columns), from 0 for bare paper to 1 for full ink, in the ink of the page it stands on."""
    alpha = np.asarray(pixels, dtype=np.float64)
    white = np.ones((*alpha.shape, 3))
    # The address is how `Figure` knows the image again.
    axes.imshow(np.dstack([white, alpha]), interpolation="none", url="ink")
    axes.set_axis_off()


def warm_up() -> None:
    """Draw what most figures hold, so that a process forked from this one finds fonts and digits laid out."""
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="−0.25")
    axes.hist([0, 1, 1], label="100")
    axes.set(xlabel="0123456789", ylabel="μσ", title="−")
    axes.legend()
    Figure(figure, alt="nothing")


def _drawn(figure: MatplotlibFigure) -> str:
    """The SVG that `savefig` writes. It would draw a figure with a layout twice, the first time for nobody to see."""
    buffer, metadata = io.StringIO(), {"Date": None, "Creator": None}
    with computed_once():
        if not _drawn_alike_at_once(figure):
            figure.savefig(buffer, format="svg", metadata=metadata)
            return buffer.getvalue()
        canvas, dpi, paper = figure.canvas, figure.dpi, figure.get_facecolor()
        figure.set_facecolor("none")
        try:
            FigureCanvasSVG(figure).print_svg(buffer, metadata=metadata)  # type: ignore[no-untyped-call]
        finally:
            figure.set_canvas(canvas)
            figure.set_dpi(dpi)
            figure.set_facecolor(paper)
    return buffer.getvalue()


def _drawn_alike_at_once(figure: MatplotlibFigure) -> bool:
    """Whether a figure comes out the same when it was not drawn before. Axes of a projection find their place by it."""
    flat = all(axes.name == "rectilinear" for axes in figure.axes)
    return flat and all(mpl.rcParams[name] == plain for name, plain in _PLAINLY_SAVED.items())


def _for_the_page(svg: str, alt: str) -> str:
    """Matplotlib's SVG as part of a page: its colours named, its ids its own, its digits no more than one sees."""
    svg = svg[svg.index("<svg") :]
    # Matplotlib's <style> would reach the whole page; the site's stylesheet has the same for figures alone.
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<style.*?</style>\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = _COORDINATES.sub(lambda match: _LONG.sub(r"\1", match[0]), svg)
    svg = _PATH.sub(lambda match: _shortened(match[0]), svg)
    svg = _INKED.sub(_masked, re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip())
    own = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]  # an id may not begin with a digit
    names = {name: f"{own}-{number}" for number, name in enumerate(dict.fromkeys(_REFERENCE.findall(svg)))}
    svg = _ID.sub(lambda match: f' id="{names[match[1]]}"' if match[1] in names else "", svg)
    svg = _REFERENCE.sub(lambda match: match[0].replace(match[1], names[match[1]]), svg)
    svg = re.sub(r"<g>(<[^>]*/>)</g>", r"\1", svg)
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda match: COLOURS.get(match[0], match[0]), svg)
    view = re.search(r'viewBox="[^"]*"', svg)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" {view[0] if view else ""}'
        f' role="img" aria-label="{html.escape(alt)}">'
    )
    return re.sub(r"<svg[^>]*>", lambda _: opening, svg, count=1)  # a function: an alt may hold backslashes


def _shortened(path: str) -> str:
    """A path in few signs: each step from the point before, and none for a point that lies on the way to the next."""
    steps = [(step[1].upper(), [float(number) for number in step[2].split()]) for step in _STEP.finditer(path)]
    numbers = [number for _, given in steps for number in given]
    if not numbers or _STEP.sub("", path).strip() or any(len(given) % 2 for _, given in steps):
        return path  # none that matplotlib writes
    unit = FINE if max(numbers) - min(numbers) < SMALL else COARSE
    written: list[str] = []
    here = start = (0, 0)
    run = (0, 0)  # the straight step that is not written yet

    def flush() -> None:
        nonlocal run
        if run[0] and run[1]:
            written.append("l" + _joined(run, unit))
        elif run != (0, 0):
            written.append(f"h{_number(run[0], unit)}" if run[0] else f"v{_number(run[1], unit)}")
        run = (0, 0)

    for sign, given in steps:
        points = [(round(x * unit), round(y * unit)) for x, y in zip(given[::2], given[1::2], strict=True)]
        if sign == "L":
            for x, y in points:
                step = x - here[0], y - here[1]
                onward = run[0] * step[1] == run[1] * step[0] and run[0] * step[0] + run[1] * step[1] > 0
                if run != (0, 0) and not onward:
                    flush()
                run, here = (run[0] + step[0], run[1] + step[1]), (x, y)
            continue
        flush()
        if sign == "M":
            written.append("M" + _joined(points[0], unit))
            start = here = points[0]
        elif sign == "Z":
            written.append("z")
            here = start
        else:
            moved = [number for x, y in points for number in (x - here[0], y - here[1])]
            written.append(sign.lower() + _joined(moved, unit))
            here = points[-1]
    flush()
    return "".join(written)


def _joined(numbers: Iterable[int], unit: int) -> str:
    """Numbers side by side, with a space only where no minus begins the next one."""
    return re.sub(r" (?=-)", "", " ".join(_number(one, unit) for one in numbers))


def _number(units: int, unit: int) -> str:
    text = f"{units / unit:.{len(str(unit)) - 1}f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0\.", r"\1.", text)


def _masked(match: re.Match[str]) -> str:
    """An image of `ink` as a mask: what shows through it is the page's own ink."""
    name = f"ink{match.start()}"
    place = " ".join(re.findall(r'\b(?:width|height|transform)="[^"]*"', match[2]))
    return f'<mask id="{name}">{match[1]}</mask><g mask="url(#{name})"><rect {place} fill="currentColor"/></g>'
