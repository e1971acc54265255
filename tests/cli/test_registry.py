"""The table of commands agrees with the commands."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import jetenv.cli.commands
from jetenv.cli.dispatch import below, command_of, verbs_of
from jetenv.cli.registry import COMMANDS, GROUPS, PLUMBING, suggest
from jetenv.errors import UsageError

EVERY = pytest.mark.parametrize("name", COMMANDS)
VERBS = tuple(f"{name} {verb}" for name in COMMANDS for verb in verbs_of(name))
EVERY_AND_BELOW = pytest.mark.parametrize("name", (*COMMANDS, *VERBS))


@EVERY
def test_each_row_names_a_function_that_is_there(name: str) -> None:
    row = COMMANDS[name]
    assert callable(getattr(import_module(row.module), row.function))


def test_each_command_module_has_a_row() -> None:
    modules = {path.stem for path in Path(jetenv.cli.commands.__path__[0]).glob("*.py")} - {"__init__"}
    named = {row.module for row in COMMANDS.values()} | set(PLUMBING.values())
    assert {f"jetenv.cli.commands.{module}" for module in modules} == named


@pytest.mark.parametrize("name", PLUMBING)
def test_what_git_calls_is_no_command_for_people(name: str) -> None:
    assert callable(import_module(PLUMBING[name]).run)
    assert name not in COMMANDS


def test_each_group_of_the_help_has_commands() -> None:
    assert {row.group for row in COMMANDS.values()} == set(GROUPS)


@EVERY
def test_a_summary_is_a_phrase_that_fits_beside_its_command(name: str) -> None:
    row = COMMANDS[name]
    assert row.summary[:1].isupper()
    assert not row.summary.endswith(".")
    assert len(f"  {row.name:<12}{row.summary}") <= 80


@EVERY_AND_BELOW
def test_each_command_says_what_it_does_explains_every_option_and_shows_an_example(name: str) -> None:
    command = command_of(name)
    assert command.help
    assert all(getattr(param, "help", None) for param in command.params)
    assert command.examples
    assert all(meaning for _, meaning in command.examples)


@pytest.mark.parametrize("name", VERBS)
def test_a_command_below_another_is_summed_up_in_a_phrase(name: str) -> None:
    command, _, verb = name.partition(" ")
    summary = verbs_of(command)[verb].summary
    assert summary[:1].isupper() and not summary.endswith(".")


def test_a_command_below_another_is_found_by_its_exact_name() -> None:
    assert below("members", ["invite", "staging", "bob"]) == ("members invite", ["staging", "bob"])
    assert below("members", ["--json"]) == ("members", ["--json"])
    assert below("credentials", ["--json", "check", "staging"]) == ("credentials check", ["--json", "staging"])
    assert below("list", ["invite"]) == ("list", ["invite"])
    with pytest.raises(UsageError) as error:
        below("members", ["Invite"])
    assert error.value.hint == "did you mean 'members invite'?"


@EVERY_AND_BELOW
def test_every_command_prints_json(name: str) -> None:
    assert any("--json" in param.opts for param in command_of(name).params)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("stauts", ("status",)),
        ("Status", ("status",)),
        ("STAUTS", ("status",)),
        ("checkout", ("switch",)),
        ("ls", ("list",)),
        ("rm", ("delete",)),
        ("frobnicate", ()),
    ],
)
def test_a_mistyped_command_is_answered_with_the_one_that_was_meant(typed: str, meant: tuple[str, ...]) -> None:
    assert suggest(typed) == meant
