"""The check of a whole project: each file by itself, then what the files say of each other.

The verdict on a file depends on its path, its bytes and the catalog only, so it can be kept by blob id; the check
of the links between files needs no more than the verdicts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from jetenv.documents.nodes import Kind, Source
from jetenv.documents.parsing import DocumentError, parse
from jetenv.documents.values import to_data
from jetenv.errors import did_you_mean
from jetenv.schemas.bindings import OPTIONAL, binds_own, check_bindings, may_stay_unbound, settings_path
from jetenv.schemas.catalog import Catalog
from jetenv.schemas.findings import Finding
from jetenv.schemas.formulas import readings
from jetenv.schemas.objects import ENVIRONMENT_FILES, FOLDERS, KINDS, ObjectRef, is_slug, object_of, owner_of, path_of
from jetenv.schemas.pages import check_pages
from jetenv.schemas.rules import Rules
from jetenv.schemas.survey import MEMBERS, Definition, Name, Need, Reference, Survey, survey
from jetenv.schemas.texts import check_formulas, check_secrets, check_tokens
from jetenv.schemas.values import resolved
from jetenv.schemas.verdict import FileVerdict
from jetenv.schemas.versions import LATEST, meets, running
from jetenv.schemas.wording import quoted


def check_project(files: Mapping[str, bytes], catalog: Catalog, *, environment: str | None = None) -> list[Finding]:
    """Every finding in a project, by place: paths → bytes of all of its files.

    Of ``environments/`` only the folder of ``environment`` is looked at, all of it where that is None: folders of
    other environments are inert copies. Raises SchemaError for a schema of the project that cannot be used.
    """
    catalog.verify()
    paths = [path for path in files if speaks(path, environment)]
    verdicts = [check_file(path, files[path], catalog) for path in paths if is_checked(path, catalog)]
    settings = files.get(settings_path(environment), b"") if environment is not None else b""
    platform = check_platform(verdicts, settings, environment or "")
    whole = check_whole(verdicts, None, environment if binds_own(settings) else None)
    return sorted([*(each for verdict in verdicts for each in verdict.findings), *whole, *platform])


def check_whole(
    verdicts: Sequence[FileVerdict], environments: Collection[str] | None, owner: str | None
) -> list[Finding]:
    """What the files of a project say of each other, by place.

    References to environments count where ``environments`` is given; ``owner`` is the environment that binds its own
    credentials, None where those of another one count.
    """
    findings = [*check_links(verdicts, environments), *check_pages(verdicts)]
    if owner is not None:
        findings += check_bindings(verdicts, owner)
    return sorted(findings)


def speaks(path: str, environment: str | None) -> bool:
    """Whether the file at ``path`` says anything on a branch of ``environment``."""
    parts = path.split("/")
    return environment is None or parts[0] != "environments" or len(parts) < 3 or parts[1] == environment


def is_checked(path: str, catalog: Catalog) -> bool:
    """Whether ``check_file`` looks at the file at ``path`` at all."""
    return catalog.describes(path) or _stray(path) is not None


def check_file(path: str, data: bytes, catalog: Catalog) -> FileVerdict:
    """The verdict on one file: YAML, schema, ids and names inside it. Raises SchemaError for an unusable schema."""
    ref = catalog.object_of(path)
    if not catalog.describes(path):
        stray = _stray(path)
        return FileVerdict(path, (stray,) if stray else ())
    itself = (Definition(ref.kind, ref.id),) if ref else ()
    folder = _folder_reference(path, ref)
    try:
        source = parse(data, path=path)
    except DocumentError as error:
        findings = [Finding("yaml", error.message, path, error.line, error.column, hint=error.hint)]
        if ref is not None:
            findings += check_tokens(path, Source(data.decode("utf-8", "replace"), False, "\n", []))
        return FileVerdict(path, tuple(sorted(findings)), folder, itself)
    own = ref.id if ref is not None and ref.kind == "collection" else ""
    rules = catalog.rules_for(path)
    found = survey(path, source, rules, own)
    findings = [*catalog.check(path, source), *_identity(path, source, ref), *_duplicates(path, source, found)]
    findings.extend(_local_links(found))
    if ref is not None:
        findings += [*check_formulas(path, source), *check_secrets(path, source)]
    outward = tuple(each for each in found.references if each.of or each.kind not in found.local)
    defined = [each for each in found.definitions if each.of]
    if ref is not None and ref.kind == "credential" and may_stay_unbound(source):
        defined.append(Definition(OPTIONAL, ref.id))
    claims = (*found.claims, *_implied(path, source, rules, ref))
    return FileVerdict(
        path, tuple(sorted(findings)), (*folder, *outward), (*itself, *defined), tuple(found.needs), claims
    )


def _implied(path: str, source: Source, rules: Rules, ref: ObjectRef | None) -> Iterable[Reference]:
    """What a file claims by leaving it out."""
    if ref is None or source.root is None:
        return
    for name in rules.declared:
        annotations = rules.property(name).annotations
        if annotations.unique and annotations.implied and source.root.get(name) is None:
            yield Reference(annotations.unique, annotations.implied.replace("{id}", ref.id), path, 0, "")


def check_links(verdicts: Iterable[FileVerdict], environments: Collection[str] | None = None) -> list[Finding]:
    """References to what no file defines, by place; those to environments only where ``environments`` is given."""
    verdicts = list(verdicts)
    known, inside = _defined(verdicts)
    if environments is not None:
        known["environment"] = set(environments)
    findings: list[Finding] = []
    sound: set[Name] = set()
    for verdict in verdicts:
        if sound.issuperset(verdict.names):
            continue
        missing: dict[Name, _Missing] = {}
        for name in verdict.names:
            if name not in sound:
                found = _missing(name, known, inside)
                if found is None:
                    sound.add(name)
                else:
                    missing[name] = found
        if missing:
            for reference in verdict.references:
                if found := missing.get(reference.name):
                    target, of, others = found
                    findings.append(_dangling(reference._replace(target=target, of=of), others))
    return sorted(findings)


_Members = Mapping[tuple[str, str], Mapping[str, str]]
"""By kind and what they belong to: fields, segments, actions, parameters, and the collection that a field leads to."""


def _defined(verdicts: Iterable[FileVerdict]) -> tuple[dict[str, set[str]], _Members]:
    """The ids of all objects by kind, and what is inside of collections."""
    known: dict[str, set[str]] = {kind: set() for kind in KINDS if kind not in ENVIRONMENT_FILES.values()}
    inside: dict[tuple[str, str], dict[str, str]] = {}
    for verdict in verdicts:
        for kind, name, of, to in verdict.definitions:
            if of:
                inside.setdefault((kind, of), {})[name] = to
            elif kind in known:
                known[kind].add(name)
    return known, inside


_Missing = tuple[str, str, Collection[str]]
"""What is named and not there, what lacks it, and what there is instead."""


def _missing(name: Name, known: Mapping[str, set[str]], inside: _Members) -> _Missing | None:
    """What of a name nothing defines; None where all of it is there, or cannot be told."""
    kind, target, of, _ = name
    if kind in MEMBERS:
        return _missing_member(kind, target, of, inside)
    if of:
        owner = owner_of(of)
        parts = inside.get((kind, of), {})
        return (target, of, parts) if owner.id in known.get(owner.kind, ()) and target not in parts else None
    if kind in known and target not in known[kind]:
        return target, of, known[kind]
    return None


def _missing_member(kind: str, target: str, of: str, inside: _Members) -> _Missing | None:
    """The field, segment or action that a collection lacks; a path of fields goes through relations."""
    at = of
    for step in target.split(".") if kind == "field" else [target]:
        # A collection that lists no fields is read from its data source.
        if not inside.get(("field", at)):
            return None
        members = inside.get((kind, at), {})
        if step not in members:
            return target if at == of else step, at, members
        at = members[step]
    return None


def unmet_needs(verdicts: Iterable[FileVerdict], version: str) -> list[Need]:
    """What needs a newer platform than ``version``, by place."""
    needs = (need for verdict in verdicts for need in verdict.needs if not meets(version, need.version))
    return sorted(needs, key=lambda need: (need.path, need.line, need.column))


def check_platform(verdicts: Iterable[FileVerdict], settings: bytes, environment: str) -> list[Finding]:
    """Findings for what needs a newer platform than ``environment`` runs; ``settings`` is its ``environment.yaml``."""
    version = _platform(settings)
    if version is None:
        return []
    return [
        Finding(
            "newer-platform",
            f"{quoted(need.feature)} needs version {need.version}, and {environment} runs {version}",
            need.path,
            need.line,
            need.column,
            need.field,
            need.version,
            f"`jetenv pin {environment} {need.version}` or a newer version first, or leave it out",
        )
        for need in unmet_needs(verdicts, version)
    ]


def _platform(settings: bytes) -> str | None:
    """The version that an ``environment.yaml`` says is run; None where it says none, or cannot be read."""
    try:
        data = to_data(parse(settings).root)
    except DocumentError:
        return None  # what is wrong with that file is a finding of its own
    data = data if isinstance(data, dict) else {}
    record = data.get("resolved")
    resolved = record.get("version") if isinstance(record, dict) else None
    return running(str(data.get("version") or LATEST), str(resolved) if resolved else None)


def _local_links(found: Survey) -> Iterable[Finding]:
    names: dict[str, list[str]] = {}
    for definition in found.definitions:
        names.setdefault(definition.kind, []).append(definition.id)
    for reference in found.references:
        if reference.kind in found.local and not reference.of:
            known = names.get(reference.kind, [])
            if not any(name in known for name in readings(reference.target)):
                yield _dangling(reference, known)


def _dangling(reference: Reference, known: Collection[str]) -> Finding:
    where = f" in {reference.of}" if reference.of else ""
    message = f"{reference.kind} {quoted(reference.target)} does not exist{where}"
    if guess := did_you_mean(reference.target, known, cutoff=0.7):
        message += f"; did you mean {quoted(guess)}?"
    hint = None
    if reference.kind in (*FOLDERS.values(), "collection"):
        hint = f"correct the name, or add {path_of(ObjectRef(reference.kind, reference.target))}"
    ref = object_of(reference.path)
    # A credential is bound before the merge that brings its declaration, and stays bound after one that takes it away.
    rule = "undeclared-binding" if ref is not None and ref.kind == "bindings" else "dangling-ref"
    return Finding(rule, message, reference.path, reference.line, reference.column, reference.field, hint=hint)


def _folder_reference(path: str, ref: ObjectRef | None) -> tuple[Reference, ...]:
    """The folder of a collection names its resource."""
    if ref is None or ref.kind != "collection":
        return ()
    return (Reference("resource", ref.id.partition("/")[0], path, 0, ""),)


def _identity(path: str, source: Source, ref: ObjectRef | None) -> Iterable[Finding]:
    if ref is None or ref.kind not in (*FOLDERS.values(), "collection"):
        return
    name = ref.id.rpartition("/")[2]
    if not is_slug(name):
        yield Finding(
            "id-mismatch",
            f"the file name {quoted(name)} cannot be an id",
            path,
            hint="rename the file: lower-case letters, digits, _ and -, at most 63",
        )
    node = source.root.get("id") if source.root is not None else None
    if node is not None and resolved(node).kind is Kind.SCALAR and resolved(node).value != name:
        line, column = source.place(node.start)
        message = f"id {quoted(resolved(node).value)} differs from the file name {quoted(name)}"
        yield Finding("id-mismatch", message, path, line, column, "id", name, "rename the file or correct the id")


def _duplicates(path: str, source: Source, found: Survey) -> Iterable[Finding]:
    for duplicate in found.duplicates:
        line, column = source.place(duplicate.offset)
        message = f"{duplicate.kind} {quoted(duplicate.id)} is there twice"
        yield Finding("duplicate-id", message, path, line, column, duplicate.field, hint="rename one of the two")


def _stray(path: str) -> Finding | None:
    """A finding for a YAML file that stands among the objects of a project but is none."""
    stem, dot, suffix = path.rpartition(".")
    folder = path.partition("/")[0]
    if not dot or suffix not in ("yaml", "yml"):
        return None
    fixed = f"{stem}.yaml"
    known = Catalog.builtin().object_of(fixed) is not None
    if suffix == "yml" and known:
        return Finding("unknown-file", "not read: the name must end in .yaml", path, hint=f"rename it to {fixed}")
    if folder in (*FOLDERS, "collections"):
        shape = "collections/<resource>/<id>.yaml" if folder == "collections" else f"{folder}/<id>.yaml"
        return Finding("unknown-file", f"not read: files of this folder are {shape}", path)
    return None
