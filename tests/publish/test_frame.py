"""What stands around a page, as readers get it: two stylesheets, no script of the theme's, no white space, no icons."""

from __future__ import annotations

import re

import pytest

from lessons.publish import frame

PAGE = """<!doctype html>
<html>
  <head>

    <link rel="stylesheet" href="../assets/stylesheets/main.0a1b.min.css">

        <link rel="stylesheet" href="../assets/math/math.css">
    <link rel="stylesheet" href="../assets/print.css">
  </head>
  <body>
      <script>var a = 1

  var b</script>
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M1 1h2"/></svg>
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M1 1h2"/></svg>
    <script src="../assets/javascripts/bundle.a5f9d56c.min.js"></script>
      <script src="../assets/theme.js" defer></script>
  </body>
</html>
"""


def test_the_stylesheets_become_one_for_screens_and_one_for_paper() -> None:
    html, sheets = frame.finished(PAGE)
    assert sheets == ("assets/stylesheets/main.0a1b.min.css", "assets/math/math.css", "assets/print.css")
    assert re.findall(r"<link [^>]*>", html) == [
        '<link rel="stylesheet" href="../assets/screen.css">',
        '<link rel="stylesheet" href="../assets/print.css" media="print">',
    ]


def test_the_theme_s_script_is_held_back_where_something_loads_it() -> None:
    html, _ = frame.finished(PAGE)
    waiting = '<script src="../assets/theme.js" data-script="../assets/javascripts/bundle.a5f9d56c.min.js" defer>'
    assert waiting in html
    assert html.count("bundle.") == 1
    without = PAGE.replace("assets/theme.js", "assets/other.js")
    assert '<script src="../assets/javascripts/bundle.a5f9d56c.min.js"></script>' in frame.finished(without)[0]


@pytest.mark.parametrize("scripts", ["", '<script src="a/assets/javascripts/bundle.1.min.js"></script>' * 2])
def test_a_theme_with_no_such_script_or_two_is_told(scripts: str) -> None:
    page = re.sub(r"<script src=\"[^\"]*bundle[^>]*></script>", scripts, PAGE)
    with pytest.raises(frame.Unknown, match=r"the theme loads \d scripts of the name bundle"):
        frame.finished(page)


def test_pages_with_other_stylesheets_are_told() -> None:
    assert frame.common([("a.css", "b.css")] * 3) == ("a.css", "b.css")
    assert frame.common([]) == ()
    with pytest.raises(frame.Unknown, match="other stylesheets"):
        frame.common([("a.css",), ("b.css",)])


def test_nothing_names_a_page_for_firefox_to_fetch_unasked() -> None:
    ahead = PAGE.replace("</head>", '  <link rel="next" href="lessons/">\n  </head>')
    assert frame.finished(ahead) == frame.finished(PAGE)


def test_white_space_goes_but_not_from_scripts() -> None:
    script = "<script>var a = 1\n\n  var b</script>"
    html = frame.squeezed(PAGE)
    assert script in html  # its hash is in the policy
    assert not any(re.search(r"\n\s", part) for part in html.split(script))


def test_icons_are_drawn_by_the_stylesheet() -> None:
    html, icons = frame.with_icons_apart(PAGE)
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M1 1h2"/></svg>'
    assert icons == (drawn,)
    name = frame.icon_class(drawn)
    assert html.count(f'<svg class="{name}" viewBox="0 0 24 24"></svg>') == 2  # the box gives it its proportions
    sheet = frame.icon_sheet(icons)
    assert f".{name}{{--icon:url(" in sheet
    assert "forced-colors" in sheet
    assert frame.icon_sheet([]) == ""


def test_addresses_in_a_stylesheet_lead_where_they_led() -> None:
    css = 'a{src:url(x.woff2)}b{mask:url("data:image/svg+xml,<svg/>")}c{fill:url(#d)}'
    moved = frame.relocated(css, "assets/math")
    assert moved == css.replace("url(x.woff2)", "url(math/x.woff2)")
    assert frame.relocated(css, "assets") == css
