"""What stands around the pages: MkDocs and its theme make a frame for each, with the navigation, and nothing else.

A frame is a page's HTML before and after its content. It depends on the page's head and headings, on the titles of the
other pages and on the configuration; not on what the page says. So it is made again only where one of these changed:
an edit of a sentence or a number never loads the site generator.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib
import io
import json
import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any

from lessons import bounds, parallel, store
from lessons import faults as unexpected
from lessons.page import imports
from lessons.page.cache import world
from lessons.page.markup import words
from lessons.page.page import Entry, Page
from lessons.publish import page_scripts, policy, review, share
from lessons.publish.frame import Frame, Unknown, common, finished, named, squeezed, with_head, with_icons_apart

FOLDER = Path(".cache/frames")
THEME = Path(__file__).resolve().parents[1] / "theme"
SITEMAP = "sitemap.xml"
UNSHOWN = "words"  # the field of an entry in the search index whose words lead to it and are not shown
# Between words, for the search: the signs of formulas, too, so that KL is found in D_KL(q ‖ p). A figure stays whole.
SEPARATOR = r"[\s\u200b\-−,;:!?=≈≤≥<>|‖∥()\[\]{}\"'/_+×·½]+|\.(?!\d)"
_CONTENT = "<div>the content of the page</div>"
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.DOTALL | re.IGNORECASE)
_DESCRIPTION = re.compile(r"<meta\s[^>]*\bname\s*=\s*[\"']?description\b[^>]*>", re.IGNORECASE)
_AS_WRITTEN = re.compile(r'<meta name="description" content="([^"<>]*)">')


class NoShell(Exception):
    """The site generator refuses the project; the message is ready to print."""


@dataclass(frozen=True)
class Shell:
    """All that MkDocs gives to a site. `order` is that of the addresses in the search index.

    Of a `_Generator`, `sheets` and `icons` are those of `files` alone.
    """

    frames: dict[str, Frame] = field(default_factory=dict)  # by a page's address
    files: dict[str, str] = field(default_factory=dict)  # pages of the theme's own, and the sitemap
    sheets: tuple[str, ...] = ()  # the stylesheets that a page's two are made of
    icons: tuple[str, ...] = ()  # that they draw
    search: str = ""  # how the search index is to be read, as JSON; empty where there is none
    order: tuple[str, ...] = ()
    nav: tuple[str, ...] = ()  # the addresses as the navigation has them
    name: str = ""  # of a site that has an address, under which its pages are shared
    url: str = ""  # that address
    about: tuple[str, ...] = ("", "")  # the name of the site, whether it has an address or not, and its description
    offline: bool = True  # whether readers may keep it


def shell(
    config_file: Path, pages: Sequence[Page], url: str | None = None, known: dict[str, Any] | None = None
) -> Shell:
    """The shell of these pages; what an earlier run kept of it is not made again. Raises NoShell.

    `url`: where the site is served, if not where mkdocs.yml says. `known`: what this process has of it already.
    """
    known = {} if known is None else known
    everywhere = _common(config_file, pages, url)
    shared = share.pictures(pages)
    reviewed = review.place(pages)
    keys = {page.address: _key(everywhere, page, shared[page.address].address, reviewed) for page in pages}
    kept = store.load_values(FOLDER, (key for key in (*keys.values(), everywhere) if key not in known))
    known |= {key: value if key == everywhere else _frame(value) for key, value in kept.items()}
    frames = {address: known[key] for address, key in keys.items() if key in known}
    whole = known.get(everywhere)
    if whole is None or len(frames) < len(pages):
        missing = [page for page in pages if page.address not in frames]
        made = _Generator(config_file, url).shell(pages, missing)
        for address, frame in made.frames.items():
            store.save_value(FOLDER, keys[address], asdict(frame))
        whole = {"files": made.files, "sheets": made.sheets, "icons": made.icons, "search": made.search}
        whole |= {"order": made.order, "nav": made.nav, "name": made.name, "url": made.url}
        whole |= {"about": made.about, "offline": made.offline}
        store.save_value(FOLDER, everywhere, whole)
        frames |= made.frames
        known |= {keys[address]: frame for address, frame in made.frames.items()} | {everywhere: whole}
    for key in known.keys() - {*keys.values(), everywhere}:  # of another state of the sources
        del known[key]
    try:
        sheets = common(
            [*([tuple(whole["sheets"])] if whole["sheets"] else []), *(one.sheets for one in frames.values())]
        )
    except Unknown as fault:
        raise NoShell(f"{fault}; see lessons/publish/frame.py") from None
    icons = {*whole["icons"], *(icon for one in frames.values() for icon in one.icons)}
    order, in_nav = tuple(whole["order"]), tuple(whole["nav"])
    called = (whole["name"], whole["url"])
    around = Shell(frames, whole["files"], sheets, tuple(sorted(icons)), whole["search"], order, in_nav, *called)
    return replace(around, about=tuple(whole["about"]), offline=whole["offline"])


def _frame(kept: dict[str, Any]) -> Frame:
    lists = {name: tuple(kept[name]) for name in ("words", "sheets", "icons")}
    return Frame(kept["before"], kept["after"], **lists)


def sitemap_compressed(sitemap: str) -> bytes:
    """The sitemap as crawlers like it; without the time, which would be another one tomorrow."""
    written = io.BytesIO()
    with gzip.GzipFile(fileobj=written, filename=SITEMAP, mode="wb", mtime=0) as file:
        file.write(sitemap.encode())
    return written.getvalue()


def _common(config_file: Path, pages: Sequence[Page], url: str | None) -> str:
    """The hash of what decides every frame."""
    digest = hashlib.sha256(world() + config_file.read_bytes())
    for template in sorted(THEME.rglob("*")):
        if template.is_file():
            digest.update(template.name.encode() + b"\0" + template.read_bytes())
    titles = [(page.address, page.title) for page in pages]
    digest.update(json.dumps([url, titles], ensure_ascii=False).encode())
    return digest.hexdigest()


def _key(common: str, page: Page, picture: str, reviewed: str) -> str:
    head = [common, page.address, dict(page.meta), [asdict(entry) for entry in page.contents], "<h1" in page.html]
    head += [picture, share.is_lesson(page), page_scripts.tags(page, reviewed)]
    return hashlib.sha256(json.dumps(head, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


# ---- MkDocs ---------------------------------------------------------------------------------------------------------


class _Generator:
    """MkDocs, asked step by step for what its own build asks; it writes no file."""

    def __init__(self, config_file: Path, url: str | None) -> None:
        self.config_file, self.url = config_file, url

    def shell(self, pages: Sequence[Page], wanted: Sequence[Page]) -> Shell:
        messages = _Messages()
        logger = logging.getLogger("mkdocs")
        logger.addHandler(messages)
        try:
            made = self._made(pages, wanted)
        except OSError:
            raise
        except RecursionError:
            deep = "it nests lists, quotations or brackets too deeply: make it flatter"
            raise NoShell("\n".join([*(messages.lines or ["mkdocs.yml cannot be read"]), deep])) from None
        except Exception as fault:
            known = type(fault).__module__.startswith("mkdocs.")
            said = [str(fault)] if known else [unexpected.told(fault)]
            raise NoShell("\n".join([*messages.lines, *filter(None, said)])) from fault
        finally:
            logger.removeHandler(messages)
        if messages.lines:  # as `strict` has it
            raise NoShell("\n".join(messages.lines))
        return made

    def _made(self, pages: Sequence[Page], wanted: Sequence[Page]) -> Shell:
        os.environ["NO_MKDOCS_2_WARNING"] = "1"  # Material's notice of its end of life: see docs/decisions
        # mkdocs-jupyter brings nbconvert, which tries all its exporters when it is imported; none is used here.
        os.environ["NBCONVERT_DISABLE_CONFIG_EXPORTERS"] = "1"
        with contextlib.chdir(imports.NEUTRAL):
            importlib.import_module("babel.dates")  # reads the file that the time zone names, before anywhere else
        from mkdocs.commands import build as mkdocs
        from mkdocs.config import load_config
        from mkdocs.structure.files import get_files, set_exclusions
        from mkdocs.structure.nav import get_navigation
        from mkdocs.structure.pages import Page as Document

        config = load_config(config_file=str(self.config_file), strict=True)
        if self.url:
            config.site_url = self.url
        config.plugins.on_startup(command="build", dirty=False)
        try:
            config = config.plugins.on_config(config)
            config.plugins.on_pre_build(config=config)
            files = get_files(config)
            env = config.theme.get_env()
            files.add_files_from_theme(env, config)
            files = config.plugins.on_files(files, config=config)
            set_exclusions(files, config)
            nav = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
            documents = files.documentation_pages()
            by_address = {page.address: page for page in pages}
            for file in documents:
                document = file.page or Document(None, file, config)
                if (page := by_address.get(file.dest_uri)) is not None:
                    self._fill(document, page)
            env = config.plugins.on_env(env, config=config, files=files)
            made: dict[str, str] = {}
            own: list[Frame] = []  # of the theme's own pages
            for name in sorted(config.theme.static_templates):
                html = str(mkdocs._build_template(name, env.get_template(name), files, config, nav))
                if name.endswith(".html"):
                    own.append(_finished(name, html))
                    html = own[-1].before
                made[name] = html
            made[policy.HEADERS_FILE] = policy.headers()
            shared = share.pictures(pages)
            names = {page.address for page in wanted}
            reviewed = review.place(pages)
            asked = [file for file in documents if file.dest_uri in names]

            def framed(file: Any) -> Frame | str:
                page = by_address[file.dest_uri]
                with bounds.reading(page.path):
                    try:
                        return self._frame(
                            mkdocs, file.page, page, env, documents, config, nav, shared[page.address], reviewed
                        )
                    except NoShell as fault:
                        return str(fault)

            found = parallel.shared(framed, asked)
            if faults := [one for one in found if isinstance(one, str)]:
                raise NoShell("\n".join(faults))
            frames = {file.dest_uri: one for file, one in zip(asked, found, strict=True) if isinstance(one, Frame)}
            order = tuple(file.dest_uri for file in documents)
            sheets, icons = common(one.sheets for one in own), tuple(icon for one in own for icon in one.icons)
            name = config.site_name if config.site_url else ""
            in_nav = tuple(one.file.dest_uri for one in nav.pages)
            url = config.site_url or ""
            made_of = Shell(frames, made, sheets, icons, _how_to_search(config), order, in_nav, name, url)
            about = (config.site_name, config.site_description or "")
            return replace(made_of, about=about, offline=config.extra.get("offline", True))
        finally:
            config.plugins.on_shutdown()

    @staticmethod
    def _fill(document: Any, page: Page) -> None:
        """What templates ask of a page, in MkDocs' own terms."""
        from mkdocs.structure.toc import get_toc

        document.markdown, document.meta = "", dict(page.meta)
        tokens: Any = [_token(entry) for entry in page.contents]
        document.toc = get_toc(tokens)
        # The theme asks whether there is a heading of the first level.
        document.content = f"{_CONTENT}<h1></h1>" if "<h1" in page.html else _CONTENT

    @staticmethod
    def _frame(
        mkdocs: Any,
        document: Any,
        page: Page,
        env: Any,
        documents: Any,
        config: Any,
        nav: Any,
        shared: share.Picture,
        reviewed: str,
    ) -> Frame:
        config._current_page = document
        document.active = True
        try:
            context = mkdocs.get_context(nav, documents, config, document)
            template = env.get_template("main.html")
            context = config.plugins.on_page_context(context, page=document, config=config, nav=nav)
            url = document.canonical_url or ""
            told = share.head(page, url, config.site_url + shared.address) if url else ""
            told += page_scripts.tags(page, reviewed)
            whole = _finished(page.path, with_head(named(template.render(context), page.title, url), told))
        finally:
            document.active = False
            config._current_page = None
        if faults := list(_head(whole.before, page)):
            raise NoShell("\n".join(f"{page.path}: {fault}" for fault in faults))
        before, found, after = whole.before.partition(document.content)
        if not found or document.content in after:
            raise NoShell(f"{page.path}: the theme does not show the page's content once")
        return replace(whole, before=before, after=after, words=tuple(sorted(words(f"{before}{after}"))))


