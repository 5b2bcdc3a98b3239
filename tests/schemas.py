"""`make workflows`: the files GitHub reads, against their published schemas, which check-jsonschema carries.

All in one process, because the checker takes seconds to load and would load once for each schema.
"""

from __future__ import annotations

import sys
from pathlib import Path

from check_jsonschema import main as check

SCHEMAS = {
    "github-workflows": "workflows/*.yml",
    "dependabot": "dependabot.yml",
    "github-issue-config": "ISSUE_TEMPLATE/config.yml",
    "github-issue-forms": "ISSUE_TEMPLATE/[!c]*.yml",  # all but config.yml
}


def main(folder: Path) -> int:
    """1 if a file of this .github breaks its schema, after telling where; 0 if none does."""
    worst = 0
    for schema, pattern in SCHEMAS.items():
        files = [str(path) for path in sorted(folder.glob(pattern))]
        if not files:
            print(f"{folder}: there is nothing to check against the schema {schema}", file=sys.stderr)
            return 1
        options = ["--builtin-schema", f"vendor.{schema}", "--traceback-mode", "short"]
        worst = max(worst, int(check.main([*options, *files], standalone_mode=False) or 0))
    return worst


if __name__ == "__main__":
    sys.exit(main(Path(".github")))
