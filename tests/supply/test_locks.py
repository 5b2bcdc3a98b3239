"""The locks name every package by its bytes, and what has other bytes is not installed."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.sbom import npm

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_python_package_is_pinned_with_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.sub(r"\\\n", " ", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    assert len(entries) > 50
    for entry in entries:
        assert re.fullmatch(r"[\w.\[\]-]+==[\w.+!]+(?: ; [^#]+?)?(?: +--hash=sha256:[0-9a-f]{64})+", entry), entry[:80]
    assert "://" not in text


def test_every_npm_package_is_pinned_with_a_hash_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert len(packages) > 50
    for path, entry in packages.items():
        if path:
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", entry["integrity"]), path
            assert "resolved" not in entry, path
    assert not re.search(r'"(?:resolved|[\w/.@-]+)": "(?:git\+|https?:|file:)', text.replace('"url": "http', ""))


def test_the_makefile_installs_by_the_locks_alone() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = re.findall(r"(?:\$\(PIP\)|\bpip install) .*", text)
    assert installs.pop(0).endswith("--disable-pip-version-check")  # what $(PIP) stands for
    own = installs.pop()  # this project itself
    assert "--no-deps --no-build-isolation --editable ." in own
    assert [re.findall(r"--require-hashes -r ([^\s;]+)", one) for one in installs] == [
        ["tests/peer.txt"],
        [".venv/uv.txt"],
        ["$(1)"],
        ["$(1)"],
    ]
    assert re.findall(r"npm-cli\.js \\\n\t\t(\w+)", text) == ["ci"]
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text(encoding="utf-8").splitlines()


def wheel(folder: Path, body: str) -> Path:
    """A package of one module, as a wheel that pip installs."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {
            "tiny.py": body,
            "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
            "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            "tiny-1.0.dist-info/RECORD": "",
        }.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return path


INSTALLERS = {
    "uv": [sys.executable, "-m", "uv", "pip", "install", "--no-cache"],
    "pip": [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"],
}
MISMATCH = {"uv": "Hash mismatch for `tiny==1.0`", "pip": "THESE PACKAGES DO NOT MATCH THE HASHES"}
NO_HASH = {"uv": "all requirements must have a hash", "pip": "Hashes are required"}


def install(installer: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the Makefile runs, from a folder of wheels and into a folder of its own."""
    options = ["--require-hashes", "-r", "requirements.txt"]
    options += ["--no-index", "--find-links", str(folder), "--target", "installed"]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    environment = clean | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1", "UV_NO_CONFIG": "1"}
    command = [*INSTALLERS[installer], *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_tampered_python_package_is_refused(installer: str, tmp_path: Path) -> None:
    good = hashlib.sha256(wheel(tmp_path, "x = 1\n").read_bytes()).hexdigest()
    (tmp_path / "requirements.txt").write_text(f"tiny==1.0 --hash=sha256:{good}\n", encoding="utf-8")
    done = install(installer, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed/tiny.py").read_text(encoding="utf-8") == "x = 1\n"

    (tmp_path / "installed").rename(tmp_path / "before")
    wheel(tmp_path, "x = 2\n")
    done = install(installer, tmp_path)
    assert done.returncode != 0
    assert MISMATCH[installer] in done.stderr
    assert not (tmp_path / "installed/tiny.py").exists()


@pytest.mark.parametrize("installer", INSTALLERS)
def test_a_python_package_without_a_hash_is_refused(installer: str, tmp_path: Path) -> None:
    wheel(tmp_path, "x = 1\n")
    (tmp_path / "requirements.txt").write_text("tiny==1.0\n", encoding="utf-8")
    done = install(installer, tmp_path)
    assert done.returncode != 0
    assert NO_HASH[installer] in done.stderr
    assert not (tmp_path / "installed/tiny.py").exists()


def tarball(folder: Path, body: str) -> str:
    """A package of one module, as npm packs it; its integrity."""
    path = folder / "tiny-1.0.0.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {"package.json": '{"name": "tiny", "version": "1.0.0"}', "index.js": body}.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def npm_ci(folder: Path) -> subprocess.CompletedProcess[str]:
    return npm("ci", "--offline", "--ignore-scripts", "--no-audit", f"--cache={folder / 'cache'}", folder=folder)


def test_a_tampered_npm_package_is_refused(tmp_path: Path) -> None:
    good = tarball(tmp_path, "x = 1")
    source = "file:tiny-1.0.0.tgz"
    wants = {"name": "project", "version": "1.0.0", "dependencies": {"tiny": source}}
    packages = {"": wants, "node_modules/tiny": {"version": "1.0.0", "resolved": source, "integrity": good}}
    lock = {"name": "project", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": packages}
    (tmp_path / "package.json").write_text(json.dumps(wants), encoding="utf-8")
    (tmp_path / "package-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    done = npm_ci(tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "node_modules/tiny/index.js").read_text(encoding="utf-8") == "x = 1"

    (tmp_path / "cache").rename(tmp_path / "cache-before")
    tarball(tmp_path, "x = 2")
    done = npm_ci(tmp_path)
    assert done.returncode != 0
    assert "EINTEGRITY" in done.stderr
    assert not (tmp_path / "node_modules/tiny/index.js").exists()
