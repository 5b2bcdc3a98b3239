"""Figures as parts of a page: their colours, ids, words and bytes."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons import figures
from lessons.figures import COLOURS, GRID, INK, PALETTE, PAPER, Figure, ink
from lessons.maths.arrays import Array

SVG = "{http://www.w3.org/2000/svg}"
CSS = Path(__file__).parent.parent / "docs/assets/lesson.css"

# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def sample(shift: float = 0.0, alt: str = "A rising line.", caption: str = "") -> Figure:
    """A figure with what figures have: every colour, a legend, a grid, clipping, a marker, an image, odd ticks."""
    fig, (top, bottom) = plt.subplots(2, 1)
    for number in range(len(PALETTE)):
        top.plot([0, 1], [0, 0.125 + number + shift], label=f"σ < {number}")
    top.plot(0.5, 1 / 3, "o")
    top.set_yticks([0, 0.125])
    top.grid()
    top.set_xlabel("μ & ε − 0.0625")
    top.legend()
    ink(bottom, np.linspace(0, 1, 24).reshape(3, 8))
    return Figure(fig, alt=alt, caption=caption)


def parse(figure: Figure) -> ET.Element:
    return ET.fromstring(figure.svg)


def test_colours_follow_the_page() -> None:
    figure = sample()
    known = {INK: "currentColor", **{colour: f"var(--figure-{n}, {colour})" for n, colour in enumerate(PALETTE, 1)}}
    for colour, name in known.items():
        assert name in figure.svg
        assert not re.search(rf"(?<!, ){colour}", figure.svg), f"{colour} stands bare, the same in both schemes"
    assert f"var(--lesson-rule, {GRID})" in figure.svg
    # Nothing is painted in a colour the page does not know.
    painted = re.findall(r'(?:fill|stroke)(?:: |=")([^;"]+)', figure.svg)
    assert set(painted) <= {"none", *COLOURS.values()}


def test_the_named_colours_are_the_stylesheet_s() -> None:
    light, dark = stylesheet()
    assert {name for name in dark if name.startswith("figure")} == {f"figure-{n}" for n in range(1, len(PALETTE) + 1)}
    assert (light["lesson-paper"], light["lesson-ink"], light["lesson-rule"]) == (PAPER, INK, GRID)


def test_no_ground_is_painted() -> None:
    shapes = [e for e in parse(sample()).iter() if e.tag in (f"{SVG}path", f"{SVG}rect") and "d" in e.attrib]
    grounds = [e for e in shapes if re.fullmatch(r"M[\d. -]+h[\d.-]+v[\d.-]+h[\d.-]+(v[\d.-]+)?z", e.attrib["d"])]
    assert grounds, "matplotlib draws the ground of figure and axes as closed rectangles"
    for ground in grounds:
        assert "fill: none" in ground.attrib["style"]


def test_no_style_reaches_the_page() -> None:
    root = parse(sample())
    assert not list(root.iter(f"{SVG}style"))
    assert not list(root.iter(f"{SVG}metadata"))
    assert not {"class", "id", "onload"} & root.attrib.keys()


def test_ids_are_unique_on_a_page_and_all_used() -> None:
    pictures = [sample(), sample(shift=1.0)]
    ids = [id_ for picture in pictures for id_ in re.findall(r' id="([^"]*)"', picture.svg)]
    references = [r for picture in pictures for r in re.findall(r'(?:url\(#|href="#)([^)"]+)', picture.svg)]
    assert ids
    assert len(ids) == len(set(ids))
    assert set(references) == set(ids)
    for picture in pictures:  # and each refers to its own
        own = set(re.findall(r' id="([^"]*)"', picture.svg))
        assert set(re.findall(r'(?:url\(#|href="#)([^)"]+)', picture.svg)) == own


def test_words_stay_words_and_whole() -> None:
    texts = ["".join(element.itertext()) for element in parse(sample()).iter(f"{SVG}text")]
    assert "σ < 0" in texts
    assert "μ & ε − 0.0625" in texts  # no digit cut from a label,
    assert "0.125" in texts  # nor from a tick


def test_coordinates_are_short_and_near() -> None:
    fig, ax = plt.subplots(layout="none")
    (line,) = ax.plot([0, 1 / 3, 1], [0, 2 / 3, 1])
    fig.draw_without_rendering()
    pixels = line.get_transform().transform(line.get_xydata())
    scale = 72 / fig.dpi
    expected = [(x * scale, (fig.bbox.height - y) * scale) for x, y in pixels]
    svg = Figure(fig, alt="A line.").svg
    drawn = re.search(r'<path d="(M[^"]*?)" clip-path', svg)
    assert drawn
    np.testing.assert_allclose(places(drawn[1]), expected, atol=0.051)
    assert not re.search(r' d="[^"]*\.\d{3}', svg)


def places(path: str) -> list[tuple[float, float]]:
    """The corners of a path of straight steps, each seen from the one before."""
    found: list[tuple[float, float]] = []
    for sign, rest in re.findall(r"([Mlhvz])([^Mlhvz]*)", path):
        numbers = [float(number) for number in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
        x, y = found[-1] if found else (0.0, 0.0)
        match sign:
            case "M":
                found.append((numbers[0], numbers[1]))
            case "l":
                found.append((x + numbers[0], y + numbers[1]))
            case "h":
                found.append((x + numbers[0], y))
            case "v":
                found.append((x, y + numbers[0]))
            case _:
                found.append(found[0])
    return found


def test_a_path_keeps_its_shape_and_loses_what_lies_on_the_way() -> None:
    assert figures._shortened("M 10 50.04 L 12 50 L 14 50 L 14 20.5 L 40 20.5 z") == "M10 50h4v-29.5h26z"
    assert figures._shortened("M 0 1.5 C 0.39 1.5 0.77 1.34 1.06 1.06 z") == "M0 1.5c.39 0 .77-.16 1.06-.44z"
    assert figures._shortened("M 0 0 L 30 0 L 10 0") == "M0 0h30h-20"  # there and back is no straight way
    assert figures._shortened("A path of another kind 1 2") == "A path of another kind 1 2"


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), min_size=2, max_size=40))
def test_each_point_of_a_path_lies_on_the_short_one(points: list[tuple[float, float]]) -> None:
    path = "M " + " L ".join(f"{x:.2f} {y:.2f}" for x, y in points)
    corners = np.array(places(figures._shortened(path)))
    near = 0.08
    for point in points:
        begins, steps = corners[:-1], np.diff(corners, axis=0)
        lengths = (steps**2).sum(axis=1)
        along = np.clip(((np.array(point) - begins) * steps).sum(axis=1) / np.where(lengths, lengths, 1), 0, 1)
        ways = begins + along[:, None] * steps if len(steps) else corners
        assert np.sqrt(((ways - point) ** 2).sum(axis=1)).min() < near


def test_a_picture_in_ink() -> None:
    root = parse(sample())
    (mask,) = root.iter(f"{SVG}mask")
    (image,) = mask.iter(f"{SVG}image")
    assert len(list(root.iter(f"{SVG}image"))) == 1, "the image shows only through the mask"
    assert not list(root.iter(f"{SVG}a"))
    (shown,) = (g for g in root.iter(f"{SVG}g") if "mask" in g.attrib)
    (rect,) = shown
    assert shown.attrib["mask"] == f"url(#{mask.attrib['id']})"
    assert rect.attrib["fill"] == "currentColor"
    for name in ("width", "height", "transform"):
        assert rect.attrib[name] == image.attrib[name]
    assert (image.attrib["width"], image.attrib["height"]) == ("8", "3"), "one pixel of the file for each of the image"


def test_two_pictures_in_ink_have_a_mask_each() -> None:
    fig, axes = plt.subplots(2, 1)
    for ax in axes:
        ink(ax, np.eye(4))
    root = parse(Figure(fig, alt="Two diagonals."))
    assert len({mask.attrib["id"] for mask in root.iter(f"{SVG}mask")}) == 2


def test_alt_and_caption() -> None:
    figure = sample(alt='A "steep" line, σ < 1 & \\sigma \\1.', caption="Where σ < 1 & more.")
    assert str(figure) == 'A "steep" line, σ < 1 & \\sigma \\1.'
    root = ET.fromstring(figure._repr_html_())
    assert root.tag == "figure"
    svg, caption = root
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"] == str(figure)
    assert caption.text == "Where σ < 1 & more."
    assert html.escape("σ < 1 & more", quote=False) in figure._repr_html_()
    assert len(ET.fromstring(sample()._repr_html_())) == 1  # without a caption, no empty one


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_an_empty_alt_raises(alt: str) -> None:
    fig, _ = plt.subplots()
    with pytest.raises(ValueError, match="say in a sentence what the figure shows"):
        Figure(fig, alt=alt)
    plt.close(fig)


def test_the_figure_is_closed() -> None:
    before = plt.get_fignums()
    sample()
    assert plt.get_fignums() == before


def test_the_same_bytes_in_every_process() -> None:
    code = (
        "import numpy as np, matplotlib.pyplot as plt\n"
        "from lessons.figures import Figure, ink\n"
        "fig, (top, bottom) = plt.subplots(2, 1)\n"
        "top.plot([0, 1], [0, 1], 'o-', label='σ')\n"
        "top.legend()\n"
        "top.contour(np.add.outer(np.arange(5), np.arange(5) ** 2))\n"
        "ink(bottom, np.eye(8))\n"
        "print(ascii(Figure(fig, alt='A line.', caption='c')._repr_html_()))\n"
    )
    variants = ({"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo"})
    outputs = {
        subprocess.run([sys.executable, "-c", code], env=os.environ | v, check=True, capture_output=True).stdout
        for v in variants
    }
    assert len(outputs) == 1


def stylesheet() -> tuple[dict[str, str], dict[str, str]]:
    """The custom properties that are plain colours, of the light scheme and of the dark one."""
    css = CSS.read_text(encoding="utf-8")
    schemes = []
    for selector in (r"^\[data-md-color-scheme\]", r'^  \[data-md-color-scheme="slate"\]'):
        blocks = re.findall(selector + r" \{\n(.*?)\n *\}", css, flags=re.DOTALL | re.MULTILINE)
        schemes.append(dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", "\n".join(blocks))))
    return schemes[0], schemes[1]


def linear(colour: str) -> Array:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2.2."""
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) + 0.05 for c in (one, other))
    return high / low


