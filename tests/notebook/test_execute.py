"""Running notebooks: whatever a cell does, the build goes on, ends, and says where it was done."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
from pathlib import Path
from typing import Any

import pytest

from lessons.notebook.execute import Worker
from lessons.notebook.limits import Limits
from lessons.notebook.source import Cell, Notebook

PICTURE = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2])\n"

# name: (cells, what is said of the line marked `# here`)
HOSTILE: dict[str, tuple[str, str]] = {
    "raises": ("x = 1\n\nx / 0  # here\n", "L501 ZeroDivisionError: division by zero"),
    "raises-in-second-cell": ("1\n\n\n# %%\n\n\nraise ValueError('a\\n b')  # here\n", "L501 ValueError: a b"),
    "raises-without-words": ("raise ValueError  # here\n", "L501 ValueError"),
    "raises-in-numpy": ("import numpy as np\n\nnp.linalg.inv([[0.0]])  # here\n", "L501 LinAlgError: Singular matrix"),
    "raises-in-an-earlier-cell": (
        "def f():\n    return 1 / 0  # here\n\n# %%\n\n# %% [markdown]\n# words\n\n# %%\n1\n\nf()\n",
        "L501 ZeroDivisionError: division by zero",
    ),
    "interrupts": ("raise KeyboardInterrupt  # here\n", "L501 KeyboardInterrupt"),
    "syntax": ("x = 1\nx = = 2  # here\n", "L501 SyntaxError: invalid syntax"),
    "indented": ("if True:\nx = 1  # here\n", "L501 IndentationError: expected an indented block .*"),
    "unfinished-import": ("from lessons.maths import  # here\n", "L501 SyntaxError: .*"),
    "awaits": ("import asyncio\nawait asyncio.sleep(0)  # here\n", "L501 SyntaxError: 'await' outside function"),
    "no-such-module": ("from lessons.maths import nothing  # here\n", "L501 ImportError: .*'nothing'.*"),
    "loops": ("1\n# %%\nwhile True: pass  # here\n", "L502 this cell took longer than 1 s"),
    "sleeps": ("import time; time.sleep(60)  # here\n", "L502 this cell took longer than 1 s"),
    "ignores-signals": (
        "import signal, time  # here\nfor s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
        "    signal.signal(s, signal.SIG_IGN)\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass\n",
        "L502 this cell took longer than 1 s",
    ),
    "slow-in-all": (
        "import time\ntime.sleep(0.7)\n# %%\ntime.sleep(0.7)\n# %%\ntime.sleep(9)  # here\n",
        r"L502 the notebook took longer than 3 s; it had come to this cell",
    ),
    "sys-exit": ("import sys\nsys.exit(0)  # here\n", "L501 SystemExit: 0"),
    "exit": ("1\nexit()  # here\nopen('never')\n", "L501 SystemExit: the cell asks the kernel to exit"),
    "os-exit": ("import os; os._exit(0)  # here\n", r"L503 this cell ended its kernel \(exit code 0\)"),
    "os-exit-later": ("import os\n# %%\nos._exit(7)  # here\n", r"L503 this cell ended its kernel \(exit code 7\)"),
    "segfault": (
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)  # here\n",
        r"L503 this cell ended its kernel \(signal 11, Segmentation fault\)",
    ),
    "null-pointer": (
        "import ctypes; ctypes.string_at(0)  # here\n",
        r"L503 this cell ended its kernel \(signal 11, Segmentation fault\)",
    ),
    "odd-signal": (
        "import os; os.kill(os.getpid(), 40)  # here\n",
        r"L503 this cell ended its kernel \(signal 40, .*\)",
    ),
    "eats-memory": ("import numpy as np\nnp.ones(10**9)  # here\n", "L501 MemoryError: Unable to allocate .*"),
    "eats-memory-slowly": ("x = []\nwhile True:\n    x.append([0] * 10_000)  # here\n", "L501 MemoryError"),
    "prints-too-much": (
        "while True:\n    print('x' * 1000)  # here\n",
        "L501 TooMuchOutput: more than 1,000,000 characters printed",
    ),
    "asks": ("1\ninput('Your name? ')  # here\n", "L501 EOFError: .*"),
    "bare-figure": (f"{PICTURE}1\n# %%\n1  # here\nfig\n", "L504 a figure without alternative text"),
    "bare-current-figure": (f"import numpy  # here\n{PICTURE}plt.gcf()\n", "L504 a figure without alternative text"),
    "bare-png": (
        "from IPython.display import Image  # here\nImage(data=b'\\x89PNG\\r\\n\\x1a\\n0123', format='png')\n",
        "L504 a figure without alternative text",
    ),
    "bare-jpeg": (
        "from IPython.display import Image, display  # here\ndisplay(Image(data=b'\\xff\\xd8', format='jpeg'))\n",
        "L504 a figure without alternative text",
    ),
    "empty-alternative": (
        f"{PICTURE}from lessons.figures import Figure\nFigure(fig, alt=' ')  # here\n",
        "L501 NoAlternative: alt is empty: .*",
    ),
}
LIMITS = {
    "loops": "{cell: 1}",
    "sleeps": "{cell: 1}",
    "ignores-signals": "{cell: 1}",
    "slow-in-all": "{cell: 9, notebook: 3}",
    "eats-memory-slowly": "{memory: 100}",
}


@pytest.fixture
def hostile(once: Any) -> Any:
    """All hostile notebooks and two good ones, run once; `hostile.done` is what became of it."""

    def run(workshop: Any) -> Any:
        for name, (body, _) in HOSTILE.items():
            workshop.write(name, body, LIMITS.get(name, "{}"))
        workshop.write("a-good-one", "print(1)\n")
        workshop.write("z-good-one", "print(2)\n")
        (workshop.folder / "temporary").mkdir()
        return workshop.run("--jobs", "4", TMPDIR=str(workshop.folder / "temporary"))

    workshop, workshop.done = once("hostile", run)
    return workshop


@pytest.mark.parametrize("name", HOSTILE)
def test_a_fault_is_told_with_its_line_and_its_own_words(hostile: Any, name: str) -> None:
    _, message = HOSTILE[name]
    (told,) = re.findall(rf"^notebooks/{name}\.py:.*$", hostile.done.stderr, re.MULTILINE)
    assert re.fullmatch(rf"notebooks/{name}\.py:{hostile.line(name)}:1: {message}", told), told


def test_all_faults_are_told_in_one_run_and_nothing_else_is(hostile: Any) -> None:
    assert hostile.done.returncode == 1
    assert hostile.done.stderr.endswith(
        f"\n{len(HOSTILE)} problems\nNothing was staged; docs/notebooks/ is as it was.\n"
    )
    assert "Traceback" not in hostile.done.stderr + hostile.done.stdout


def test_a_repair_names_the_limit_to_raise(hostile: Any) -> None:
    def repair(name: str) -> str:
        return str(re.search(rf"^notebooks/{name}\.py:.*\n    (.*)$", hostile.done.stderr, re.MULTILINE)[1])  # type: ignore[index]

    assert "`limits: {cell: …}`" in repair("sleeps")
    assert "`limits: {notebook: …}`" in repair("slow-in-all")
    assert "100 MiB" in repair("eats-memory-slowly")
    assert "`limits: {memory: …}`" in repair("eats-memory-slowly")


def test_with_a_fault_nothing_is_staged_but_the_good_ones_are_kept(hostile: Any, workshop: Any) -> None:
    assert hostile.staged() == {}
    shutil.copytree(hostile.folder, workshop.folder, dirs_exist_ok=True)
    for name in HOSTILE:
        (workshop.folder / f"notebooks/{name}.py").unlink()
    assert workshop.ran() == set()
    assert list(workshop.staged()) == ["a-good-one.ipynb", "z-good-one.ipynb"]


def test_hostile_notebooks_leave_no_folder_behind(hostile: Any) -> None:
    assert list((hostile.folder / "temporary").iterdir()) == []


# What good notebooks may count on ---------------------------------------------------------------------------

TAME = {
    "a-vandal": "import builtins, math, numpy as np, random, sys, os, lessons.figures, matplotlib as mpl\n"
    "np.pi = 3\nmath.pi = 3\nbuiltins.leak = 1\nlessons.figures.leak = 1\nmpl.rcParams['font.size'] = 99\n"
    "np.random.seed(1)\nnp.set_printoptions(precision=1)\nos.environ['LEAK'] = '1'\nsys.modules['leak'] = sys\n"
    "leak = 1\nsys.path.clear()\nnp.add = None\nprint('done')\n",
    "b-innocent": "import builtins, math, numpy as np, sys, os, lessons.figures, matplotlib as mpl\n"
    "print(np.pi == math.pi == 3, hasattr(builtins, 'leak'), hasattr(lessons.figures, 'leak'), 'LEAK' in os.environ,\n"
    "      mpl.rcParams['font.size'], 'leak' in sys.modules, 'leak' in globals(), sys.path == [], np.add(1, 1))\n"
    "print(np.array([1 / 3]))\n",
    "writes": "import os\nprint(os.listdir())\nopen('left.txt', 'w').write('x')\n# %%\nprint(os.listdir())\n",
    "writes-too": "import os\nprint(os.listdir())\nopen('left.txt', 'a').write('x')\nprint(open('left.txt').read())\n",
    "where": "import os\nprint(os.getpid(), os.getcwd())\n",
    "reads": "import os\nprint(open('data.csv').read(), open('deep/er.txt').read())\n\n"
    "open('data.csv', 'w').write('spoilt')\n",
    "displays": "import numpy as np\n\nclass A: pass\n\nprint(A is A)\nlen\n# %%\n"
    "from lessons.maths.derivation import Quantity\nprint(len(range(3)))\nnp.arange(3)\n# %%\n"
    f"{PICTURE}from lessons.figures import Figure\nFigure(fig, alt='a line')\n",
    "magic": "# %matplotlib inline\n# %config InlineBackend.figure_format = 'svg'\nprint(1)\n",
}


@pytest.fixture
def tame(once: Any) -> Any:
    """All good notebooks, run once."""

    def run(workshop: Any) -> Any:
        fill(workshop, *TAME)
        return workshop.run("--jobs", "2")

    workshop, done = once("tame", run)
    assert done.returncode == 0, done.stderr
    return workshop


def fill(workshop: Any, *names: str) -> None:
    for name in names:
        workshop.write(name, TAME[name])
    data = workshop.folder / "notebooks/reads"
    (data / "deep").mkdir(parents=True)
    (data / "data.csv").write_text("1,2")
    (data / "deep/er.txt").write_text("3")


def test_nothing_of_one_notebook_is_seen_in_another(tame: Any) -> None:
    assert tame.printed("a-vandal") == "done\n"
    assert tame.printed("b-innocent") == "False False False False 12.0 False False False 2\n[0.33333333]\n"


def test_the_process_and_the_folder_of_a_notebook_are_gone(tame: Any) -> None:
    pid, folder = tame.printed("where").split()
    assert gone(int(pid))
    assert not Path(folder).exists()


def gone(pid: int) -> bool:
    """Whether a process ends at last."""
    with contextlib.suppress(ProcessLookupError):
        descriptor = os.pidfd_open(pid)
        try:
            return bool(select.select([descriptor], [], [], 10)[0])
        finally:
            os.close(descriptor)
    return True


def test_a_notebook_works_in_a_folder_of_its_own(tame: Any) -> None:
    assert tame.printed("writes") == "[]\n1['left.txt']\n"  # 1: the characters written
    assert tame.printed("writes-too") == "[]\nx\n"


def test_a_notebook_reads_copies_of_its_data(tame: Any) -> None:
    assert tame.printed("reads").startswith("1,2 3\n")
    assert (tame.folder / "notebooks/reads/data.csv").read_text() == "1,2"


def test_addresses_of_objects_are_left_out(workshop: Any) -> None:
    workshop.write("a", "class A: pass\n\nprint(A(), object())\n")
    assert workshop.run().stderr.startswith(
        "notebooks/a.py:7:1: L506 an object without words of its own: <__main__.A object at 0x…>\n"
    )


def test_what_prepares_jupyter_for_pictures_does_nothing(tame: Any) -> None:
    assert tame.printed("magic") == "1\n"
    assert b"%matplotlib inline" in tame.staged()["magic.ipynb"]


def test_where_nothing_can_be_forked_the_same_comes_out(tame: Any, workshop: Any) -> None:
    fill(workshop, "a-vandal", "b-innocent", "displays", "reads")
    spawn = "from lessons.notebook import execute; execute.FORKS = False"
    assert workshop.ran(before=spawn) == {"a-vandal", "b-innocent", "displays", "reads"}
    forked = tame.staged()
    assert workshop.staged() == {name: forked[name] for name in workshop.staged()}


def test_where_nothing_can_be_forked_a_fault_has_its_line_too(workshop: Any) -> None:
    workshop.write("loops", "1\n# %%\nwhile True: pass  # here\n", "{cell: 1}")
    done = workshop.run(before="from lessons.notebook import execute; execute.FORKS = False")
    assert done.stderr.startswith("notebooks/loops.py:9:1: L502 this cell took longer than 1 s\n")


def test_loading_a_worker_is_no_time_of_the_first_cell(workshop: Any) -> None:
    workshop.write("quick", "print(1)\n", "{cell: 0.2, notebook: 30}")
    slow = "from lessons.notebook import execute\nimport time\nload = execute._preload\n"
    slow += "def slowly(notebooks=()):\n    if not notebooks: time.sleep(0.5)\n    load(notebooks)\n"
    slow += "execute._preload = slowly"
    assert workshop.ran(before=slow) == {"quick"}


def test_importing_a_module_that_speaks_is_left_to_the_notebook(workshop: Any) -> None:
    workshop.write("zen", "import this\n")
    done = workshop.run()
    assert "Beautiful" not in done.stdout
    assert workshop.printed("zen").startswith("The Zen of Python")


def test_progress_is_shown_while_it_works(workshop: Any) -> None:
    for name in ("a", "b"):
        workshop.write(name, "1\n")
    lines = workshop.run("--jobs", "1").stdout.split("\n")
    told = [re.sub(r"[\d.]+ s", "N s", line) for line in lines if line.startswith(("running", "ran"))]
    assert told == [
        "running notebooks/a.py",
        "ran notebooks/a.py in N s (1 of 2 ready)",
        "running notebooks/b.py",
        "ran notebooks/b.py in N s (2 of 2 ready)",
    ]


def test_many_notebooks_begin_with_a_rehearsal_that_leaves_no_trace(workshop: Any) -> None:
    for number in range(6):
        workshop.write(f"copy-{number}", "print(sorted(name for name in globals() if name[0] != '_'))\n1\n")
    workshop.run()
    (shown, *others) = [workshop.printed(f"copy-{number}") for number in range(6)]
    assert set(others) == {shown}
    assert "'In'" in shown
    assert "fig" not in shown
    assert "numpy" not in shown
    assert b'"execution_count": 3' not in workshop.staged()["copy-0.ipynb"]


def test_a_notebook_of_words_alone_has_its_problems_at_its_first_line(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path / "words.py", "T", "D", "", Limits(), (Cell(False, "Words.", 7),))
    nobody: Any = None
    worker = Worker(notebook, process=nobody, connection=nobody, reports=nobody, folder=tmp_path)
    assert worker.late().location.line == 1
