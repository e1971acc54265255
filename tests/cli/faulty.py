"""A command that fails in the way it is told to, to see what the command line makes of it."""

from __future__ import annotations

import errno
import os
from typing import Annotated

import typer

from jetenv.cli.options import Json
from jetenv.errors import DeniedError, JetenvError, RefusedError, UsageError

EXAMPLES = (("jetenv faulty failed", "fails"),)


class RefMovedError(JetenvError):
    """A subclass, as rooms define them."""


class PanicException(BaseException):
    """A fault in a library written in Rust."""


def faulty(
    how: Annotated[str, typer.Argument(metavar="HOW", help="The failure.")],
    json: Json = False,
) -> int:
    """Fail."""
    del json
    match how:
        case "no":
            return 1
        case "failed":
            raise JetenvError("the file cannot be read", where="pages/orders.yaml:3:7", hint="look at it")
        case "subclass":
            raise RefMovedError("branch 'staging' moved meanwhile")
        case "usage":
            raise UsageError("there is no environment 'stagign'", hint="did you mean 'staging'?")
        case "refused":
            raise RefusedError("staging has work that is not merged")
        case "denied":
            raise DeniedError("only an admin may delete an environment")
        case "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/repo/.git/objects/ab")
        case "readonly":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), "/repo/.git/refs")
        case "rights":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/repo/jetenv.yaml")
        case "no-git":
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "git")
        case "fault":
            raise KeyError("tip")
        case "recursion":
            return faulty(how)
        case "memory":
            raise MemoryError
        case "interrupt":
            raise KeyboardInterrupt
        case "interrupted-class":
            raise RuntimeError("Error calling __set_name__") from KeyboardInterrupt()
        case "panic":
            raise PanicException("index out of bounds")
        case "interrupted-panic":
            raise PanicException(
                "failed to import decimal: PyErr { type: <class 'KeyboardInterrupt'>, traceback: None }"
            )
        case "pipe":
            raise BrokenPipeError
        case "escape":
            raise JetenvError("'\x1b[2Jname' is no name", where="a\nb", hint="\u202ehint")
    raise AssertionError(how)
