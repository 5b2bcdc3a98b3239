"""What mkdocs.yml may hold: whatever would run code, publish or hide something is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.page import config

ROOT = Path(__file__).parents[2]
REAL = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
# Each is put below `site_name: S`; then where and what is told, and how the repair begins.
REFUSED = {
    # Python objects, made while the file is read.
    "x: !!python/object/apply:os.system [touch ran]": "2:1: L012 mkdocs.yml may not have the key 'x'",
    "nav: !!python/object/apply:os.system [touch ran]": "2:6: L012 an entry of nav is neither a page nor a list",
    "copyright: !!python/name:os.system": "2:12: L012 copyright is not read as words",
    "copyright: !ENV HOME": "2:12: L012 copyright is not read as words",
    "docs_dir: !relative $config_dir": "2:11: L012 docs_dir may not be '$config_dir' with the tag '!relative'",
    "%TAG !e! tag:yaml.org,2002:python/\n---\nnav: !e!name:os.system": "3:6: L012 nav may not be '' with the tag",
    "markdown_extensions: [lessons: {deck_pdf: !ENV [HOME, false]}]": "2:43: L012 markdown_extensions.lessons.deck_pdf",
    "markdown_extensions: [toc: {slugify: !!python/name:os.system }]": "2:29: L012 markdown_extensions.toc may",
    # Code by its name.
    "hooks: [hook.py]": "2:1: L012 mkdocs.yml may not have the key 'hooks'",
    "hooks: [src/lessons/cli.py]": "2:1: L012 mkdocs.yml may not have the key 'hooks'",
    "plugins: [macros]": "2:11: L012 plugins may not be 'macros'",
    "plugins: {search: {}, exec: {}}": "2:10: L012 plugins may not be that",
    "plugins: [mkdocs-jupyter: {execute: true}]": "2:37: L012 plugins.mkdocs-jupyter.execute may not be 'true'",
    "plugins: [mkdocs-jupyter: {execute: yes}]": "2:37: L012 plugins.mkdocs-jupyter.execute may not be 'yes'",
    "markdown_extensions: [pymdownx.snippets]": "2:23: L012 markdown_extensions may not be 'pymdownx.snippets'",
    'markdown_extensions: ["os:system"]': "2:23: L012 markdown_extensions may not be 'os:system'",
    "markdown_extensions: [pymdownx.superfences: {custom_fences: []}]": "2:46: L012 markdown_extensions.pymdownx.super",
    # Files and templates.
    "INHERIT: ../other.yml": "2:1: L012 mkdocs.yml may not have the key 'INHERIT'",
    "docs_dir: ..": "2:11: L012 docs_dir may not be '..'",
    "site_dir: ../elsewhere": "2:11: L012 site_dir may not be '../elsewhere'",
    "theme: {name: mkdocs}": "2:15: L012 theme.name may not be 'mkdocs'",
    "theme: {name: material, custom_dir: theme}": "2:37: L012 theme.custom_dir may not be 'theme'",
    "theme: {name: material, custom_dir: .}": "2:37: L012 theme.custom_dir may not be '.'",
    "theme: {name: material, static_templates: [x.html]}": "2:25: L012 theme may not have the key 'static_templates'",
    "theme: {name: material, language: ../../x}": "2:35: L012 theme.language may not be '../../x'",
    "theme: {name: material, icon: {logo: ../x}}": "2:38: L012 theme.icon.logo may not be '../x'",
    "watch: [/]": "2:1: L012 mkdocs.yml may not have the key 'watch'",
    "exclude_docs: index.md": "2:15: L012 exclude_docs may not be 'index.md'",
    "not_in_nav: x.md": "2:1: L012 mkdocs.yml may not have the key 'not_in_nav'",
    "edit_uri_template: javascript:x": "2:1: L012 mkdocs.yml may not have the key 'edit_uri_template'",
    # Addresses of other hosts, and files that nobody owns.
    "extra_javascript: [https://evil.test/x.js]": "2:20: L012 extra_javascript may not be 'https://evil.test/x.js'",
    "extra_javascript: [{path: //evil.test/x.js}]": "2:27: L012 extra_javascript.path may not be '//evil.test/x.js'",
    "extra_javascript: [lessons/x.js]": "2:20: L012 extra_javascript may not be 'lessons/x.js'",
    "extra_javascript: [assets/../lessons/x.js]": "2:20: L012 extra_javascript may not be 'assets/../lessons/x.js'",
    "extra_css: [lessons/x.css]": "2:13: L012 extra_css may not be 'lessons/x.css'",
    "extra: {homepage: 'javascript:x'}": "2:9: L012 extra may not have the key 'homepage'",
    "repo_url: javascript:x": "2:11: L012 repo_url may not be 'javascript:x'",
    "site_url: javascript:x": "2:11: L012 site_url may not be 'javascript:x'",
    "theme: {name: material, font: {text: Roboto}}": "2:31: L012 theme.font may not be that",
    # Markup.
    "copyright: <b>me</b>": "2:12: L003 the copyright holds markup",
    "theme: {name: material, palette: [{toggle: {icon: a/b, name: <b>}}]}": "2:62: L003 the theme.palette.toggle.name",
    # nav, in each form that YAML knows.
    "nav: [{'</title><script>': index.md}]": "2:8: L003 the nav title holds markup",
    '"nav":\n  - "</title><script>": index.md': "3:5: L003 the nav title holds markup",
    "'nav' : {<b>: {x: [y: index.md, '<i>': index.md]}}": "2:10: L003 the nav title holds markup",
    "? nav\n: - <b>: index.md": "3:5: L003 the nav title holds markup",
    "nav: &n\n  - index.md": "2:6: L012 the file may not hold the anchor '&n'",
    "x: &n {nav: [<b>: index.md]}\n<<: *n": "2:4: L012 the file may not hold the anchor '&n'",
    "<<: {nav: [<b>: index.md]}": "2:1: L012 mkdocs.yml may not have the key '<<'",
    "nav: [index.md]\nnav: [<b>: index.md]": "3:1: L012 the key 'nav' stands here twice",
    "nav: [2026-99-99: index.md]": "2:7: L012 nav title is not read as words",
    "nav: [Home: ]": "2:12: L012 an entry of nav is neither a page nor a list",
    "nav: [{a: a.md, a: b.md}]": "2:7: L012 one entry of nav has a title twice",
    'nav: ["java\\tscript:x"]': "2:7: L601 a link may not begin with 'javascript:'",
    # Form.
    "site_name: T": "2:1: L012 the key 'site_name' stands here twice",
    "strict: false": "2:9: L012 strict may not be 'false'",
    "nav: {": "3:1: L012 the file does not parse",
    "---\nsite_name: T": "2:1: L012 the file does not parse",
    "\x1b": "1:1: L012 the file does not parse",
    "? [a, b]\n: c": "2:3: L012 mkdocs.yml may not have the key",
    f"nav: {'[' * 50_000}": "2:25: L012 more than 20 levels deep",
    f"nav: {'[index.md, ' * 20_000}": "1:1: L012 the file is larger than 100,000 bytes",
    "a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nnav: *c": "2:4: L012 the file may not hold the anchor '&a'",
}


def told(folder: Path, text: str | bytes) -> list[str]:
    (folder / "mkdocs.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = config.problems(folder / "mkdocs.yml")
    assert all(problem.repair for problem in found)
    return [str(problem).partition("\n")[0].removeprefix(f"{folder}/mkdocs.yml:") for problem in found]


@pytest.mark.parametrize("text", REFUSED)
def test_what_may_not_be_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    first, *_ = told(tmp_path, f"{text}\n" if text.startswith("%") else f"site_name: S\n{text}\n")
    assert first.startswith(REFUSED[text])
    assert config.listed(tmp_path / "mkdocs.yml") <= {"index.md", "a.md", "b.md"}
    assert list(tmp_path.iterdir()) == [tmp_path / "mkdocs.yml"]  # nothing was run


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    assert len(told(tmp_path, "hooks: [a.py, b.py]\nwatch: [.]\ncopyright: <b>\n")) == 3


@pytest.mark.parametrize("text", ["", "# Nothing yet.\n", "site_name: S\n", "nav:\n", "theme: material\n", REAL])
def test_what_may_be_is_not_told(text: str, tmp_path: Path) -> None:
    assert told(tmp_path, text) == []


def test_a_theme_that_another_tree_brings_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "src/lessons/theme").mkdir(parents=True)
    assert [line.split(" L012 ")[1] for line in told(tmp_path, REAL)] == [
        "theme.custom_dir may not be 'src/lessons/theme'",
    ]


def test_a_link_and_other_letters_are_told(tmp_path: Path) -> None:
    assert told(tmp_path, b"site_name: Caf\xe9\n") == ["1:1: L005 the file is not UTF-8 text"]
    assert told(tmp_path, "site_name: S\nhooks: [x.py]\n".encode("utf-16")) == ["1:1: L005 the file is not UTF-8 text"]
    (tmp_path / "mkdocs.yml").unlink()
    (tmp_path / "mkdocs.yml").symlink_to("/etc/passwd")
    assert [problem.code for problem in config.problems(tmp_path / "mkdocs.yml")] == ["L009"]


def test_the_pages_of_nav_are_found_in_every_form(tmp_path: Path) -> None:
    for nav in (
        "nav: [a.md, {B: [b/c.ipynb]}]",
        "nav:\n  - a.md\n  - B:\n      - b/c.ipynb",
        '"nav": {A: a.md, B: b/c.ipynb}',
    ):
        (tmp_path / "mkdocs.yml").write_text(f"{nav}\nsite_name: x.md\n", encoding="utf-8")
        assert config.listed(tmp_path / "mkdocs.yml") == {"a.md", "b/c.ipynb"}


def test_a_file_that_is_not_there_for_a_moment_is_told(tmp_path: Path) -> None:
    (found,) = config.problems(tmp_path / "mkdocs.yml")
    assert (found.code, found.message) == ("L005", "the file cannot be read: No such file or directory")
