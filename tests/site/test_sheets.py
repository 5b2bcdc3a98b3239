"""Cards on sheets: backs meet fronts, whatever their number; to fold; the test sheet; and the dialog that asks."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfua
import pytest
from playwright.sync_api import Locator, Page, expect

from lessons.publish import tagged

pytestmark = pytest.mark.long

MM = 72 / 25.4
NEAR = 0.2 * MM
SIZES = {"a4": (210 * MM, 297 * MM), "letter": (8.5 * 72, 11 * 72)}  # as they stand
NUMBERS = (1, 3, 4, 5, 8, 9, 17, 40)
# A word in the middle of each field, as wide on both sides of a card, and one in the middle of each side of the paper,
# in a box as large as a field: so each word lies as far from where a browser says that it does.
MARK = """(() => {
    const mark = (element, word) => {
        const span = document.createElement("span");
        span.textContent = word;
        span.style.cssText = "position: absolute; top: 50%; left: 50%; transform: translate(-50%, -50%);"
            + " font: 8px/1 monospace; white-space: nowrap";
        element.append(span);
    };
    for (const field of document.querySelectorAll(".sheet-field")) {
        mark(field, (field.matches(".sheet-front") ? "f" : "b") + field.querySelector(".sheet-head span").textContent);
        field.querySelectorAll(".sheet-head, .sheet-body").forEach((one) => one.remove());
    }
    const { width, height } = document.querySelector(".sheet-field").style;
    for (const sheet of document.querySelectorAll(".sheet")) {
        const box = document.createElement("div");
        box.style.cssText = `position: absolute; top: 0; left: 0; width: ${width}; height: ${height};`
            + ` transform: translate(calc((var(--width) - ${width}) / 2), calc((var(--height) - ${height}) / 2))`;
        sheet.append(box);
        mark(box, "middle");
    }
})()"""
# Up to forty cards that take little time to lay out, as the page's own deck.
DEAL = """
    const { layOut } = await import(new URL("../../assets/sheets.js", location).href);
    const deck = document.querySelector(".lesson-deck");
    const card = deck.firstElementChild;
    const cards = Array.from({ length: 40 }, (_, index) => {
        const one = card.cloneNode(true);
        one.style.counterSet = `card ${index + 1}`;
        one.id = `card-${index + 1}`;
        one.querySelectorAll("summary, .lesson-content").forEach((side) => side.replaceChildren("x"));
        return one;
    });
