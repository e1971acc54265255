"""Running the real git: without prompts, pagers, replaced objects or a translated voice.

Variables that would point git at another repository are dropped: the repository is always named.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.failures import explain, from_os_error
from jetenv.repository.interrupts import change_is_made, interrupts_deferred

_POINTING_ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_PREFIX", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE",
    "GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_IMPLICIT_WORK_TREE",
)  # fmt: skip
_QUIET = {
    "LC_ALL": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "true",
}


_quarantine: dict[str, str] = {}


def look_into(quarantine: Mapping[str, str]) -> None:
    """Let git see the objects of a push that is not taken yet: ``quarantine`` are the variables that say where."""
    _quarantine.update(quarantine)


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended by itself."""

    code: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Standard output without the newline at its end; bytes that are not UTF-8 are surrogate escapes."""
        return self.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    @property
    def lines(self) -> list[str]:
        """The lines of ``text``. Only a newline ends one: names may hold whatever else Unicode has for that."""
        return self.text.split("\n") if self.stdout else []


def inherited() -> dict[str, str]:
    """The variables around jetenv, without those that would point git at another repository."""
    return {name: value for name, value in os.environ.items() if name not in _POINTING_ELSEWHERE}


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The process environment in which git runs."""
    env = inherited()
    env.update(_QUIET)
    env.update(_quarantine)
    env.update(extra or {})
    return env


def run_git(
    *arguments: str,
    cwd: Path | None = None,
    git_dir: Path | None = None,
    work_tree: Path | None = None,
    index: Path | None = None,
    objects: Path | None = None,
    data: bytes = b"",
    doing: str = "",
    read_only: bool = False,
    pass_fds: Sequence[int] = (),
    seconds: float | None = None,
    hooks: bool = False,
) -> Finished:
    """Run git in the repository ``git_dir``, or in the one found from ``cwd``.

    ``index`` stands in for the index of the repository, and ``objects`` for its folder of objects.

    After ``seconds`` it is ended, which raises JetenvError. With ``hooks`` those that it runs have the person's locale.

    With ``doing`` (a noun phrase) an exit code other than 0 raises JetenvError; without, it is the caller's to judge.
    """
    extra: dict[str, str] = {}
    if git_dir is not None:
        extra["GIT_DIR"] = str(git_dir)
        if work_tree is not None:
            extra["GIT_WORK_TREE"] = str(work_tree)
        cwd = work_tree or git_dir
    if index is not None:
        extra["GIT_INDEX_FILE"] = str(index)
    if objects is not None:
        extra["GIT_OBJECT_DIRECTORY"] = str(objects)
    if read_only:
        extra["GIT_OPTIONAL_LOCKS"] = "0"
    if hooks:
        extra |= {"LC_ALL": os.environ.get("LC_ALL", ""), "LANGUAGE": "C"}  # gettext translates nothing for either C
    try:
        with interrupts_deferred() if change_is_made() else nullcontext():
            done = subprocess.run(
                ["git", *arguments],
                cwd=cwd,
                env=environment(extra),
                input=data,
                capture_output=True,
                pass_fds=pass_fds,
                check=False,
                timeout=seconds,
            )
    except subprocess.TimeoutExpired as error:
        raise JetenvError(f"{doing or 'git'} took longer than {seconds:g} seconds, and was ended") from error
    except OSError as error:
        raise from_os_error(error, doing or "git") from error
    except ValueError as error:
        raise explain(str(error), doing or "git") from error
    finished = Finished(done.returncode, done.stdout, done.stderr.decode("utf-8", "surrogateescape"))
    if doing and finished.code:
        raise explain(finished.stderr, doing)
    return finished