def _how_to_search(config: Any) -> str:
    """What the search of the theme needs to know; nothing where there is none."""
    search = config.plugins.get("material/search")
    if search is None:
        return ""
    keys = ("lang", "pipeline", "fields")
    said = {key: search.search_index.config[key] for key in keys} | {"separator": SEPARATOR}
    said["fields"] = said["fields"] | {UNSHOWN: {"boost": 0.5}}  # after what is shown
    return json.dumps(said, separators=(",", ":"))


def _token(entry: Entry) -> dict[str, Any]:
    """A heading as Python-Markdown tells it."""
    below = [_token(child) for child in entry.children]
    return {"level": entry.level, "id": entry.id, "name": entry.title, "children": below}


def _finished(name: str, html: str) -> Frame:
    """A document with its policy in it, all before a page's content. Raises NoShell if it would not work so."""
    try:
        html, sheets = finished(squeezed(policy.into(name, html)))
        html, icons = with_icons_apart(html)
        return Frame(html, "", sheets=sheets, icons=icons)
    except policy.NotCovered as fault:
        raise NoShell(str(fault)) from None
    except Unknown as fault:
        raise NoShell(f"{name}: {fault}; see lessons/publish/frame.py") from None


def _head(text: str, page: Page) -> Iterator[str]:
    """What is wrong with the words in a page's head: they are as they were checked, or the page is not published."""
    titles = _TITLE.findall(text)
    title = page.title
    if len(titles) != 1 or "<" in titles[0] or not (titles[0] == title or titles[0].startswith(f"{title} - ")):
        yield f"its title is not {title!r}, as it was checked"
    found = _DESCRIPTION.findall(text)
    written = [unescape(words) for words in _AS_WRITTEN.findall(text)]
    if len(found) != len(written) or written not in ([], [page.description]):
        yield f"its description is not {page.description!r}, as it was checked"


class _Messages(logging.Handler):
    """What the site generator warns of: under `strict`, each one fails the build."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
