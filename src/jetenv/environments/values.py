"""Read, set or remove one value of a file of the project: ``pages/orders#components[total].title``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jetenv.documents.paths import FieldPath, Key, format_path, parse_path
from jetenv.environments.model import FOLDER
from jetenv.environments.project import Project
from jetenv.errors import JetenvError, RefusedError, UsageError, did_you_mean
from jetenv.repository.objects import SUBMODULE, Oid

if TYPE_CHECKING:
    from jetenv.documents.nodes import Node, Source
    from jetenv.documents.resolving import ListKeys
    from jetenv.schemas.catalog import Catalog
    from jetenv.schemas.findings import Finding

SUFFIXES = ("", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class GetResult:
    """A value. ``path`` is the file, ``field`` the text form of the field path, empty for the whole file.

    ``data`` is plain data; ``text`` is the content of a text, and the YAML source of anything else, at column 0. What
    ``schemas.hiding`` hides is in neither.
    """

    path: str
    field: str
    data: Any
    text: str


@dataclass(frozen=True, slots=True)
class EditResult:
    """What `jetenv set` or `jetenv unset` did to ``field`` of the file ``path``.

    ``old`` and ``new`` are plain data, None where there was or is no value. ``changed`` is False where the file held
    that value already. ``findings`` are what the edit would have made invalid: then nothing was written.
    """

    path: str
    field: str
    old: Any
    new: Any
    changed: bool
    findings: tuple[Finding, ...] = ()


def get(project: Project, target: str, *, environment: str | None = None, ref: str | None = None) -> GetResult:
    """The value that ``target`` (``FILE#FIELD``) names, in the working tree or in the tip of an environment or ref.

    Raises UsageError naming what exists where there is no such file or field, and DocumentError for a file that is no
    YAML.
    """
    from jetenv.documents.editing import placed
    from jetenv.documents.parsing import parse
    from jetenv.documents.resolving import resolve
    from jetenv.documents.values import to_data
    from jetenv.schemas.hiding import hidden_source

    if environment is not None and ref is not None:
        raise UsageError("--env and --ref both say where to read from", hint="give one of them")
    name, field = split_target(target)
    if environment is None and ref is None:
        files = _working(project)
        path = find_file(name, files.paths)
    else:
        tip = (
            project.visible_environment(environment).tip
            if environment is not None
            else project.repo.refs.resolve(ref or "")
        )
        files = _committed(project, project.repo.commits.get(tip).tree)
        path = find_file(name, files.paths)
    catalog = files.catalog()
    source = hidden_source(parse(files.read(path), path=path), catalog.rules_for(path))
    if not field:
        return GetResult(path, "", _whole(source, path), source.text)
    with placed(path):
        node = resolve(source, field, list_keys(catalog, path, source))
    return GetResult(path, format_path(field), to_data(node), source_text(source, node))


def set_value(project: Project, target: str, value: str, *, as_text: bool = False) -> EditResult:
    """Set the value that ``target`` names to the YAML ``value`` (the text itself ``as_text``) in the working tree.

    Only that value changes; see ``documents.editing``. The new file is checked first: findings that the old one did
    not have are returned and nothing is written. The values in the result are as ``get`` shows them. Raises as ``get``
    does, and RefusedError for files that are not edited by hand.
    """
    from jetenv.documents import editing

    return _edit(
        project, target, lambda source, field, keys: editing.set_value(source, field, value, keys, as_text=as_text)
    )


def unset(project: Project, target: str) -> EditResult:
    """Remove the key or list item that ``target`` names, as ``set_value`` sets one."""
    from jetenv.documents import editing

    return _edit(project, target, editing.unset)


_Edit = Callable[["Source", FieldPath, "ListKeys"], str]


def _edit(project: Project, target: str, edit: _Edit) -> EditResult:
    from jetenv.documents.editing import encode, placed
    from jetenv.documents.parsing import parse
    from jetenv.environments.working import replace_file
    from jetenv.schemas.hiding import hidden_source

    name, field = split_target(target)
    files = _working(project, editing=True)
    path = find_file(name, files.paths)
    _refuse_owned(project, path)
    data = files.read(path)
    source = parse(data, path=path)
    catalog = files.catalog()
    keys = list_keys(catalog, path, source)
    with placed(path):
        text = edit(source, field, keys)
    new = encode(source, text)
    rules = catalog.rules_for(path)
    before, after = (hidden_source(each, rules) for each in (source, parse(text, path=path)))
    values = _value(before, field, keys), _value(after, field, keys)
    result = EditResult(path, format_path(field), *values, new != data)
    if new == data:
        return result
    findings = tuple(introduced(path, data, new, catalog, files))
    if not findings:
        replace_file(project, path, data, new)
        return result
    return EditResult(result.path, result.field, result.old, result.new, False, findings)


def split_target(target: str) -> tuple[str, FieldPath]:
    """File and field of ``FILE#FIELD``. Raises UsageError for a file outside the project and for no field path."""
    name, _hash, field = target.partition("#")
    parts = name.split("/")
    if not name or name.startswith("/") or any(part in {"", ".", ".."} for part in parts) or "\0" in name:
        raise UsageError(
            f"{name[:80]!r} is not the path of a file in the project",
            hint="write it from the top of the project: pages/orders#title",
        )
    if parts[0].lower() == ".git":
        raise UsageError("files of git itself are not part of the project")
    return name, parse_path(field)


def find_file(name: str, paths: Sequence[str]) -> str:
    """The path that ``name`` means, with or without its suffix. Raises UsageError with what was probably meant."""
    known = set(paths)
    for suffix in SUFFIXES:
        if name + suffix in known:
            return name + suffix
    shown = [path.removesuffix(".yaml") for path in paths if path.endswith((".yaml", ".yml"))]
    meant = did_you_mean(name, shown)
    below = sorted(path for path in shown if path.startswith(name + "/"))
    hint = f"did you mean '{meant}'?" if meant else f"name one of its files: {', '.join(below[:5])}" if below else None
    raise UsageError(f"there is no file '{name[:200]}' in the project", hint=hint)


def list_keys(catalog: Catalog, path: str, source: Source) -> ListKeys:
    """The key fields that the schema of ``path`` gives its lists, by field path."""
    from jetenv.documents.resolving import resolve
    from jetenv.schemas.values import resolved, scalars

    root = catalog.rules_for(path)

    def keys(field: FieldPath) -> tuple[str, ...] | None:
        rules = root
        for position in range(len(field) + 1):
            try:
                node: Node | None = resolved(resolve(source, field[:position], keys))
            except JetenvError:
                node = None
            if node is not None:
                rules = rules.narrow(scalars(node))
            if position < len(field):
                step = field[position]
                rules = rules.property(step.name) if isinstance(step, Key) else rules.item()
        return rules.keys or None

    return keys


def source_text(source: Source, node: Node) -> str:
    """The content of a text, or the YAML source of another value with its lines moved to column 0."""
    from jetenv.documents.nodes import Kind
    from jetenv.documents.values import scalar_data

    while node.kind is Kind.ALIAS and node.target is not None:
        node = node.target
    if node.kind is Kind.SCALAR:
        data = scalar_data(node)
        return data if isinstance(data, str) else source.text[node.start : node.end] or "null"
    if not node.is_block:
        return source.text[node.start : node.end]
    first, last = node.entries[0], node.entries[-1]
    indent = " " * node.column
    before = source.text[source.text.rfind("\n", 0, first.head) + 1 : first.head]
    # The first entry behind a dash shares its line with the list that holds it.
    text = source.text[first.head if before.strip() else first.start : last.end].replace("\r\n", "\n")
    lines = text.lstrip("\n").removesuffix("\n").split("\n")
    return "\n".join(line.removeprefix(indent) for line in lines)


def introduced(path: str, old: bytes, new: bytes, catalog: Catalog, files: _Files) -> Iterable[Finding]:
    """The findings in the new content of the file ``path`` that the old content did not have."""
    known = {each.fault for each in _findings(path, old, catalog, files)}
    return (each for each in _findings(path, new, catalog, files) if each.fault not in known)


def _findings(path: str, data: bytes, catalog: Catalog, files: _Files) -> list[Finding]:
    """What is wrong in one file, with its references to others; no warnings."""
    from jetenv.schemas.objects import owner_of, path_of
    from jetenv.schemas.project_check import check_file, check_links
    from jetenv.schemas.survey import Definition
    from jetenv.schemas.verdict import FileVerdict

    verdict = check_file(path, data, catalog)
    others = [path_of(owner_of(each.of)) for each in verdict.references if each.of]
    read = {other for other in others if other != path and other in files.known}
    verdicts = [verdict, *(check_file(other, files.read(other), catalog) for other in sorted(read))]
    for other in files.paths:
        found = catalog.object_of(other)
        if found is not None and other != path and other not in read:
            verdicts.append(FileVerdict(other, definitions=(Definition(found.kind, found.id),)))
    findings = [*verdict.findings, *(each for each in check_links(verdicts) if each.path == path)]
    return [each for each in findings if each.severity == "error"]


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of one state of the project."""

    paths: tuple[str, ...]
    known: frozenset[str]
    read: Callable[[str], bytes]
    catalog: Callable[[], Catalog]


def _working(project: Project, *, editing: bool = False) -> _Files:
    from jetenv.environments.working import read_file, working_catalog, working_files

    if project.repo.is_bare:
        raise JetenvError(
            "this repository is bare: it has no working tree",
            hint="run the command in a clone or a `git worktree`" if editing else "name an environment with --env",
        )
    paths = tuple(sorted(working_files(project)))
    return _Files(paths, frozenset(paths), lambda path: read_file(project, path), lambda: working_catalog(project))


def _committed(project: Project, tree: Oid) -> _Files:
    from jetenv.environments.working import refuse_link

    trees = project.repo.trees
    entries = {path: entry for path, entry in trees.files(tree) if entry.mode != SUBMODULE}

    def read(path: str) -> bytes:
        if not entries[path].is_file:
            refuse_link(path, path)
        return trees.read(entries[path].oid)

    return _Files(tuple(sorted(entries)), frozenset(entries), read, lambda: project.catalog(tree))


def _refuse_owned(project: Project, path: str) -> None:
    """Refuse what is not edited by hand: members files, and the inert copies of other environments' folders."""
    parts = path.split("/")
    if parts[0] != FOLDER or len(parts) < 3:
        return
    if parts[2] in {"members.yaml", "signatures"}:
        raise RefusedError(
            f"{path} is signed and written by jetenv only, so it is not edited by hand",
            where=path,
        )
    current = project.current()
    if current is not None and parts[1] != current.id:
        raise RefusedError(
            f"{path} is a copy that says nothing here: environment '{parts[1]}' is read from its own branch",
            where=path,
            hint=f"`jetenv switch {parts[1]}` first; `jetenv rename`, `color` and `pin` work from everywhere",
        )


def _whole(source: Source, path: str) -> Any:
    from jetenv.documents.values import to_data

    if len(source.documents) > 1:
        raise JetenvError(
            "the file holds several YAML documents", where=path, hint="one value is read from files with one document"
        )
    return to_data(source.root)


def _value(source: Source, field: FieldPath, keys: ListKeys) -> Any:
    from jetenv.documents.resolving import resolve
    from jetenv.documents.values import to_data

    try:
        return to_data(resolve(source, field, keys))
    except UsageError:
        return None
