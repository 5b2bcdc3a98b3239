"""What lessons are written with works where they run: no library is refused for what it asks by the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKLEARN = """
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
X = [[0.0], [1.0], [9.0]]
print(RandomForestClassifier(3, random_state=0, n_jobs=-1).fit(X, [0, 0, 1]).predict(X))
print(KMeans(2, n_init=1, random_state=0).fit(X).inertia_)
"""
JOBLIB = """
from joblib import Parallel, delayed
print(Parallel(n_jobs=2)(delayed(abs)(-n) for n in range(3)))
print(Parallel(n_jobs=2, prefer="threads")(delayed(abs)(-n) for n in range(3)))
"""


@pytest.mark.parametrize("code", [SKLEARN, JOBLIB])
def test_a_page_and_a_notebook_work_alone(code: str, tmp_path: Path) -> None:
    for name in ("docs", "notebooks"):
        (tmp_path / name).mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: One lesson\n")
    head = "---\ntitle: A\ndescription: B.\n---\n"
    (tmp_path / "docs/a.md").write_text(f"{head}\n# A\n\n```{{python}}{code}```\n")
    (tmp_path / "notebooks/a.py").write_text(f"# {head.strip().replace(chr(10), chr(10) + '# ')}\n\n# %%{code}")
    for command in ("check", "notebooks"):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "lessons", command],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
