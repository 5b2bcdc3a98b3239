"""The site's own scripts that a page loads beside those of every page: what the page asks for, and has, decides."""

from __future__ import annotations

from lessons.page import asking
from lessons.page.page import Page
from lessons.page.render import relative
from lessons.publish import review

ANSWERS = "assets/answers.js"  # where an answer is asked for
DECK = "assets/deck.js"  # where there are cards, and where all lessons are listed: their cards print there
DUE = "assets/due.js"  # the same, where the site has a page to review them


def tags(page: Page, reviewed: str) -> str:
    """They run once the page is there. `reviewed`: the address of the page where cards are reviewed, if any."""

    def way(address: str) -> str:
        return relative(address, page.url)

    found = []
    if asking.asks(page.html):
        found.append(f'<script src="{way(ANSWERS)}" defer></script>')
    if reviewed and review.tells(page):
        found.append(f'<script src="{way(DUE)}" data-to="{way(reviewed)}" defer></script>')
    if review.tells(page):
        found.append(f'<script src="{way(DECK)}" defer></script>')
    if review.asked_for(page):
        found.append(f'<script type="module" src="{way(review.SESSION)}"></script>')
    return "".join(found)
