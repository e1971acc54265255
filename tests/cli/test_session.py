"""What a person reads in a first session, command by command, kept in ``session.txt``.

``UPDATE=1 .venv/bin/pytest tests/cli/test_session.py`` writes the file anew; read the difference before committing it.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

FILE = Path(__file__).parent / "session.txt"

COMMANDS = """\
init orders --name Orders
-C orders create staging --switch
-C orders current
-C orders set pages/home#name Overview
-C orders set pages/home#name '[1]'
-C orders status
-C orders diff
-C orders commit
-C orders commit
-C orders pin staging 3.12
-C orders color staging '#00897b'
-C orders rename staging 'Stage one'
-C orders list
-C orders show staging
-C orders status
-C orders diff production 'Stage one'
-C orders validate staging
-C orders merge staging production --dry-run
-C orders merge staging production
-C orders merge staging production
-C orders set pages/home#name Two
-C orders commit -m 'Name it two'
-C orders switch production
-C orders set pages/home#name Three
-C orders unset pages/home#url
-C orders commit -m 'Name it three'
-C orders merge staging production
-C orders delete staging --yes
-C orders rename staging tests --id
-C orders delete tests --yes --force
-C orders get pages/home#name
-C orders switch stagging
"""


def test_a_first_session_reads_as_agreed(call: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    said = []
    for line in COMMANDS.splitlines():
        code, out, err = call(*shlex.split(line))
        said.append(f"$ jetenv {line}\n{out}{err}" + (f"(exit code {code})\n" if code else ""))
    text = _settled("\n".join(said), tmp_path)
    if os.environ.get("UPDATE"):
        FILE.write_text(text, encoding="utf-8")
    assert text == FILE.read_text(encoding="utf-8")


def _settled(text: str, folder: Path) -> str:
    """``text`` without what differs from run to run: the folder, object ids, uids, hashes, dates."""
    text = text.replace(str(folder), "FOLDER")
    text = re.sub(r"/\S*/keys\d*/", "KEYS/", text)
    text = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b", "ID", text)
    text = re.sub(r"\b[a-z2-7]{24}\b", "UID", text)
    return re.sub(r"\b\d{4}-\d\d-\d\d( \d\d:\d\d)?", "DATE", text)
