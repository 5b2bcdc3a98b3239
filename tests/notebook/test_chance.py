"""Draws that no seed decides, which a notebook's one run would publish; and where its header leads."""

from __future__ import annotations

from pathlib import Path

import pytest

from lessons.notebook import pages, source
from lessons.page import checks
from lessons.page.render import Settings

HEAD = "# ---\n# title: T\n# description: D\n# ---\n\n# %%\n"


def told(cells: str) -> list[tuple[int, str]]:
    _, problems = source.read(Path("notebooks/x.py"), HEAD + cells)
    return [(one.location.line, f"{one.code} {one.message}") for one in problems]


@pytest.mark.parametrize(
    ("code", "drawn"),
    [
        ("import numpy as np\nrng = np.random.default_rng()", "np.random.default_rng"),
        ("import numpy as np\nrng = np.random.default_rng(None)", "np.random.default_rng"),
        ("import numpy as np\nnp.random.normal(size=3)", "np.random.normal"),
        ("import numpy\nnumpy.random.rand(3)", "numpy.random.rand"),
        ("from numpy.random import default_rng\nrng = default_rng()", "default_rng"),
        ("import random\nrandom.shuffle([1])", "random.shuffle"),
        ("from random import gauss\ngauss(0, 1)", "gauss"),
        ("import random\nrandom.Random().random()", "random.Random"),
    ],
)
def test_a_draw_without_a_seed(code: str, drawn: str) -> None:
    assert told(code) == [(8, f"L207 {drawn} gives other numbers in each run")]


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nrng = np.random.default_rng(1)\nrng.normal()",
        "import numpy as np\nrng = np.random.default_rng(seed=1)",
        "import numpy as np\nnp.random.seed(1)\nnp.random.normal()",
        "import numpy as np\nnp.random.seed(1)\n\n# %%\nnp.random.normal()",
        "import random\nrandom.seed(1)\nrandom.random()\nrandom.Random(1).random()",
        "import numpy as np\nnp.random.Generator(np.random.PCG64(1))",
        "def normal(): ...\nnormal()",
    ],
)
def test_a_draw_with_one(code: str) -> None:
    assert told(code) == []


@pytest.mark.parametrize(
    ("lesson", "repair"),
    [
        ("lessons/kl.md", None),
        ("lessons/lk.md", "did you mean 'lessons/kl.md'? use one of: index.md, lessons/kl.md"),
        ("../docs/lessons/kl.md", "write `lesson: lessons/kl.md`"),
        ("kl", "write `lesson: lessons/kl.md`"),
    ],
)
def test_the_lesson_of_a_header_is_there(
    lesson: str, repair: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("docs/index.md", "docs/lessons/kl.md", "notebooks/x.py"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
    Path("notebooks/x.py").write_text(HEAD.replace("# ---\n\n", f"# lesson: {lesson}\n# ---\n\n") + "1\n")
    found = pages.Notebooks(Path(), Settings(), checks.Check([]).anchors)
    found.check()
    told = [(str(one.location), one.code, one.message, one.repair) for one in found.problems]
    message = f"the header names the lesson {lesson!r}, which is not there"
    assert told == ([("notebooks/x.py:4:1", "L602", message, repair)] if repair else [])
