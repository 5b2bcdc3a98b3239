"""`make audit`: known vulnerabilities of what the locks name, as PyPI and npm know them.

Exit codes: 0 nothing is known, 1 something is, 2 the question could not be asked. An unanswered question is not a no.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

from tests.sbom import ROOT, npm

# What the tools say where a service does not answer, or answers without knowing what it is asked about. Each package
# of a lock came from that registry: one that its service has never heard of means a mirror, not the service.
UNANSWERED = re.compile(
    r"not found on PyPI|ConnectionError|ConnectTimeout|ReadTimeout|Max retries|Failed to (connect|query)|HTTPError"
    r"|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|audit endpoint returned an error|network request to"
)


def of_python(lock: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip_audit", "--strict", "--require-hashes", "--disable-pip", "-r", lock]
    return subprocess.run(
        [*command, "--progress-spinner", "off"], cwd=ROOT, capture_output=True, text=True, check=False
    )


QUESTIONS: dict[str, Callable[[], subprocess.CompletedProcess[str]]] = {
    "requirements.txt": lambda: of_python("requirements.txt"),
    "requirements-dev.txt": lambda: of_python("requirements-dev.txt"),
    "package-lock.json": lambda: npm("audit"),
    "the signatures of npm's packages": lambda: npm("audit", "signatures"),
}


def main() -> int:
    worst = 0
    for name, ask in QUESTIONS.items():
        done = ask()
        said = f"{done.stdout}\n{done.stderr}"
        if done.returncode == 0:
            print(f"{name}: nothing is known")
        elif UNANSWERED.search(said):
            worst = max(worst, 2)
            print(f"{name}: the advisory service cannot be reached, so nothing was found out", file=sys.stderr)
        else:
            worst = max(worst, 1)
            print(f"{name}:\n{said.strip()}", file=sys.stderr)
    if worst == 2:
        print(
            "make audit needs the internet: the services of PyPI, npm and Sigstore. Run it where it can ask.",
            file=sys.stderr,
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