"""
# Several decks laid out one after another, each as if it were the page's, and then all of them in one document.
LAY_OUT = f"""(async (decks) => {{
    {DEAL}
    const sheets = [];
    for (const {{ number, asked }} of decks) {{
        deck.replaceChildren(...cards.slice(0, number));
        await layOut(asked);
        {MARK};
        sheets.push(...document.querySelector(".sheets").children);
    }}
    document.querySelector(".sheets").replaceChildren(...sheets);
}})"""
# The same, not printed but measured on the page: where the middle of each field lies from its paper's, in points.
MEASURE = f"""(async (decks) => {{
    {DEAL}
    const pages = [];
    for (const {{ number, asked }} of decks) {{
        deck.replaceChildren(...cards.slice(0, number));
        await layOut(asked);
        const paper = getComputedStyle(document.querySelector(".sheet"));
        const half = (side) => parseFloat(paper.getPropertyValue(side)) / 25.4 * 96 / 2;
        for (const sheet of document.querySelectorAll(".sheet")) {{
            const {{ left, top }} = sheet.getBoundingClientRect();
            pages.push(Object.fromEntries([...sheet.querySelectorAll(".sheet-field")].map((field) => {{
                const box = field.getBoundingClientRect();
                const [x, y] = [(box.left + box.right) / 2 - left, (box.top + box.bottom) / 2 - top];
                const name = field.matches(".sheet-front") ? "f" : "b";
                const at = [(x - half("--width")) * 0.75, (y - half("--height")) * 0.75];
                return [name + field.querySelector(".sheet-head span").textContent, at];
            }})));
        }}
    }}
    return pages;
}})"""
# An address that lays out is done when its script is.
LAID_OUT = f"""import(new URL("../../assets/sheets.js", location).href).then(() => {MARK})"""

Places = list[dict[str, tuple[float, float]]]  # of each page: where the middle of each word lies, from the page's


@pytest.fixture(scope="session")
def places(tool: Callable[[str], str]) -> Callable[[Path, tuple[float, float]], Places]:
    """Where the marks of a PDF lie, in points; its pages are of this size."""

    def read(path: Path, size: tuple[float, float]) -> Places:
        text = subprocess.run(
            [tool("pdftotext"), "-bbox", path, "-"], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        found = []
        for page in text.split("<page ")[1:]:
            assert tuple(map(float, re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])) == pytest.approx(size, abs=1)
            words = re.findall(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">([fb]\d+|middle)<', page)
            at = {
                name: ((float(left) + float(right)) / 2, (float(top) + float(bottom)) / 2)
                for left, top, right, bottom, name in words
            }
            x, y = at.pop("middle")
            assert (x, y) == pytest.approx((size[0] / 2, size[1] / 2), abs=0.5 * MM)
            found.append({name: (across - x, down - y) for name, (across, down) in at.items()})
        return found

    return read


@dataclass(frozen=True)
class Deck:
    """So many cards, and how they are asked for."""

    number: int
    paper: str
    per: int
    flip: str = "long"  # or to be folded
    dx: float = 0
    dy: float = 0

    @property
    def asked(self) -> dict[str, Any]:
        kind = {"print": "fold"} if self.flip == "fold" else {"print": "sheets", "flip": self.flip}
        return {"paper": self.paper, "per": self.per, "dx": self.dx, "dy": self.dy, **kind}

    @property
    def size(self) -> tuple[float, float]:
        return SIZES[self.paper] if self.per != 4 else SIZES[self.paper][::-1]

    def there(self) -> Places:
        """Where its cards are to lie: each once, and where the knife or the fold is to meet them."""
        columns, rows = 2, self.per // 2
        across, down = (self.size[0] - 20 * MM) / columns, (self.size[1] - 20 * MM) / rows
        pages: Places = []

        def put(page: dict[str, tuple[float, float]], name: str, column: int, row: int) -> None:
            page[name] = ((column + 0.5 - columns / 2) * across, (row + 0.5 - rows / 2) * down)

        if self.flip == "fold":
            for index in range(self.number):
                if index % rows == 0:
                    pages.append({})
                put(pages[-1], f"f{index + 1}", 0, index % rows)
                put(pages[-1], f"b{index + 1}", 1, index % rows)
            return pages
        # Over its long edge, paper that lies has its top below.
        sideways = (self.flip == "long") != (self.per == 4)
        for index in range(self.number):
            if index % self.per == 0:
                pages += {}, {}
            put(pages[-2], f"f{index + 1}", index % 2, index % self.per // 2)
            x, y = pages[-2][f"f{index + 1}"]
            pages[-1][f"b{index + 1}"] = (
                (-x if sideways else x) + self.dx * MM,
                (y if sideways else -y) + self.dy * MM,
            )
        return pages


def decks(paper: str, pers: tuple[int, ...]) -> list[Deck]:
    """All that is printed on this paper, which stands or lies: many numbers, on both sides and to be folded."""
    most, *fewer = pers
    ways = ("long", "short", "fold")
    return [
        *(Deck(number, paper, most, flip) for flip in ways for number in NUMBERS[:: 1 if fewer else 3]),
        *(Deck(7, paper, per, flip) for flip in ways for per in fewer),
        *(Deck(3, paper, most, flip, 1.25, -0.5) for flip in ways[:2]),
    ]


def check(pages: Places, decks: list[Deck]) -> None:
    wanted = [(deck, page) for deck in decks for page in deck.there()]
    assert len(pages) == len(wanted)
    for found, (deck, there) in zip(pages, wanted, strict=True):
        assert found.keys() == there.keys(), deck
        assert found == {name: pytest.approx(place, abs=NEAR) for name, place in there.items()}, deck


STANDS_OR_LIES = [(8, 6), (4,)]  # fields on a sheet


@pytest.mark.parametrize("pers", STANDS_OR_LIES)
@pytest.mark.parametrize("paper", SIZES)
def test_backs_meet_fronts(
    page: Page, tmp_path: Path, places: Callable[..., Places], paper: str, pers: tuple[int, ...]
) -> None:
    all_ = decks(paper, pers)
    page.evaluate(LAY_OUT, [{"number": deck.number, "asked": deck.asked} for deck in all_])
    page.pdf(path=tmp_path / "sheets.pdf", prefer_css_page_size=True)
    check(places(tmp_path / "sheets.pdf", all_[0].size), all_)


EVERY = [Deck(number, paper, 8, flip) for paper in SIZES for flip in ("long", "short") for number in range(1, 41)]


def test_backs_meet_fronts_whatever_their_number(page: Page) -> None:
    all_ = [*EVERY, *(Deck(number, "a4", per, "long") for per in (4, 6) for number in range(1, 41, 3))]
    check(page.evaluate(MEASURE, [{"number": deck.number, "asked": deck.asked} for deck in all_]), all_)


def test_backs_meet_fronts_in_firefox(
    practice: str, tmp_path: Path, tool: Callable[[str], str], places: Callable[..., Places]
) -> None:
    prints = [([Deck(10, "letter", 8, "short")], f"{practice}?print=sheets&paper=letter&per=8&flip=short", LAID_OUT)]
    for paper, pers in itertools.product(SIZES, STANDS_OR_LIES):
        all_ = decks(paper, pers)
        asked = json.dumps([{"number": deck.number, "asked": deck.asked} for deck in all_])
        prints.append((all_, practice, f"{LAY_OUT}({asked})"))
    jobs = [
        {"url": url, "pdf": str(tmp_path / f"{number}.pdf"), "mark": mark}
        for number, (_, url, mark) in enumerate(prints)
    ]
    asked = json.dumps([{"number": deck.number, "asked": deck.asked} for deck in EVERY])
    measured = {"url": practice, "mark": f"{MEASURE}({asked})"}
    script = Path(__file__).with_name("firefox_print.mjs")
    command = [tool("node"), str(script), tool("firefox-esr"), json.dumps([*jobs, measured])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    for (all_, _, _), job in zip(prints, jobs, strict=True):
        check(places(Path(job["pdf"]), all_[0].size), all_)
    check(json.loads(done.stdout)[-1], EVERY)


@pytest.fixture
def printed(
    open_page: Callable[..., Page], practice: str, tmp_path: Path, read_pdf: Callable[[Path], Any]
) -> Callable[[str], Any]:
    """What an address of the practice page prints, as a file of whoever asks for it."""

    def print_(query: str) -> Any:
        page = open_page("about:blank")
        page.goto(practice + query)
        page.wait_for_selector("body[data-print]")
        page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
        return read_pdf(tmp_path / "printed.pdf")

    return print_


FRONT, BACK = "What is the per-example loss?", "Monte Carlo estimate"


def test_the_question_is_on_one_side_and_the_answer_on_the_other(printed: Callable[[str], Any]) -> None:
    texts = [" ".join(text.split()) for text in printed("?print=sheets&per=1&paper=a6").texts]
    assert len(texts) == 20
    assert [number for number, text in enumerate(texts) if FRONT in text] == [10]
    assert [number for number, text in enumerate(texts) if BACK in text] == [11]
    cut = [" ".join(text.split()) for text in printed("?print=sheets").texts]
    assert len(cut) == 4
    assert FRONT in cut[0]
    assert BACK in cut[1]
    assert "Stable Diffusion" in cut[2]
    assert "Skip to content" not in "".join(cut)


def test_to_fold_both_stand_side_by_side(printed: Callable[[str], Any]) -> None:
    paper = printed("?print=fold&per=6&paper=letter")
    assert len(paper.texts) == 4  # three cards each
    (here,) = [text for text in paper.texts if FRONT in " ".join(text.split())]
    assert "Monte Carlo" in here
    assert paper.sizes[0] == pytest.approx(SIZES["letter"], abs=1)


def test_the_list_of_lessons_prints_the_cards_of_all(
    open_page: Callable[..., Page], address: str, tmp_path: Path, read_pdf: Callable[[Path], Any]
) -> None:
    page = open_page(f"{address}lessons/?print=sheets")
    page.wait_for_selector("body[data-print=sheets]")
    lessons = page.locator(".lesson-entry h2 a").evaluate_all("all => all.map((one) => one.href)")
    assert len(lessons) >= 2
    page.pdf(path=tmp_path / "all.pdf", prefer_css_page_size=True)
    text = " ".join(read_pdf(tmp_path / "all.pdf").text.split())
    number = 0
    for lesson in lessons:
        fronts = open_page(lesson).locator(".lesson-card summary").all_inner_texts()
        number += len(fronts)
        assert [front for front in fronts if front.isascii() and " ".join(front.split()) not in text] == []
    assert page.locator(".sheet-front").count() == page.locator(".sheet-back").count() == number > 10


LABELS = ("left −5", "+5 right", "up −5", "down +5")
# How far the words of a test sheet stay from its scale, in pixels: less than nothing where they meet.
APART = """(sheet) => {
    const box = (one) => one.getBoundingClientRect();
    const scale = [...sheet.querySelectorAll(".sheet-mark, .sheet-label span")].map(box);
    return Math.min(
        Math.min(...scale.map(({ top }) => top)) - box(sheet.querySelector(".sheet-above")).bottom,
        box(sheet.querySelector(".sheet-below")).top - Math.max(...scale.map(({ bottom }) => bottom)),
    );
}"""


def test_the_test_sheet_has_two_sides(printed: Callable[[str], Any]) -> None:
    front, back = (" ".join(text.split()) for text in printed("?print=test&flip=short&dx=-0.75&dy=99").texts)
    assert "over its short edge" in front
    assert "right −0.75 mm, down 5 mm" in back  # as far as it goes
    assert "write a minus" in back
    assert {"left −5", "+5 right", "up −5", "down +5"} <= {label for label in LABELS if label in back}
    # One a page, answer on the back: a leaf is turned over its short edge, whatever was chosen for sheets.
    front, _ = (" ".join(text.split()) for text in printed("?print=test&per=1&paper=a6&flip=long").texts)
    assert "over its short edge" in front
    assert "long" not in front


LAYOUTS = [
    *((paper, "1") for paper in ("a6", "a5", "a4", "letter", "index")),
    *itertools.product(SIZES, ("4", "6", "8")),
]


def test_the_test_sheet_has_the_paper_that_is_set_right(page: Page) -> None:
    page.evaluate(
        "document.body.replaceChildren(document.querySelector('.lesson-deck'))"
    )  # the rest takes time to print
    lay = """async (asked) => {
        const { layOut } = await import(new URL("../../assets/sheets.js", location).href);
        return layOut(asked);
    }"""
    for paper, per in LAYOUTS:
        sizes = []
        for kind in ("sheets", "test"):
            asked = {"print": kind, "paper": paper, "per": per, "dx": 5, "dy": 5}
            assert page.evaluate(lay, asked) == []  # all words have room
            sizes.append(set(re.findall(rb"/MediaBox \[0 0 (\S+) (\S+)\]", page.pdf(prefer_css_page_size=True))))
        assert sizes[0] == sizes[1], (paper, per)
        ((across, down),) = sizes[0]
        assert (float(across) > float(down)) == (per in "14")
        apart = page.locator(".sheet:last-child").evaluate(APART)
        assert apart >= 0, (paper, per)


def test_larger_cards_have_larger_words_and_none_is_below_seven_points(page: Page) -> None:
    smallest = """async ([asked, code]) => {
        const { layOut } = await import(new URL("../../assets/sheets.js", location).href);
        if (code) {
            const back = document.querySelector(".lesson-card .lesson-content");
            back.append(...Array.from({ length: 18 }, () => document.createElement("p")));
            back.querySelectorAll("p:empty").forEach((one) => (one.innerHTML = "On <code>and</code> on."));
        }
        const tooTall = await layOut(asked);
        const points = (one) => Math.round(parseFloat(getComputedStyle(one).fontSize) * 75) / 100;
        const text = [...document.querySelectorAll(".sheet-body")].map((one) => points(one));
        const all = [...document.querySelectorAll(".sheet-head *, .sheet-body :is(p, li, h2, code, math)")].map(points);
        return [Math.max(...text), Math.min(...text), Math.min(...all), tooTall.length];
    }"""
    sizes = []
    for per in ("8", "6", "4"):
        begins, shrunk, least, not_fitting = page.evaluate(smallest, [{"print": "sheets", "per": per}, False])
        sizes.append(begins)
        assert shrunk == begins  # the lesson's own cards have room
        assert least >= 7
        assert not_fitting == 0
    assert sizes == sorted(sizes)
    assert sizes[1] > 1.1 * sizes[0]
    assert page.evaluate(smallest, [{"print": "sheets", "per": "8"}, True])[2] >= 7


def test_a_formula_that_would_be_too_small_is_named(page: Page) -> None:
    named = """async (ems) => {
        const { layOut } = await import(new URL("../../assets/sheets.js", location).href);
        const formula = document.querySelector(".lesson-card .lesson-formula");
        if (ems) formula.style.setProperty("--ems", ems);
        if (ems) formula.style.setProperty("--row", ems);
        const found = await layOut({ print: "sheets" });
        return found.map(({ id }) => id === formula.closest(".lesson-card").id);
    }"""
    assert page.evaluate(named, 0) == []
    assert page.evaluate(named, 60) == [True]


def test_links_are_words_on_paper(page: Page) -> None:
    assert page.locator(".lesson-card .lesson-content a[href]:not(.headerlink)").count() > 0
    page.evaluate("""async () => {
        await (await import(new URL("../../assets/sheets.js", location).href)).layOut({ print: "sheets" });
    }""")
    assert page.locator(".sheets a").count() == 0


@pytest.mark.parametrize("query", ["?print=sheets&per=999&paper=%3Cb%3E&flip=x&dx=NaN&dy=", "?print=sheets&paper=a6"])
def test_an_address_that_makes_no_sense_prints_as_one_that_says_nothing(
    printed: Callable[[str], Any], query: str
) -> None:
    paper = printed(query)
    assert len(paper.texts) == 4
    assert paper.sizes[0] == pytest.approx(SIZES["a4"], abs=1)


def judge(path: Path, what: object) -> None:
    found = pdfua.validate(str(path)).findings
    # No file claims to conform to PDF/UA: a machine can judge a part of it, and nobody has judged the rest.
    assert {(one.rule_id, one.severity) for one in found} == {("UA-28-004", pdfua.Severity.WARNING)}, what
    assert b"/Lang (en)" in path.read_bytes()
    assert b"/S /H1" in path.read_bytes()


def test_a_checker_of_pdf_ua_finds_no_fault_in_what_is_published(site: Path) -> None:
    pdfs = sorted(site.rglob("*.pdf"))
    assert {path.name for path in pdfs} >= {"flashcards.pdf", "flashcards-sheets.pdf", "worksheet.pdf"}
    for path in pdfs:
        judge(path, path)


OTHERS = [
    "lessons/vae-training/?print=sheets&per=4",
    "lessons/vae-training/?print=sheets&per=6&paper=letter",
    "lessons/vae-training/?print=fold&paper=letter",
    "lessons/vae-training/?print=test",
    "lessons/?print=sheets",
]


def test_nor_in_what_a_reader_prints(open_page: Callable[..., Page], address: str, tmp_path: Path) -> None:
    page = open_page("about:blank")
    path = tmp_path / "printed.pdf"
    for query in OTHERS:
        page.goto(address + query)
        page.wait_for_selector("body[data-print]")
        page.pdf(path=path, prefer_css_page_size=True, tagged=True, outline=True)
        # Chromium leaves lines and rules untagged, in each file; what is published is mended as here.
        path.write_bytes(tagged.tagged(path.read_bytes()))
        judge(path, query)


# ---- the dialog -------------------------------------------------------------------------------------------------


NOTED = """() => {
    window.printed = [];
    window.print = () => (document.documentElement.dataset.asked = printed.push({...document.body.dataset}));
}"""


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Print", exact=True)


def above(page: Page) -> Locator:
    """The button above the deck that opens the dialog."""
    return page.get_by_role("group", name="Flashcards").get_by_role("button", name="Print")


@pytest.fixture
def asked(page: Page) -> Page:
    """The practice page with the dialog open; what is printed is noted, and not printed."""
    page.evaluate(NOTED)
    above(page).press("Enter")
    expect(dialog(page)).to_be_visible()
    return page


def test_everything_is_chosen_by_keyboard(asked: Page) -> None:
    page = asked
    assert page.evaluate("document.activeElement.id") == "printing-layout"
    page.keyboard.type("To cut, a")
    expect(page.get_by_label("On each sheet")).to_have_value("8")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("US")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("1.5")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    assert page.evaluate("printed[0].print") == "sheets"
    expect(dialog(page)).to_have_count(0)
    assert page.locator(".sheet").count() == 4
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("['print' in document.body.dataset, document.querySelectorAll('.sheet').length]") == [False, 0]
    page.reload()
    above(page).click()
    for label, value in (("Layout", "sheets"), ("Paper", "letter"), ("Move backs right (mm)", "1.5")):
        expect(page.get_by_label(label, exact=True)).to_have_value(value)


def test_it_shows_what_goes_with_what_is_chosen(asked: Page) -> None:
    page = asked
    expect(page.get_by_label("On each sheet")).to_be_hidden()
    page.get_by_label("Layout").select_option("fold")
    expect(page.get_by_label("On each sheet").locator("option").last).to_have_text("4 cards of 95 × 69 mm")
    expect(page.get_by_label("Paper", exact=True)).to_have_value("a4")
    expect(page.get_by_label("The printer turns")).to_be_hidden()
    page.get_by_label("Layout").select_option("sheets")
    page.get_by_label("The printer turns").select_option("short")
    expect(dialog(page)).to_contain_text("turned over the short edge")
    page.get_by_role("button", name="Print a test sheet").click()
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    assert page.evaluate("printed[0].print") == "test"
    assert page.locator(".sheet").count() == 2


def test_the_cards_of_all_lessons_are_chosen_there_too(asked: Page, site: Path) -> None:
    page = asked
    page.get_by_label("Layout").select_option("worksheet")
    expect(page.get_by_label("Cards", exact=True)).to_be_hidden()
    page.get_by_label("Layout").select_option("fold")
    page.get_by_label("Cards", exact=True).select_option("All lessons'")
    page.route("**/lessons/kl-forward-reverse/", lambda route: route.abort())
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    expect(dialog(page).get_by_role("status")).to_have_text(
        "The other lessons could not be loaded. Try again when you are connected."
    )
    assert page.evaluate("printed") == []
    page.unroute("**/lessons/kl-forward-reverse/")
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    expect(page.locator(".sheet-front")).not_to_have_count(0)
    expect(dialog(page)).to_have_count(0)
    assert page.evaluate("printed.length") == 1
    every = [path.read_text(encoding="utf-8") for path in site.glob("lessons/*/index.html")]
    count = sum(len(re.findall(r'<li [^>]*class="lesson-card', text)) for text in every)
    assert count > page.locator(".lesson-card").count() > 0
    assert page.locator(".sheet-front").count() == count


GATHERED = ".lesson-deck-of-all > .lesson-card"


def test_the_cards_of_all_lessons_come_one_a_page(
    asked: Page, tmp_path: Path, read_pdf: Callable[[Path], Any], printed: Callable[[str], Any]
) -> None:
    page = asked
    own = page.locator(".lesson-card").count()
    page.get_by_label("Cards", exact=True).select_option("All lessons'")
    page.get_by_label("Paper", exact=True).select_option("a5")
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    expect(page.locator(GATHERED).first).to_be_hidden()  # it is for paper
    heads = page.locator(GATHERED).evaluate_all("""all => all.map(({ style }) => [
        style.counterSet.split(" ")[1], JSON.parse(style.getPropertyValue("--title")),
    ])""")
    page.pdf(path=tmp_path / "all.pdf", prefer_css_page_size=True)
    paper = read_pdf(tmp_path / "all.pdf")
    assert len({title for _, title in heads}) >= 2
    assert len(paper.texts) == len(heads) > own
    for text, size, (number, title) in zip(paper.texts, paper.sizes, heads, strict=True):
        assert size == pytest.approx((210 * MM, 148 * MM), abs=1)
        assert number in text.split()
        assert title in " ".join(text.split())
    page.wait_for_function("() => !('print' in document.body.dataset)")
    assert page.locator(GATHERED).count() == 0
    for address in ("?print=cards&of=all", "../?print=cards"):
        assert len(printed(address).texts) == len(heads)


def test_the_list_of_lessons_offers_the_cards_of_all(open_page: Callable[..., Page], address: str) -> None:
    page = open_page(f"{address}lessons/")
    page.evaluate(NOTED)
    page.get_by_role("button", name="Print the flashcards of all lessons").press("Enter")
    here = page.get_by_role("dialog", name="Print the flashcards of all lessons")
    expect(here).to_be_visible()
    for layout, what in (("cards", GATHERED), ("sheets", ".sheet-front")):
        page.get_by_label("Layout").select_option(layout)
        expect(page.get_by_label("Cards", exact=True)).to_be_hidden()
        here.get_by_role("button", name="Print", exact=True).click()
        expect(here).to_be_hidden()
        assert page.evaluate("printed.at(-1).print") == layout
        assert page.locator(what).count() > 10
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(what).count() == 0
        page.get_by_role("button", name="Print the flashcards of all lessons").click()
    assert page.get_by_label("Layout").locator("option[value=worksheet]").count() == 0


def test_an_offset_that_cannot_be_is_told_and_not_changed(asked: Page) -> None:
    page = asked
    page.get_by_label("Layout").select_option("sheets")
    right = page.get_by_label("Move backs right (mm)")
    for wrong in ("9", "-5.5", "0.3"):
        right.fill(wrong)
        for name in ("Print a test sheet", "Print"):
            dialog(page).get_by_role("button", name=name, exact=True).click()
            expect(right).to_be_focused()
            assert right.evaluate("(one) => one.matches(':invalid')")
    assert page.evaluate("printed") == []
    # Where backs are not moved, it is no matter; and what is kept is what was printed with.
    page.get_by_label("Layout").select_option("fold")
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    page.reload()
    above(page).click()
    page.get_by_label("Layout").select_option("sheets")
    expect(page.get_by_label("Move backs right (mm)")).to_have_value("0")


def test_it_names_the_edge_for_each_layout_with_two_sides(asked: Page) -> None:
    page = asked
    page.get_by_label("Layout").select_option("sheets")
    expect(dialog(page)).to_contain_text("turned over the long edge")
    page.get_by_label("Layout").select_option("sides")
    expect(dialog(page)).to_contain_text("turned over the short edge")
    page.get_by_label("Paper", exact=True).select_option("index")
    page.get_by_role("button", name="Print a test sheet").click()
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    expect(page.locator(".sheet").first).to_contain_text("turned over the short edge")
    width, height = page.locator(".sheet").first.evaluate("(one) => [one.offsetWidth, one.offsetHeight]")
    assert (width / 96 * 25.4, height / 96 * 25.4) == pytest.approx((127, 76.2), abs=0.5)


# Where the focus is, and what is drawn there: false if something else is, or nothing.
_SEEN = """() => {
    const box = document.activeElement.getBoundingClientRect();
    const at = document.elementFromPoint((box.left + box.right) / 2, box.bottom - 2);
    return document.activeElement === at || document.activeElement.contains(at);
}"""


@pytest.mark.parametrize(("width", "height"), [(320, 568), (390, 780), (320, 256)])
def test_on_a_phone_its_buttons_and_the_focus_are_always_seen(
    open_page: Callable[..., Page], practice: str, width: int, height: int
) -> None:
    page = open_page(practice, viewport={"width": width, "height": height})
    above(page).click()
    layout = page.get_by_label("Layout")
    place = layout.bounding_box()
    for kind in ("sides", "sheets", "fold", "worksheet", "cards", "sheets"):
        layout.select_option(kind)
        assert layout.bounding_box() == place
        if height > 500:
            box = dialog(page).locator("button[type=submit]").bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height
    seen = []
    for _ in range(10):
        assert page.evaluate(_SEEN), page.evaluate("document.activeElement.outerHTML")
        seen.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        page.keyboard.press("Tab")
    assert [name for name in seen if not name.startswith("printing-")] == ["Print a test sheet", "Print", "Cancel"]


def test_the_worksheet_is_one_of_the_layouts(asked: Page) -> None:
    page = asked
    page.get_by_label("Layout").select_option("worksheet")
    expect(page.get_by_label("Paper", exact=True)).to_have_value("a4")
    expect(dialog(page)).to_contain_text("It takes the page's place.")
    page.get_by_role("button", name="Open the worksheet").click()
    page.wait_for_selector("body[data-print=worksheet]")
    assert page.url.endswith("?print=worksheet&paper=a4")
    page.go_back()
    above(page).click()
    expect(page.get_by_label("Layout")).to_have_value("worksheet")


def test_a_card_that_does_not_fit_is_named_and_a_long_one_is_set_smaller(asked: Page) -> None:
    page = asked
    page.evaluate("""() => {
        const [first, second] = document.querySelectorAll(".lesson-card .lesson-content");
        first.append(...Array.from({length: 100}, () => document.createElement("p")));
        first.querySelectorAll("p").forEach((one) => one.append("On."));
        second.append("on and on ".repeat(55));
    }""")
    page.get_by_label("Layout").select_option("sheets")
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    status = dialog(page).get_by_role("status")
    expect(status).to_contain_text(re.compile("^Too long for a card of this size: the back of “card-[a-z-]+”. Choose"))
    assert page.evaluate("printed") == []
    page.get_by_role("button", name="Cancel").click()
    expect(above(page)).to_be_focused()
    page.locator(".lesson-card").first.evaluate("(card) => card.remove()")
    above(page).click()
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    sizes = page.locator(".sheet-back").evaluate_all("all => all.map((one) => parseFloat(one.style.fontSize))")
    assert min(sizes) >= 7
    assert sorted(sizes)[0] < sorted(sizes)[1]


def test_storage_that_is_forbidden_or_damaged_forgets_and_no_more(
    open_page: Callable[..., Page], practice: str
) -> None:
    page = open_page(practice)
    page.evaluate("localStorage.setItem(new URL('../..', location).pathname + '.print', '{')")
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('no'); }; window.print = () => {}; }")
    above(page).click()
    dialog(page).get_by_role("button", name="Print", exact=True).click()
    expect(dialog(page)).to_have_count(0)
    assert page.evaluate("document.body.dataset.print") == "cards"


def test_without_the_dialog_the_button_prints_one_card_a_page(open_page: Callable[..., Page], practice: str) -> None:
    page = open_page("about:blank")
    page.route("**/printing.js", lambda route: route.abort())
    page.goto(practice)
    page.evaluate(NOTED)
    above(page).click()
    expect(page.locator("html")).to_have_attribute("data-asked", "1")
    assert page.evaluate("[printed[0].print, printed[0].paper]") == ["cards", "a6"]


def test_a_visit_loads_none_of_it(page: Page, traffic: Any, practice: str) -> None:
    traffic.watch(page)
    page.goto(practice, wait_until="networkidle")
    assert not [url for url in traffic.requests if "sheets.js" in url or "printing.js" in url]


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_it_fits_and_is_accessible(
    open_page: Callable[..., Page], practice: str, project: Any, width: int, scheme: str
) -> None:
    page = open_page(practice, viewport={"width": width, "height": 700}, color_scheme=scheme, bypass_csp=True)
    above(page).click()
    page.get_by_label("Layout").select_option("sheets")
    assert dialog(page).evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.add_script_tag(path=Path(project.folder) / "node_modules/axe-core/axe.min.js")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then((said) => said.violations)")
    assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []
