"""The merge driver of git: one file, merged while git merges, rebases, cherry-picks, reverts or unstashes.

git takes what the driver leaves in ours' file, whatever went wrong inside it: a driver that dies leaves ours without
a conflict marker, and theirs is lost at the next `git add`. So the engine never stands alone. A line of shell, which
needs nothing of jetenv, starts it and trusts only the two exit codes that it gives when it has finished; after any
other end the file is as it was, and the line goes on with `git merge-file`.

This module imports nothing by itself, so that it works where the rest of jetenv does not.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from jetenv.merging.conflicts import Conflict
    from jetenv.merging.files import FileMerge

CLEAN = 100
"""The engine has merged, and nothing conflicts. No program ends with this code by accident."""
CONFLICTS = 101
"""The engine has merged, and left conflict markers."""

FILES = ("%O", "%A", "%B", "%L", "%P")
"""What git puts into the command line of a driver: files of base, ours and theirs, marker size, path."""
LABELS = ("%S", "%X", "%Y")
"""The labels of base, ours and theirs, since git 2.44."""
_DEFAULT_LABELS = ("base", "ours", "theirs")

LIMIT = 300
"""Seconds after which an engine that has not finished is ended, so that git does not wait for ever."""


def guarded(command: str, arguments: tuple[str, ...], *, ancestor: bool = False) -> str:
    """The line of shell: the engine of ``command`` on ``arguments``, and what follows where that fails.

    ``arguments`` are those of FILES, and of LABELS where known, quoted for a shell already. ``ancestor`` is for the
    merge of several merge bases into one, where a conflict is settled as their own base has it.
    """
    base, ours, theirs, size = arguments[:4]
    base_label, ours_label, theirs_label = arguments[5:8] or _DEFAULT_LABELS
    engine = f"{command} merge-driver --engine{' --ancestor' * ancestor} {' '.join(arguments)}"
    labels = f"-L {ours_label} -L {base_label} -L {theirs_label}"
    fallback = f"git merge-file --marker-size={size} {labels} {ours} {base} {theirs}"
    return f"{engine}; case $? in {CLEAN}) exit 0;; {CONFLICTS}) exit 1;; esac; exec {fallback}"


def run_engine(arguments: list[str], *, ancestor: bool = False) -> int:
    """Merge the files that ``arguments`` name (those of FILES, then perhaps of LABELS) into ours' file.

    Returns CLEAN or CONFLICTS; whatever is raised, and after LIMIT, ours' file is as it was. A label that git did not
    fill in is as unknown as one that is missing.
    """
    import signal

    signal.alarm(LIMIT)  # its default action ends the process, whatever that is busy with
    try:
        merge = _merged(arguments, ancestor=ancestor)
    finally:
        signal.alarm(0)
    if merge is None:
        return CONFLICTS  # with ours as it is, as git leaves what it takes for binary
    from pathlib import Path

    from jetenv.environments.file_writing import write_file

    write_file(Path(arguments[1]), merge.content)
    return CLEAN if merge.clean else CONFLICTS


def _merged(arguments: list[str], *, ancestor: bool) -> FileMerge | None:
    """The merge; None for binary content."""
    import os
    from pathlib import Path

    from jetenv.environments.merges.merge_file import conflict_style, merge_versions, rules_in
    from jetenv.merging.conflicts import Markers, leave_open
    from jetenv.repository.current import file_of_head

    path = arguments[4]
    known = [None if label in LABELS else label for label in arguments[5:8]] or [None] * 3
    base_label, ours_label, theirs_label = (
        default if label is None else label for label, default in zip(known, _DEFAULT_LABELS, strict=True)
    )
    # git says where it is when it was told so itself; else it is to be found from here, as it was.
    git_dir = Path(os.environ["GIT_DIR"]).absolute() if os.environ.get("GIT_DIR") else None
    markers = Markers((ours_label, base_label, theirs_label), conflict_style(git_dir), int(arguments[3]))
    base, ours, theirs = (Path(each).read_bytes() for each in arguments[:3])
    # The working tree may be ahead of the commit that is merged into, and a bare repository has none.
    rules = rules_in(lambda name: file_of_head(name, git_dir), path)
    if any(b"\0" in version[:8000] for version in (base, ours, theirs)):
        return None
    choose = _as_base if ancestor else leave_open
    return merge_versions(base, ours, theirs, rules, path=path, choose=choose, markers=markers)


def _as_base(conflict: Conflict) -> str | None:
    """The base's version of a conflict of structure: both sides then differ from it, and the conflict comes again.

    A file without structure keeps its markers, as with git alone.
    """
    return "base" if conflict.field or conflict.kind.value != "text" else None
