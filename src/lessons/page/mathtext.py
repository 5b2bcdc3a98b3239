"""A formula as text: on one line, as search shows it, and in words, as a screen reader says the name of a thing.

<msup><mi>σ</mi><mn>2</mn></msup>     σ²     sigma squared
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
import xml.etree.ElementTree as etree
from collections.abc import Iterable, Iterator, Sequence

_MATH = re.compile(r'(?:<span class="lesson-formula"[^>]*>)?(<math\b.*?</math>)(?:(?<=</math>)</span>)?', re.DOTALL)
# Elements that get their names from what stands in them.
_NAMING = re.compile(r"<(?P<tag>h[1-6]|summary|a|button|caption|figcaption|label)\b[^>]*>.*?</(?P=tag)>", re.DOTALL)

Element = etree.Element


def on_one_line(content: str) -> str:
    """A page's HTML with each formula as a line of text."""
    return _MATH.sub(lambda formula: html.escape(line(formula[1]), quote=False), content)


def plain(content: str) -> str:
    """The words of HTML, still escaped: without its tags, and with each formula as a line of text."""
    return " ".join(re.sub(r"<[^>]*>", "", on_one_line(content)).split())


def named(content: str) -> str:
    """A page's HTML with words for each formula that is a part of a name: of a heading, of a summary, of a link."""
    return _NAMING.sub(lambda naming: _MATH.sub(_labelled, naming[0]), content)


def spoken(content: str) -> tuple[str, frozenset[str]]:
    """HTML for paper, where no MathML is left to be read: each formula as a picture with words; and those words."""
    said: set[str] = set()

    def pictured(formula: re.Match[str]) -> str:
        said.add(words(formula[1]))
        return _labelled(formula).replace("<math", '<math role="img"', 1)

    return _MATH.sub(pictured, content), frozenset(said)


def _labelled(formula: re.Match[str]) -> str:
    label = html.escape(words(formula[1]))
    return (
        formula[0].replace("<math", f'<math aria-label="{label}"', 1) if "aria-label=" not in formula[1] else formula[0]
    )


@functools.lru_cache(maxsize=4096)
def line(mathml: str) -> str:
    """A formula on one line: powers raised, indices lowered or after a low line, fractions with a slash."""
    text = _squeezed(_line(_root(mathml)))
    text = re.sub(rf"(^|[(\[{{,;{_RELATIONS}]) ?([−+]) ", r"\1 \2", text)  # a sign, and no operation
    return _squeezed(re.sub(r"([A-Za-z][₀-ₜ]*) \(", r"\1(", text).replace(_OF, " "))


@functools.lru_cache(maxsize=4096)
def words(mathml: str) -> str:
    """A formula in words, as somebody reads it aloud."""
    return _squeezed(_said(_root(mathml)))


def _root(mathml: str) -> Element:
    return etree.fromstring(mathml)


def _squeezed(text: str) -> str:
    """Text with one space where there are several, none inside brackets and before a comma."""
    text = re.sub(r"[\s\u2061\u200b]+", " ", text).strip()
    text = re.sub(r"([(\[{]) | ([)\]},;.])", r"\1\2", text)
    return re.sub(r"([,;])(?: ?[,;.])+", r"\1", text).rstrip(",; ")


def _flat(parts: Iterable[Element]) -> Iterator[Element]:
    """What stands side by side, whatever rows it is grouped into."""
    for part in parts:
        if part.tag in ("mrow", "mpadded", "mstyle") and len(part):
            yield from _flat(part)
        else:
            yield part


def _text(element: Element) -> str:
    """The characters of a token, as they are typed: 𝒩 is N."""
    if element.tag == "mpadded" and len(element) == 1:
        return _text(element[0])
    text = unicodedata.normalize("NFKC", (element.text or "").replace("\u00a0", " "))
    return text if element.tag == "mtext" else text.strip()


# ---- on one line -----------------------------------------------------------------------------------------------------

