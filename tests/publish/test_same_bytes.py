"""One commit, one site: two builds that have nothing in common but the commit are the same, byte for byte.

How each kind of file comes to be the same is told in docs/decisions/the-same-bytes.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PATIENCE = 240
# What a notebook may show by carelessness: the order of a set, the zone, the language, the encoding, a path.
CARELESS = """
# %%
import locale, os, time

[*{"a", "b", "c", "d", "e"}], time.strftime("%H %Z %x", time.localtime(0)), locale.setlocale(locale.LC_ALL, "")

# %%
import lessons.figures

print(lessons.figures.__file__)
fig, ax = plt.subplots()
ax.imshow(np.arange(12.0).reshape(3, 4))
display(Figure(fig, alt="Twelve squares, each of another colour"))
open(os.devnull).encoding, os.environ["SOURCE_DATE_EPOCH"], os.environ["OMP_NUM_THREADS"]
"""


def project(folder: Path) -> Path:
    """A copy of the project, the training of networks cut off, and one notebook made careless."""
    for name in ("src", "docs", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb", ".*"))
    for name in ("mkdocs.yml", "pyproject.toml", "requirements.txt", "package-lock.json"):
        shutil.copy(ROOT / name, folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    long = folder / "notebooks/vae-training.py"
    text, cut, _ = long.read_text(encoding="utf-8").partition("# %% [markdown]\n# ## Real data\n")
    assert cut
    long.write_text(text + CARELESS, encoding="utf-8")
    home = folder.parent / "home"
    (home / ".config/matplotlib").mkdir(parents=True)
    return folder


def build(folder: Path, *before: str, umask: int, **environment: str) -> subprocess.Popen[str]:
    """Start a build in an environment that holds nothing but what it is given."""
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "lessons", "build", "--pdf"],
        cwd=folder,
        env=given | {"HOME": str(folder.parent / "home")} | environment,
        umask=umask,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> str:
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return said


def test_two_builds_with_nothing_in_common_are_the_same_bytes(
    tmp_path: Path, tool: Callable[[str], str], hashes: Callable[[Path], dict[str, str]]
) -> None:
    """Another path, day, hour, zone, language, encoding, seed, number of cores and threads, umask and home."""
    one = project(tmp_path / "one/project")
    other = project(tmp_path / "a deeper place/où/other")
    matplotlib = other.parent / "home/.config/matplotlib/matplotlibrc"
    matplotlib.write_text("lines.linewidth: 9\naxes.grid: True\nsvg.fonttype: path\n", encoding="utf-8")
    elsewhere = {
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # or Chromium waits for ever
        "LC_ALL": "C",
        "OMP_NUM_THREADS": "3",
        "OPENBLAS_NUM_THREADS": "3",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "7",
        "PYTHONUTF8": "0",
        "SOURCE_DATE_EPOCH": "1234567890",
        "TZ": "Pacific/Auckland",
    }
    days_later = [tool("faketime"), "-f", "+399d7h"]
    core = [tool("taskset"), "--cpu-list", str(min(os.sched_getaffinity(0)))]

    first = build(one, umask=0o022, TZ="UTC", LC_ALL="C.UTF-8")
    second = build(other, *core, *days_later, umask=0o077, **elsewhere)
    for process in (first, second):
        assert finished(process).count("\nran notebooks/") == 2
    # What the first build kept, carried to the second project and its day.
    (other / "site").rename(other / "cold")
    shutil.rmtree(other / ".cache")
    shutil.copytree(one / ".cache", other / ".cache")
    key = "home/.cache/lessons/key"  # it is the same user's
    shutil.copy(one.parent / key, other.parent / key)
    assert "ran" not in finished(build(other, *core, *days_later, umask=0o077, **elsewhere))

    files = hashes(one / "site")
    differ = [
        f"{site.name}: {name}"
        for site in (other / "cold", other / "site")
        for name in sorted({name for name, _ in hashes(site).items() ^ files.items()})
    ]
    kinds = Counter(Path(name).suffix for name in files)
    print(f"files: {len(files)}, differing: {len(differ)}; {dict(kinds)}")
    assert differ == []
    assert kinds[".pdf"] >= 3  # printed on each side, on its own
    assert kinds[".ipynb"] >= 2
    assert "<svg" in (one / "site/notebooks/vae-training/index.html").read_text(encoding="utf-8")
    sums = (one / "site/SHA256SUMS").read_text(encoding="utf-8")
    assert sums == "".join(f"{files[name]}  {name}\n" for name in sorted(files) if name != "SHA256SUMS")
    for site in (one / "site", other / "cold"):
        modes = {(path.is_dir(), path.stat().st_mode & 0o7777) for path in site.rglob("*")}
        assert modes == {(True, 0o755), (False, 0o644)}
