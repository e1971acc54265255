"""Writing a file as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.failures import from_os_error
from jetenv.repository.interrupts import change_made, interrupts_deferred


def write_file(
    file: Path, content: bytes, *, new: bool = False, expected: bytes | None = None, called: str = ""
) -> None:
    """Give ``file`` other content at once or not at all; its permissions stay, and a symbolic link is followed.

    Where ``new``, the file need not exist. Raises JetenvError, with the file as it was, where it is no regular file,
    where it does not hold ``expected`` (None: anything will do), and where it cannot be written. Messages name it as
    ``called``, by default the path itself.
    """
    import tempfile

    target, called = file.resolve(), called or str(file)
    if not target.is_file() and not (new and not target.exists()):
        raise JetenvError("the result cannot be written: this is no regular file", where=called)
    try:
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        # A short name of its own: that of the file may be as long as names can be.
        descriptor, name = tempfile.mkstemp(prefix=".jetenv-draft-", dir=target.parent)
        draft = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            draft.chmod(mode)
            if expected is not None and target.read_bytes() != expected:
                raise JetenvError("the file was changed meanwhile", where=called, hint="run the command again")
            with interrupts_deferred():
                draft.replace(target)
                change_made()
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise from_os_error(error, f"writing {called}") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
