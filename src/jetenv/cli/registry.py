"""The table of commands: what help and dispatch need to know before any command is imported.

Root ``--help`` is answered from this table alone, so this module imports nothing but what the interpreter has
already loaded: ``typing`` or ``dataclasses`` would each cost more than the whole answer.
"""

from __future__ import annotations

GROUPS = ("Start", "Daily work", "Environments", "Review & merge", "Access", "Data sources", "Files")


class Command:
    """One row: ``function`` of ``module`` is the command, ``summary`` its line in the root help."""

    __slots__ = ("function", "group", "module", "name", "summary")

    def __init__(self, group: str, name: str, function: str, summary: str) -> None:
        self.group = group
        self.name = name
        self.module = f"jetenv.cli.commands.{name.replace('-', '_')}"
        self.function = function
        self.summary = summary


_ROWS = (
    Command("Start", "init", "init", "Start a project, or adopt a repository as one"),
    Command("Start", "completion", "completion", "Print the completion script of a shell"),
    Command("Daily work", "status", "status", "Show the current environment and what changed in it"),
    Command("Daily work", "current", "current", "Print the current environment, for a shell prompt"),
    Command("Daily work", "switch", "switch", "Check out another environment"),
    Command("Daily work", "commit", "commit", "Validate what changed and commit it, signed"),
    Command("Environments", "create", "create", "Create an environment as a copy of another"),
    Command("Environments", "list", "list_environments", "List the environments"),
    Command("Environments", "show", "show", "Show everything about one environment"),
    Command("Environments", "rename", "rename", "Change the display name or the id of an environment"),
    Command("Environments", "color", "color", "Change the colour of an environment"),
    Command("Environments", "pin", "pin", "Lock an environment to a version of the platform"),
    Command("Environments", "upgrade", "upgrade", "Record the release that an environment's pin stands for now"),
    Command("Environments", "versions", "versions", "List the releases of the platform, and who runs them"),
    Command("Environments", "export", "export", "Write an environment as plain files"),
    Command("Environments", "import", "import_files", "Give an environment the content of an export"),
    Command("Environments", "delete", "delete", "Delete an environment"),
    Command("Review & merge", "diff", "diff", "Show what differs, by object and field"),
    Command("Review & merge", "validate", "validate", "Check files, ids and references"),
    Command("Review & merge", "explain", "explain", "Say what a rule of validate or verify means"),
    Command("Review & merge", "plan", "plan", "Show what a merge would bring, and change nothing"),
    Command("Review & merge", "merge", "merge", "Merge one environment into another"),
    Command("Review & merge", "conflicts", "conflicts", "List what a merge or revert in progress waits for"),
    Command("Review & merge", "resolve", "resolve", "Settle conflicts of a merge or revert in progress"),
    Command("Review & merge", "revert", "revert", "Undo a merge or a commit on an environment"),
    Command("Review & merge", "merge-file", "merge_file", "Merge three versions of one file, as git merge-file does"),
    Command("Review & merge", "hooks", "hooks", "Let git merge with jetenv, or a server judge"),
    Command("Access", "members", "members", "Show and change who may do what in an environment"),
    Command("Access", "serve-git", "serve_git", "Serve each key the environments it may see"),
    Command("Access", "whoami", "whoami", "Say which member of which environment your key is"),
    Command("Access", "protect", "protect", "Say who may change an environment in which way"),
    Command("Access", "unprotect", "unprotect", "Take the protection of an environment away"),
    Command("Access", "verify", "verify", "Verify who put what on the environments"),
    Command("Access", "trust", "trust", "Show or pin the root that every proof begins at"),
    Command("Data sources", "credentials", "credentials", "Show, check and bind the secrets of an environment"),
    Command("Data sources", "run", "run", "Start a command with the data source of an environment"),
    Command("Data sources", "introspect", "introspect", "Write the tables of a database as collections"),
    Command("Data sources", "drift", "drift", "Show where databases and configuration differ"),
    Command("Files", "fmt", "fmt", "Lay out files, without touching a value or a comment"),
    Command("Files", "get", "get", "Print one value of a file"),
    Command("Files", "set", "set_value", "Change one value, and not a byte around it"),
    Command("Files", "unset", "unset", "Remove one value, and not a byte around it"),
    Command("Files", "schema", "schema", "Show the schemas, or write them for editors"),
)

COMMANDS: dict[str, Command] = {row.name: row for row in _ROWS}


class Verb:
    """A command below a command: a row of the table ``VERBS`` of that one's module, which names what it is made of."""

    __slots__ = ("function", "module", "summary")

    def __init__(self, module: str, function: str, summary: str) -> None:
        self.module = f"jetenv.cli.{module}"
        self.function = function
        self.summary = summary


# Called by git and not by people: in no help, and without typer, which costs more than what they do. Each module has
# ``run(arguments) -> exit code``.
PLUMBING = {
    "pre-commit": "jetenv.cli.commands.pre_commit",
    "textconv": "jetenv.cli.commands.textconv",
    "merge-driver": "jetenv.cli.commands.merge_driver",
    "receive": "jetenv.cli.commands.receive",
}

# What people type who come from git and its relatives: answered with a suggestion, never run.
_KNOWN_ELSEWHERE = {
    "add": "create",
    "branch": "create",
    "check": "validate",
    "checkout": "switch",
    "colour": "color",
    "format": "fmt",
    "lint": "validate",
    "ls": "list",
    "mv": "rename",
    "new": "create",
    "promote": "merge",
    "remove": "delete",
    "member": "members",
    "rollback": "revert",
    "rm": "delete",
    "st": "status",
    "undo": "revert",
    "users": "members",
}


def suggest(name: str) -> tuple[str, ...]:
    """The commands that ``name`` may have meant, likeliest first."""
    if name.lower() in COMMANDS:
        return (name.lower(),)
    if name in _KNOWN_ELSEWHERE:
        return (_KNOWN_ELSEWHERE[name],)
    from difflib import get_close_matches

    return tuple(get_close_matches(name.lower(), COMMANDS))
