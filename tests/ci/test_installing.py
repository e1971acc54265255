"""What hosts and the pre-commit framework install jetenv with: the steps as they stand, without a package index.

pip takes wheels from a folder: of jetenv itself, built from this checkout, and of what it needs, put together again
from what is installed where the tests run.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import parse_tag, sys_tags

from jetenv.documents.parsing import parse
from jetenv.documents.values import to_data

ROOT = Path(__file__).parents[2]
ACTION = to_data(parse((ROOT / "action.yml").read_bytes()).root)
GITLAB = to_data(parse((ROOT / "ci/gitlab.yml").read_bytes()).root)
FRAMEWORK = Path(sys.executable).parent / "pre-commit"
BUILDS = "hatchling"
SUPPORTED = frozenset(sys_tags())


def needed(name: str, known: dict[str, Distribution]) -> Iterator[Distribution]:
    """The distribution ``name`` and all that it needs here. Raises PackageNotFoundError where one is missing."""
    if name in known:
        return
    found = known[name] = distribution(name)
    yield found
    for each in map(Requirement, found.requires or ()):
        if each.marker is None or each.marker.evaluate({"extra": ""}):
            yield from needed(each.name, known)


def wheel(found: Distribution, folder: Path) -> None:
    """The wheel that ``found`` was installed from, but for the scripts and caches that pip makes itself."""
    tags = [line[5:] for line in (found.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    tag = next(tag for tag in tags if any(each in SUPPORTED for each in parse_tag(tag)))
    name = f"{found.metadata['Name'].replace('-', '_')}-{found.version}-{tag}.whl"
    files = [each for each in found.files or () if ".." not in each.parts and "__pycache__" not in each.parts]
    rows = io.StringIO()
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_STORED) as archive:
        for each in files:
            if each.name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"):
                continue
            data = Path(str(each.locate())).read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            csv.writer(rows).writerow((str(each), f"sha256={digest}", len(data)))
            archive.writestr(str(each), data)
        record = next(str(each) for each in files if each.name == "RECORD")
        archive.writestr(record, f"{rows.getvalue()}{record},,\n")


@pytest.fixture(scope="session")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment in which pip installs from a folder of wheels and nothing else."""
    folder = tmp_path_factory.mktemp("wheels")
    known: dict[str, Distribution] = {}
    try:
        for each in (*needed("jetenv", known), *needed(BUILDS, known)):
            if each.metadata["Name"] != "jetenv":
                wheel(each, folder)
    except (PackageNotFoundError, StopIteration, FileNotFoundError) as error:
        pytest.skip(f"no wheel can be made of what is installed here: {error!r}")
    build = [sys.executable, "-m", BUILDS, "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def shell(script: str, folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The script as GitHub and GitLab have bash run it, where there is Python and git and no jetenv."""
    path = folder.parent / "path"
    path.mkdir(exist_ok=True)
    (path / "python3").unlink(missing_ok=True)
    (path / "python3").symlink_to(Path(sys.executable).resolve())
    file = folder.parent / "step.sh"
    file.write_text(script)
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", file],
        cwd=folder,
        env={**os.environ, "PATH": f"{path}{os.pathsep}/usr/local/bin:/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(orders_with_staging: Path, tmp_path: Path, git: Callable[..., str]) -> Path:
    """A clone of the example project, as a host makes it."""
    folder = tmp_path / "work"
    git("clone", "-q", orders_with_staging.as_uri(), folder)
    return folder


def test_the_action_installs_the_jetenv_that_it_is_part_of(
    offline: Mapping[str, str], checkout: Path, tmp_path: Path
) -> None:
    temp = tmp_path / "runner temp"
    temp.mkdir()
    github_path = temp / "path"
    github_path.touch()
    steps = {step["name"]: step["run"] for step in ACTION["runs"]["steps"]}
    environ = {**offline, "RUNNER_TEMP": str(temp), "GITHUB_PATH": str(github_path), "ACTION_PATH": str(ROOT)}
    ran = shell(steps["Install jetenv"], checkout, environ)
    assert ran.returncode == 0, ran.stderr
    added = github_path.read_text().strip()
    assert added == str(temp / "jetenv" / "bin")
    environ["PATH"] = f"{added}{os.pathsep}/usr/local/bin:/usr/bin:/bin"
    ran = shell(steps["Validate"], checkout, environ)
    assert (ran.returncode, (temp / "jetenv-failed").read_text()) == (0, ""), ran.stderr


def test_a_job_of_gitlab_installs_jetenv_and_runs(offline: Mapping[str, str], checkout: Path) -> None:
    job = [*GITLAB[".jetenv"]["before_script"], *GITLAB["jetenv validate"]["script"]]
    ran = shell("\n".join(job), checkout, offline)
    assert ran.returncode == 0, ran.stderr
    assert json.loads((checkout / "gl-code-quality-report.json").read_text()) == []


@pytest.mark.skipif(not FRAMEWORK.exists(), reason="the pre-commit framework is not installed")
def test_the_framework_installs_jetenv_and_runs_it(
    offline: Mapping[str, str], checkout: Path, tmp_path: Path, git: Callable[..., str]
) -> None:
    """The framework clones jetenv, which here is this checkout with what is not committed yet, and builds it."""
    source = tmp_path / "jetenv"
    for part in ("src", "schemas", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        whole = ROOT / part
        if whole.is_dir():
            shutil.copytree(whole, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            source.mkdir(exist_ok=True)
            shutil.copy(whole, source / part)
    git("init", "-q", cwd=source)
    git("add", "-A", cwd=source)
    git("commit", "-qm", "jetenv", cwd=source)
    revision = git("rev-parse", "HEAD", cwd=source)
    config = {"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": "jetenv"}]}]}
    (checkout / ".pre-commit-config.yaml").write_text(json.dumps(config))
    environ = {**os.environ, **offline, "PRE_COMMIT_HOME": str(tmp_path / "framework")}

    def run() -> subprocess.CompletedProcess[str]:
        git("add", "-A", cwd=checkout)
        command = [FRAMEWORK, "run", "--all-files"]
        return subprocess.run(command, cwd=checkout, env=environ, capture_output=True, text=True, check=False)

    ran = run()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (checkout / "pages/orders.yaml").write_text("name: Orders\ncomponents: nothing\n")
    ran = run()
    assert (ran.returncode, "pages/orders.yaml:2:13" in ran.stdout) == (1, True), ran.stdout
