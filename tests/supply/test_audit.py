"""The audit: an unanswered question is not a no."""

from __future__ import annotations

import subprocess

import pytest
from tests import audit


def answer(code: int, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, said, "")


@pytest.mark.parametrize(
    ("answers", "code", "told"),
    [
        ([answer(0), answer(0)], 0, ""),
        ([answer(0), answer(1, "Found 1 known vulnerability: PYSEC-1")], 1, "PYSEC-1"),
        ([answer(1, "ERROR: numpy: Dependency not found on PyPI")], 2, "cannot be reached"),
        ([answer(1, "npm error errno ENOTFOUND")], 2, "make audit needs the internet"),
        ([answer(1, "npm warn audit 405\nnpm error audit endpoint returned an error")], 2, "cannot be reached"),
        ([answer(1, "PYSEC-1"), answer(1, "ConnectionError")], 2, "PYSEC-1"),
    ],
)
def test_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[subprocess.CompletedProcess[str]],
    code: int,
    told: str,
) -> None:
    asked = {f"lock {number}": (lambda one=one: one) for number, one in enumerate(answers)}
    monkeypatch.setattr(audit, "QUESTIONS", asked)
    assert audit.main() == code
    said = capsys.readouterr()
    assert told in said.err
    assert said.out.count("nothing is known") == sum(one.returncode == 0 for one in answers)


def test_it_asks_about_both_locks_of_python_and_about_npm() -> None:
    assert set(audit.QUESTIONS) > {"requirements.txt", "requirements-dev.txt", "package-lock.json"}
    done = audit.of_python("no-such-lock.txt")
    assert done.returncode != 0
    assert "no-such-lock.txt" in done.stderr  # its options are those of pip-audit
