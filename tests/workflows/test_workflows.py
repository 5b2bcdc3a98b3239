"""The workflows: what they may do, what they run, and that the tools that judge them are content."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import schemas

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
READ = {"contents": "read"}
# The jobs that may do more than read, and what they may do.
MORE = {
    ("publish", "deploy"): {"pages": "write", "id-token": "write"},
    ("publish", "attest"): {"id-token": "write", "attestations": "write"},
}


# What a job runs that has none of the repository's files.
COMPARES = 'echo "$DIGEST  dist/artifact.tar" | sha256sum --check --strict'


def loaded(path: Path) -> dict[Any, Any]:
    told: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    told["on"] = told.pop(True)  # what YAML 1.1 makes of the word
    return told


def jobs() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in loaded(path)["jobs"].items():
            yield path.stem, name, job


def steps(*kinds: str) -> Iterator[dict[str, Any]]:
    for _, _, job in jobs():
        yield from (step for step in job["steps"] if any(kind in step for kind in kinds))


def judged(folder: Path) -> subprocess.CompletedProcess[str]:
    """`make workflows` on a folder with a .github of its own."""
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "tests").symlink_to(ROOT / "tests")
    shutil.copy(ROOT / "Makefile", folder)
    command = ["make", "--no-print-directory", "--assume-old=.venv/.dev-ready", "workflows"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    return tmp_path


def spoil(copy: Path, path: str, old: str, new: str) -> None:
    file = copy / ".github" / path
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_three_workflows_are_there() -> None:
    assert [path.stem for path in WORKFLOWS] == ["audit", "publish", "pull-request"]


def test_the_judges_find_nothing_and_take_nothing_from_the_folder(copy: Path) -> None:
    for name in ("runpy", "check_jsonschema", "json", "sitecustomize"):
        (copy / f"{name}.py").write_text("raise SystemExit('found in the folder')\n", encoding="utf-8")
    done = judged(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("workflows/pull-request.yml", "  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
        ("workflows/audit.yml", "make audit", 'echo "${{ github.head_ref }}"', "template-injection"),
        ("workflows/publish.yml", "persist-credentials: false", "clean: true", "artipacked"),
        ("dependabot.yml", "    cooldown:\n      default-days: 7\n", "", "dependabot-cooldown"),
    ],
)
def test_a_dangerous_one_is_found(copy: Path, path: str, old: str, new: str, said: str) -> None:
    spoil(copy, path, old, new)
    done = judged(copy)
    assert done.returncode != 0
    assert f"[{said}]" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("workflows/audit.yml", "timeout-minutes: 15", "timeout: 15", "timeout"),
        ("dependabot.yml", "package-ecosystem: pip", "package-ecosystem: pypi", "pypi"),
        ("ISSUE_TEMPLATE/fault.yml", "type: textarea", "type: essay", "essay"),
        ("ISSUE_TEMPLATE/config.yml", "blank_issues_enabled: true", "blank_issues_enabled: perhaps", "perhaps"),
    ],
)
def test_a_malformed_one_is_found(
    copy: Path, capsys: pytest.CaptureFixture[str], path: str, old: str, new: str, said: str
) -> None:
    spoil(copy, path, old, new)
    assert schemas.main(copy / ".github") == 1
    told = "".join(capsys.readouterr())
    assert Path(path).name in told
    assert said in told


def test_a_schema_without_a_file_is_no_pass(copy: Path) -> None:
    (copy / ".github/dependabot.yml").unlink()
    assert schemas.main(copy / ".github") == 1


def test_every_action_is_pinned_by_commit_with_its_version_beside_it() -> None:
    pins: dict[str, set[str]] = {}
    for path in WORKFLOWS:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "uses:" in line:
                found = re.fullmatch(r" +uses: (actions/[a-z-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)", line)
                assert found, line
                pins.setdefault(found[1], set()).add(found[2])
    assert {name: len(found) for name, found in pins.items()} == dict.fromkeys(pins, 1)
    assert len(list(steps("uses"))) >= len(pins) >= 5


def test_every_command_is_one_target_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z][\w-]*):(?!=)", makefile, re.MULTILINE)
    assert sorted(set(targets)) == sorted(targets)
    for step in steps("run"):
        if step["run"] == COMPARES:
            continue
        found = re.fullmatch(r"make (?:as-text-)?([a-z-]+)(?: [A-Z]+=[\w./-]+)?", step["run"])
        assert found, step["run"]
        assert found[1] in targets, step["run"]


def test_only_the_jobs_that_publish_may_write() -> None:
    for path in WORKFLOWS:
        assert loaded(path)["permissions"] == {}, path.name
    for workflow, name, job in jobs():
        assert job["permissions"] == MORE.get((workflow, name), READ), (workflow, name)


def test_a_job_that_may_write_runs_nothing_of_the_repository() -> None:
    seen = [job for workflow, name, job in jobs() if (workflow, name) in MORE]
    assert len(seen) == len(MORE)
    for job in seen:
        for step in job["steps"]:
            assert step.get("run", COMPARES) == COMPARES
            if "run" in step:
                continue
            assert not step["uses"].startswith("actions/checkout@")


def test_no_secret_no_privileged_trigger_and_no_shared_cache() -> None:
    for path in WORKFLOWS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"secrets\.|secrets: inherit|github\.token|pull_request_target|workflow_run", text)
        assert not re.search(r"actions/cache|cache:|self-hosted", text)
    assert set(loaded(ROOT / ".github/workflows/pull-request.yml")["on"]) == {"pull_request"}
    assert loaded(ROOT / ".github/workflows/publish.yml")["on"] == {"push": {"branches": ["main"]}}


def test_every_job_ends_and_every_run_gives_way() -> None:
    for workflow, name, job in jobs():
        assert 0 < job["timeout-minutes"] <= 60, (workflow, name)
    for path in WORKFLOWS:
        assert loaded(path)["concurrency"]["group"], path.name


def test_a_checkout_leaves_no_credentials_behind() -> None:
    checkouts = [step for step in steps("uses") if step["uses"].startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_a_pull_request_is_checked_built_tested_and_shown() -> None:
    told = loaded(ROOT / ".github/workflows/pull-request.yml")["jobs"]
    runs = {name: [step.get("run") for step in job["steps"] if "run" in step] for name, job in told.items()}
    assert "make annotate BASE=origin/main" in runs["check"]
    assert "make as-text-summary BASE=origin/main" in runs["check"]
    assert told["check"]["steps"][0]["with"]["fetch-depth"] == 0  # both compare with main
    assert "make as-text-sandbox" in runs["preview"]
    assert told["preview"]["steps"][-1]["with"]["path"] == "site/"
    assert "make as-text-test" in runs["test"]


def test_what_is_deployed_is_what_was_compared() -> None:
    told = loaded(ROOT / ".github/workflows/publish.yml")["jobs"]
    uploads = [
        (name, step["with"])
        for name, job in told.items()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact@") and step["with"]["name"] == "github-pages"
    ]
    assert [(name, one["path"]) for name, one in uploads] == [("build", "dist/artifact.tar")]
    assert "make as-text-pdf" in [step.get("run") for step in told["build"]["steps"]]
    assert [told[name]["steps"][0]["with"].get("fetch-depth") for name in ("build", "verify")] == [0, 0]  # dated decks
    assert told["verify"]["needs"] == "build"
    assert [step.get("run") for step in told["verify"]["steps"]][-3:] == ["make as-text-pdf", None, "make same"]
    assert set(told["deploy"]["needs"]) == {"test", "build", "verify"}
    assert set(told["attest"]["needs"]) == {"verify", "deploy"}


def test_what_is_deployed_and_signed_is_known_by_the_digest_that_was_compared() -> None:
    """An artifact is known by its name, and whoever holds a token of the run can put another one in its place."""
    told = loaded(ROOT / ".github/workflows/publish.yml")["jobs"]
    named = {(name, step["id"]): step for name, job in told.items() for step in job["steps"] if "id" in step}
    built = {"artifact": "${{ steps.artifact.outputs.artifact-id }}", "digest": "${{ steps.pack.outputs.digest }}"}
    assert told["build"]["outputs"] == built
    assert named["build", "pack"]["run"] == "make pack"
    assert named["build", "artifact"]["with"]["name"] == "github-pages"
    assert named["verify", "same"]["run"] == "make same"
    assert named["verify", "same"]["env"] == {"DIGEST": "${{ needs.build.outputs.digest }}"}
    assert told["verify"]["outputs"] == {"digest": "${{ steps.same.outputs.digest }}"}
    for job in ("verify", "deploy"):
        (fetched,) = [one for one in told[job]["steps"] if one.get("uses", "").startswith("actions/download-artifact@")]
        assert fetched["with"]["artifact-ids"] == "${{ needs.build.outputs.artifact }}"
        assert "name" not in fetched["with"]
    *_, compares, deploys = told["deploy"]["steps"]
    compared = "${{ needs.verify.outputs.digest }}"
    assert (compares["run"], compares["env"]) == (COMPARES, {"DIGEST": compared})
    assert deploys["uses"].startswith("actions/deploy-pages@")
    (signs,) = told["attest"]["steps"]
    assert signs["with"] == {"subject-name": "artifact.tar", "subject-digest": f"sha256:{compared}"}


@pytest.mark.parametrize("digest", ["", "0" * 64, "no digest"])
def test_another_artifact_is_not_deployed(digest: str, tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/artifact.tar").write_bytes(b"another")
    run = ["sh", "-euc", COMPARES]
    assert subprocess.run(run, cwd=tmp_path, env=os.environ | {"DIGEST": digest}, check=False).returncode != 0
    right = hashlib.sha256(b"another").hexdigest()
    assert subprocess.run(run, cwd=tmp_path, env=os.environ | {"DIGEST": right}, check=False).returncode == 0


def test_updates_come_for_every_kind_of_dependency_after_a_while() -> None:
    updates = loaded_updates()
    assert {one["package-ecosystem"] for one in updates} == {"pip", "npm", "github-actions"}
    for one in updates:
        assert one["cooldown"]["default-days"] >= 7
        assert len(one["groups"]) == 1


def loaded_updates() -> list[dict[str, Any]]:
    told = yaml.safe_load((ROOT / ".github/dependabot.yml").read_text(encoding="utf-8"))
    assert isinstance(told["updates"], list)
    return list(told["updates"])
