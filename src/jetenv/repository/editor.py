"""The person's editor, as git chooses it."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from jetenv.errors import JetenvError, RefusedError
from jetenv.repository.failures import git_errors
from jetenv.repository.process import inherited


def edit_text(text: str, name: str, *, cwd: Path) -> str:
    """``text`` as the person left it in an editor, which sees it as a file called ``name``.

    Raises JetenvError where git knows no editor, and RefusedError where the editor says that it failed.
    """
    env = inherited()
    with git_errors("starting the editor"), tempfile.TemporaryDirectory(prefix="jetenv-") as folder:
        found = subprocess.run(
            ["git", "var", "GIT_EDITOR"], cwd=cwd, env=env, capture_output=True, text=True, check=False
        )
        editor = found.stdout.strip()
        if found.returncode or not editor:
            raise JetenvError("git knows no editor", hint="set one: git config --global core.editor NAME")
        file = Path(folder) / name
        file.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        done = subprocess.run(["sh", "-c", f'{editor} "$@"', editor, str(file)], cwd=cwd, env=env, check=False)
        if done.returncode:
            raise RefusedError(f"the editor ended with code {done.returncode}, so nothing was resolved")
        return file.read_bytes().decode("utf-8", "surrogateescape")