def lab(rgb: Array) -> Array:
    """CIE L*a*b* under D65, in which a distance of about 2 is just seen."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / to_xyz.sum(axis=1)
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def dark_palette() -> tuple[str, ...]:
    dark = stylesheet()[1]
    return tuple(dark[f"figure-{number}"] for number in range(1, len(PALETTE) + 1))


PALETTES: dict[str, Callable[[], tuple[str, ...]]] = {"light": lambda: PALETTE, "dark": dark_palette}


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_stay_apart_for_the_colour_blind(scheme: str, blindness: str) -> None:
    seen = {colour: lab(BLINDNESS[blindness] @ linear(colour)) for colour in PALETTES[scheme]()}
    for one, other in combinations(seen, 2):
        distance = np.linalg.norm(seen[one] - seen[other])
        assert distance > 20, f"{one} and {other} are {distance:.1f} apart for {blindness}"


@pytest.mark.parametrize("scheme", PALETTES)
def test_colours_stand_out_from_the_paper(scheme: str) -> None:
    paper = stylesheet()[scheme == "dark"]["lesson-paper"]
    for colour in PALETTES[scheme]():
        assert contrast(colour, paper) >= 3, f"{colour} on {paper}: {contrast(colour, paper):.2f}"
    assert contrast(stylesheet()[scheme == "dark"]["lesson-ink"], paper) >= 7


def test_the_measures_of_colour_are_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    np.testing.assert_allclose(lab(linear("#ff0000")), [53.24, 80.09, 67.20], atol=0.05)
    red, green = (lab(BLINDNESS["deuteranopia"] @ linear(c)) for c in ("#c06000", "#808000"))
    assert np.linalg.norm(red - green) < 25 < np.linalg.norm(lab(linear("#c06000")) - lab(linear("#808000")))
