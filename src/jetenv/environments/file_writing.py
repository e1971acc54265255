"""Writing a file as a whole or not at all."""

from __future__ import annotations

import tempfile
from pathlib import Path

from jetenv.errors import JetenvError
from jetenv.repository.failures import from_os_error


def write_file(file: Path, content: bytes) -> None:
    """Give ``file`` other content at once or not at all; its permissions stay, and a symbolic link is followed.

    Raises JetenvError where it is no regular file or cannot be written.
    """
    target = file.resolve()
    if not target.is_file():
        raise JetenvError("the result cannot be written: this is no regular file", where=str(file))
    draft = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as stream:
            draft = Path(stream.name)
            stream.write(content)
        draft.chmod(target.stat().st_mode & 0o7777)
        draft.replace(target)
    except OSError as error:
        raise from_os_error(error, f"writing {file}") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
