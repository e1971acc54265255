"""Findings for credentials that are to come to an environment and that nobody has bound for it."""

from __future__ import annotations

from jetenv.environments.bindings import bind_command, bindings_in, declared_in, read_bindings
from jetenv.environments.project import Project
from jetenv.errors import JetenvError
from jetenv.repository.objects import Oid
from jetenv.schemas.bindings import binds_own, settings_path
from jetenv.schemas.findings import Finding

UNBOUND = "unbound-credential"


def unbound_findings(project: Project, tree: Oid, target: str, verb: str) -> list[Finding]:
    """A finding for each credential of ``tree`` that is not optional and not bound for the environment ``target``.

    ``verb`` is the command that would bring it.
    Whose bindings count is what ``tree`` says in the folder of ``target``; its own bindings are those of ``tree``,
    those of the default environment are those on its branch.
    """
    default = project.default()
    holder = target if target == default.id or binds_own(project.file(tree, settings_path(target))) else default.id
    try:
        bindings = bindings_in(project, tree, target) if holder == target else read_bindings(project, default)
    except JetenvError:
        return []  # what is wrong with that file is a finding of its own
    known = {each.credential for each in bindings}
    whose = "" if holder == target else f", whose bindings {target} uses"
    return [
        Finding(
            UNBOUND,
            f"credential '{each.id}' is not bound in '{holder}'{whose}",
            f"credentials/{each.id}.yaml",
            hint=f"{bind_command(holder, each.id)}, then {verb} again; or {verb} with --allow-unbound",
        )
        for each in declared_in(project, tree).values()
        if not each.optional and each.id not in known
    ]
