"""How a card looks in Anki: templates and styles, which change without a note's being newer for it."""

from __future__ import annotations

NEWEST_NOTETYPE = 1_795_800_000  # when what is below last changed: a test tells whoever changes it
FRONT = '<div class="lesson">{{Front}}</div>'
BACK = """{{FrontSide}}
<hr id="answer">
<div class="lesson">{{Back}}</div>
<p class="source">{{#Link}}<a href="{{Link}}">{{Lesson}}</a>{{/Link}}{{^Link}}{{Lesson}}{{/Link}}</p>"""
# Anki on a desktop says .nightMode, AnkiDroid .night_mode as well, AnkiMobile the first: on the card, or around it.
STYLES = """.card {
  --lesson-paper: #fdfbf6;
  --lesson-rule: #ddd5c8;
  --ink: #26211c;
  --quiet: #665d53;
  --accent: #8a2b1d;
  --wash: #f5f0e6;

  margin: 0;
  padding: 1rem;
  background: var(--lesson-paper);
  color: var(--ink);
  font: 20px/1.5 Charter, "Bitstream Charter", Cambria, "Noto Serif", Georgia, serif;
  text-align: start;
}
.card.nightMode, .nightMode .card, .card.night_mode, .night_mode .card {
  --lesson-paper: #1a1815;
  --lesson-rule: #413b33;
  --ink: #e8e1d6;
  --quiet: #ada396;
  --accent: #f0a28f;
  --wash: #25221d;
  --figure-1: #81a5f0;
  --figure-2: #de8148;
  --figure-3: #66dc96;
  --figure-4: #d288b0;
  --figure-5: #f6c43c;
  --figure-6: #ececec;
  background: var(--lesson-paper);
  color: var(--ink);
}
.lesson, .source, #answer { max-width: 33rem; margin-inline: auto; overflow-wrap: break-word; }
.lesson > :first-child { margin-top: 0; }
.lesson > :last-child { margin-bottom: 0; }
#answer { margin-block: 1.2rem; border: 0; border-top: 1px solid var(--accent); }
.source { margin-block: 2rem 0; color: var(--quiet); font: 14px/1.4 system-ui, sans-serif; }
.card a { color: var(--accent); }
.card pre { overflow-x: auto; padding: .5rem; background: var(--wash); font-size: .8em; line-height: 1.4; }
.card code { font-family: ui-monospace, Consolas, Menlo, monospace; }
.card :not(pre) > code { font-size: .85em; }
.card table { display: block; overflow-x: auto; border-collapse: collapse; }
.card th, .card td { padding: .2rem .6rem; border-bottom: 1px solid var(--lesson-rule); }
.card blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--lesson-rule); }
.card svg { display: block; max-width: 100%; height: auto; margin: 1rem auto; font-family: system-ui, sans-serif; }
.card mjx-container { max-width: 100%; overflow: auto hidden; padding-block: .25em; }
@media (max-width: 30rem) { .card { font-size: 18px; } }
"""