_RAISED = str.maketrans("0123456789+-−=()nit", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱᵗ")
_LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβρφ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵨᵩ")
_SPACED = frozenset("=≈≤≥<>∼~≠→+−×·⋅∥‖|≡∝∈↦⇒∪∩±⟹⟺")
_RELATIONS = "=≈≤≥<>∼→×⋅"
_RELATING, _ADDING = frozenset("=≈≤≥<>∼~≠→≡∝∈↦⇒⟹⟺"), frozenset("+−±×·⋅")
_OF = "\u2062"  # a space that stays before a bracket
_FRACTIONS = {("1", "2"): "½", ("1", "4"): "¼", ("3", "4"): "¾", ("1", "3"): "⅓", ("2", "3"): "⅔"}
_ACCENTS = (
    dict.fromkeys("~\u0303", "\u0303") | dict.fromkeys("^ˆ\u0302", "\u0302") | dict.fromkeys("‾\u0304\u0305", "\u0304")
)
_ACCENTS |= {"\u0307": "\u0307", "\u0308": "\u0308", "ˇ": "\u030c", "→": "\u20d7"}


def _line(element: Element) -> str:
    parts = list(element)
    match element.tag:
        case "mi" | "mn" | "mtext":
            text = _text(element)
            return f" {text} " if element.tag == "mi" and len(text) > 1 else text
        case "mo":
            sign = _text(element)
            if element.get("form") in ("prefix", "postfix"):
                return sign
            return f" {sign} " if sign in _SPACED else f"{sign} " if sign in ",;" else sign
        case "mspace":
            return " "
        case "msup":
            return _line(parts[0]).rstrip() + _script(_line(parts[1]), _RAISED, "^")
        case "msub":
            return _line(parts[0]).rstrip() + _script(_line(parts[1]), _LOWERED, "_") + _after(parts[0])
        case "msubsup":
            lowered = _script(_line(parts[1]), _LOWERED, "_")
            return _line(parts[0]).rstrip() + lowered + _script(_line(parts[2]), _RAISED, "^") + _after(parts[0])
        case "mfrac":
            above, below = (_line(part).strip() for part in parts)
            return _FRACTIONS.get((above, below)) or f"{_bracketed(above)}/{_bracketed(below)}"
        case "msqrt":
            return f"√{_bracketed(_inside(element))}"
        case "mroot":
            return f"{_line(parts[1]).translate(_RAISED)}√{_bracketed(_line(parts[0]).strip())}"
        case "mover" if (accent := _ACCENTS.get(_line(parts[1]).strip(), "")) in _OVER:
            base = _line(parts[0]).strip()
            return unicodedata.normalize("NFC", base + accent) if len(base) == 1 else f" {_OVER[accent]}({base})"
        case "munder" | "mover" if _text(parts[1]) in _BRACES:
            return _line(parts[0])
        case "munder" | "mover" if len(parts[0]) > 1 and _text(parts[0][1]) in _BRACES:  # the words at a brace
            return (
                f"{_bracketed(_line(parts[0]))}{'_' if element.tag == 'munder' else '^'}{_bracketed(_line(parts[1]))} "
            )
        case "munder":
            return f"{_line(parts[0]).rstrip()}{_script(_line(parts[1]), _LOWERED, '_')}{_after(parts[0]) or ' '}"
        case "mover":
            return f"{_line(parts[0]).rstrip()}{_script(_line(parts[1]), _RAISED, '^')}{_after(parts[0]) or ' '}"
        case "munderover":
            lowered = _script(_line(parts[1]), _LOWERED, "_")
            above = _script(_line(parts[2]), _RAISED, "^")
            return f"{_line(parts[0]).rstrip()}{lowered}{above}{_after(parts[0]) or ' '}"
        case "menclose" if element.get("notation") == "top":
            base = _inside(element)
            return unicodedata.normalize("NFC", f"{base}\u0304") if len(base) == 1 else f" bar({base})"
        case "mrow" if len(parts) > 1 and _text(parts[0]) == "{" and parts[1].tag == "mtable":
            return f"{{{'; '.join(map(_case, parts[1]))}}}{''.join(map(_line, parts[2:])).replace('}', '', 1)}"
        case "mtable":
            return _rows(element)
        case "mtd":
            return f"{_inside(element)} "
        case "mphantom":
            return " "
    return _beside(element)


def _inside(element: Element) -> str:
    return _beside(element).strip()


def _beside(parts: Iterable[Element]) -> str:
    """What stands side by side; a fraction that a function is of, in brackets: log(a/b), and not log a/b."""
    text, named = "", False
    for part in parts:
        line = _line(part)
        text += f"({line.strip()})" if named and part.tag == "mfrac" and "/" in line else line
        named = _is_function(part) or (named and not line.strip(" \u2061"))
    return text


def _is_function(element: Element) -> bool:
    if element.tag in ("msub", "msup", "msubsup", "munder", "mpadded") and len(element):
        return _is_function(element[0])
    if element.tag == "mrow":
        shown = (part for part in reversed(element) if part.tag != "mspace" and _text(part) != "\u2061")
        return (last := next(shown, None)) is not None and _is_function(last)
    return element.tag == "mi" and len(_text(element)) > 1 and _text(element).isalpha()


def _rows(table: Iterable[Element]) -> str:
    """Rows below each other on one line. One goes on where it ends in a sign, or the next begins with one: a relation,
    or below nothing, as `& + c` does; the minus of a number in a matrix is another.
    """
    text = ""
    for cells in table:
        if row := _inside(cells):
            begun = _RELATING if _inside(cells[0]) else _RELATING | _ADDING
            goes_on = not text or row[0] in begun or text[-1] in _RELATING | _ADDING | {",", ";"}
            text = f"{text} {row}" if goes_on else f"{text}; {row}"
    return text


def _case(row: Element) -> str:
    """A value and when it is that: `1, x > 0`, or `1 if x > 0`."""
    text = ""
    for cell in row:
        first = next((part.tag for part in cell.iter() if part.tag in ("mtext", "mi", "mn", "mo")), "")
        text += (" " if first == "mtext" else ", " if text else "") + _inside(cell)
    return text.strip()


def _after(operator: Element) -> str:
    """What stands between an operator's limits and what it is taken of."""
    return _OF if _text(operator) in _LARGE else ""


def _script(text: str, signs: dict[int, int], otherwise: str) -> str:
    text = text.strip()
    if text in ("′", "″", "⊤", "*"):
        return text
    close = text.replace(" ", "")
    if close and all(ord(one) in signs for one in close):
        return close.translate(signs)
    return f"{otherwise}{_bracketed(text)}"


def _bracketed(text: str) -> str:
    text = re.sub(r"^([−+]) ", r"\1", text.strip())
    simple = re.fullmatch(r"[−+]?(?:[\d.,]*|∂?[^\W\d½¼¾⅓⅔][\w²³∞]*)|\([^()]*\)|[^\w\s]", text)
    return text if simple else f"({text})"


# ---- in words --------------------------------------------------------------------------------------------------------

_SIGNS = {
    "+": "plus", "−": "minus", "-": "minus", "±": "plus or minus", "×": "times", "⋅": "times", "·": "times",
    "/": "over",
    "=": "equals", "≈": "is about", "≠": "is not equal to", "<": "is less than", ">": "is greater than",
    "≤": "is at most", "≥": "is at least", "∼": "is distributed as", "~": "is distributed as", "≡": "is identical to",
    "∝": "is proportional to", "∈": "in", "→": "goes to", "↦": "maps to", "⇒": "implies", "⟹": "implies",
    "|": "given", "∣": "given", "‖": "to", "∥": "to", "∑": "the sum", "∏": "the product", "∫": "the integral",
    "∞": "infinity", "∂": "partial", "∇": "nabla", "…": "and so on", "⋯": "and so on",
    "∪": "union", "∩": "intersection",
    "⊤": "transposed", "′": "prime", "″": "double prime", "!": "factorial", "%": "percent", "ℓ": "l", ":": "such that",
    "[": "open bracket", "]": "close bracket", "{": "open brace", "}": "close brace", "\u2061": "", "": "",
}  # fmt: skip
_FENCES = {
    "|": {"prefix": "the absolute value of", "postfix": ","},
    "‖": {"prefix": "the norm of", "postfix": ","},
}
_FUNCTIONS = {"log": "log", "exp": "exp", "det": "determinant of", "tr": "trace of", "min": "minimum", "max": "maximum"}
_POWERS = {"2": "squared", "3": "cubed", "⊤": "transposed", "T": "transposed", "′": "prime", "*": "star"}
_LARGE = ("∑", "∏", "∫")
_PARTS = {("1", "2"): "one half", ("1", "3"): "one third", ("1", "4"): "one quarter", ("3", "4"): "three quarters"}
_OVER = {
    "\u0303": "tilde",
    "\u0302": "hat",
    "\u0304": "bar",
    "\u0307": "dot",
    "\u0308": "double dot",
    "\u030c": "check",
}
_OVER |= {"\u20d7": "vector"}
PRIMES = ("′", "″")
_BRACES = ("⏞", "⏟")
_OPENING, _CLOSING = "([", ")]"


def _said(element: Element) -> str:
    parts = list(element)
    match element.tag:
        case "mi":
            return f" {_name(_text(element))} "
        case "mn" | "mtext":
            return f" {_text(element)} "
        case "mo":
            sign = _text(element)
            return (
                f" {_SIGNS[sign]} "
                if sign in _SIGNS
                else {"(": " open bracket ", ")": " close bracket "}.get(sign, sign)
            )
        case "msup":
            return f"{_said(parts[0])}{_power(parts[1])}"
        case "msub" if _text(parts[0]) in _LARGE:
            return f"{_said(parts[0])} over {_said(parts[1])} of "
        case "msub":
            return f"{_said(parts[0])} sub {_said(parts[1])} "
        case "msubsup" if _text(parts[0]) in _LARGE:
            return f"{_said(parts[0])} from {_said(parts[1])} to {_said(parts[2])} of "
        case "msubsup":
            return f"{_said(parts[0])} sub {_said(parts[1])} {_power(parts[2])}"
        case "mfrac":
            above, below = (_squeezed(_said(part)) for part in parts)
            if part := _PARTS.get((above, below)):
                return f" {part} "
            if " " in above or " " in below:
                return f" the fraction {above}, over {below}, "
            return f" {above} over {below} "
        case "msqrt":
            return f" the square root of {_row(parts)}, "
        case "mroot":
            return f" the root of order {_said(parts[1])} of {_said(parts[0])}, "
        case "mover" if (accent := _ACCENTS.get(_text(parts[1]), "")) in _OVER:
            return f"{_said(parts[0])} {_OVER[accent]} "
        case "munder" | "mover" if _text(parts[1]) in _BRACES:
            return _said(parts[0])
        case "munder" if _name(_text(parts[0])) not in _FUNCTIONS.values() and _text(parts[0]) not in _LARGE:
            return f"{_said(parts[0])}, with {_said(parts[1])} below, "
        case "munder":
            return f"{_said(parts[0])} over {_said(parts[1])} of "
        case "mover":
            return f"{_said(parts[0])} with {_said(parts[1])} above, "
        case "munderover":
            return f"{_said(parts[0])} from {_said(parts[1])} to {_said(parts[2])} of "
        case "mtable":
            return "; ".join(_squeezed(_row(list(row))) for row in element)
        case "mspace" | "mphantom" | "none":
            return " "
    return _row(parts)


def _row(parts: Iterable[Element]) -> str:
    """What stands side by side; brackets right after a name are what it is of."""
    flat: list[Element] = [part for part in _flat(parts) if part.tag != "mspace"]
    said: list[str] = []
    number = 0
    while number < len(flat):
        part, before = flat[number], flat[number - 1] if number else None
        end = _closing(flat, number) if before is not None and _is_name(before) else 0
        if end > number:
            of = "" if said[-1].endswith("of ") else " of"
            said.append(f"{of} {_row(flat[number + 1 : end])}, ")
            number = end
        elif part.tag == "mo" and part.get("form") in _FENCES.get(_text(part), {}):
            said.append(f" {_FENCES[_text(part)][part.get('form', '')]} ")
        else:
            said.append(_said(part))
        number += 1
    return "".join(said)


def _closing(parts: Sequence[Element], start: int) -> int:
    """Where the bracket that begins at `start` ends; 0 where none begins or ends."""
    depth = 0
    for number in range(start, len(parts)):
        sign = _text(parts[number]) if parts[number].tag == "mo" else ""
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth <= 0:
            return number
    return 0


def _is_name(element: Element) -> bool:
    if element.tag in ("msub", "msup", "msubsup", "mpadded") and len(element):
        return _is_name(element[0])
    return (element.tag == "mi" and _text(element).isalpha()) or _text(element) in ("\u2061", *PRIMES)


def _power(exponent: Element) -> str:
    said = _squeezed(_said(exponent))
    plain = _line(exponent).strip()
    return f" {_POWERS[plain]} " if plain in _POWERS else f" to the power {said}, "


def _name(text: str) -> str:
    if len(text) != 1:
        return _FUNCTIONS.get(text, text)
    if text in _SIGNS:
        return _SIGNS[text]
    if greek := _greek(text):
        return f"capital {greek}" if text.isupper() else greek
    return text


@functools.cache
def _greek(letter: str) -> str:
    """The English name of a Greek letter, empty for another sign."""
    plain = unicodedata.normalize("NFKC", letter)
    name = unicodedata.name(plain, "") if len(plain) == 1 else ""
    found = re.fullmatch(r"GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)(?: WITH .*)?", name)
    return {"LAMDA": "LAMBDA"}.get(found[1], found[1]).lower() if found else ""


_VARIANCE = re.compile(r"[σΣ](?:_\w+|[₀-ₜᵢ-ᵪ])*²")


def spellings(text: str) -> set[str]:
    """What one may type for the Greek letters in a text: the letter, its name, and "variance" for σ²."""
    found = {letter: name for letter in set(text) if (name := _greek(letter))}
    return {*map(str.lower, found), *found.values(), *(["variance"] if _VARIANCE.search(text) else [])}
