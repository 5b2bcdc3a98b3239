"""How a card looks in Anki: templates and styles, which change without a note's being newer for it."""

from __future__ import annotations

NEWEST_NOTETYPE = 1_795_843_675  # when what is below last changed: a test tells whoever changes it
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
  --shade: #26211c55;

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
  --shade: #e8e1d655;
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
.card pre { overflow-x: auto; padding: .5rem; font-size: .8em; line-height: 1.4; }
.card code { font-family: ui-monospace, Consolas, Menlo, monospace; }
.card :not(pre) > code { font-size: .85em; }
.card table { display: block; overflow-x: auto; border-collapse: collapse; }
.card th, .card td { padding: .2rem .6rem; border-bottom: 1px solid var(--lesson-rule); }
.card blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--lesson-rule); }
.card svg { display: block; max-width: 100%; height: auto; margin: 1rem auto; font-family: system-ui, sans-serif; }
.card mjx-container { max-width: 100%; overflow: auto hidden; padding-block: .25em; }
/* A display is smaller on a phone. What is still too wide can be moved: a bar says so, and a shade where it goes on. */
.card mjx-container[display="true"] > mjx-math { font-size: min(1em, max(.72em, 4.85vw)); }
.card mjx-container[display="true"], .card pre, .card table {
  --ground: var(--lesson-paper);
  background:
    linear-gradient(to right, var(--ground) 1rem, transparent) left / 2rem 100% no-repeat local,
    linear-gradient(to left, var(--ground) 1rem, transparent) right / 2rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left center / .75rem calc(100% - 4px) no-repeat,
    linear-gradient(to left, var(--shade), transparent) right center / .75rem calc(100% - 4px) no-repeat,
    var(--ground);
}
.card pre { --ground: var(--wash); }
.card ::-webkit-scrollbar { height: 6px; }
.card ::-webkit-scrollbar-thumb { background: var(--quiet); border-radius: 3px; }
@media (max-width: 30rem) { .card { font-size: 18px; } }
"""
