"""Writing a file as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.failures import from_os_error


def write_file(file: Path, content: bytes, *, new: bool = False) -> None:
    """Give ``file`` other content at once or not at all; its permissions stay, and a symbolic link is followed.

    Where ``new``, the file need not exist. Raises JetenvError where it is no regular file or cannot be written.
    """
    target = file.resolve()
    if not target.is_file() and not (new and not target.exists()):
        raise JetenvError("the result cannot be written: this is no regular file", where=str(file))
    draft = target.with_name(f".jetenv-draft-{os.getpid()}")
    try:
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
        draft.chmod(mode)
        draft.replace(target)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            draft.unlink(missing_ok=True)
        raise from_os_error(error, f"writing {file}") from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
