"""Where the releases of the platform are found, and what ``latest`` and pins stand for there.

``releases`` in ``jetenv.yaml`` names a file of the project, or a git repository whose tags are the releases. A release
file is YAML, a list of ``{version, date, notes}`` or of bare versions, or text with a version on each line and, behind
it, a date and notes. What a repository said last is kept beside other caches, for when it cannot be reached.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from jetenv.environments.model import PROJECT_FILE, Resolved
from jetenv.environments.project import Project, project_setting
from jetenv.environments.verdicts import cache_folder
from jetenv.errors import JetenvError, UsageError, did_you_mean
from jetenv.repository.objects import Oid
from jetenv.schemas.versions import LATEST, is_of_line, is_prerelease, is_version, rank

if TYPE_CHECKING:
    from jetenv.repository.records import Record

_USERINFO = re.compile(r"(?<=://)[^/@\s]*@")
_LINE = re.compile(r"(?P<version>\S+)(?:\s+(?P<date>\d{4}-\d{2}-\d{2}))?(?:\s+(?P<notes>.*))?")


@dataclass(frozen=True, slots=True)
class Release:
    """One release. ``commit`` is what it was made from, ``date`` YYYY-MM-DD, ``notes`` a text of one or more lines."""

    version: str
    commit: str | None = None
    date: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases of a source, the newest first.

    ``source`` is what people know the source by. ``problem`` says why it could not be read now, and that ``found`` is
    what it said last.
    """

    source: str
    found: tuple[Release, ...]
    problem: str | None = None

    @property
    def newest(self) -> Release | None:
        """The newest that is no pre-release; the newest pre-release where there is nothing else."""
        final = (each for each in self.found if not is_prerelease(each.version))
        return next(final, next(iter(self.found), None))

    def resolve(self, pin: str) -> Resolved:
        """The release that ``pin`` stands for: the newest of all for ``latest``, else the newest of its line.

        Raises UsageError where there is none.
        """
        if pin == LATEST:
            release = self.newest
        else:
            release = next((each for each in self.found if is_of_line(each.version, pin)), None)
        if release is None:
            raise self._missing(pin)
        return Resolved(release.version, self.source, release.commit)

    def _missing(self, pin: str) -> UsageError:
        if not self.found:
            return UsageError(f"there is no release in {self.source}", where=PROJECT_FILE, hint="correct `releases`")
        close = did_you_mean(pin, (each.version for each in self.found))
        newest = self.newest
        guess = f"did you mean {close}" if close else f"the newest is {newest.version if newest else 'unknown'}"
        return UsageError(f"there is no release {pin} in {self.source}", hint=f"{guess}; `jetenv versions` lists them")


def read_releases(project: Project, tree: Oid, *, ask: bool = True) -> Releases | None:
    """The releases of the source that the ``jetenv.yaml`` of ``tree`` names; None where it names none.

    Without ``ask`` no other repository is asked: what it said last counts, and None where that is not known. Raises
    JetenvError where the source makes no sense, or cannot be reached and never could.
    """
    settings = project_setting(project.file(tree, PROJECT_FILE), "releases")
    if not isinstance(settings, dict):
        return None
    source = settings.get("source")
    needed = {"tags": "url", "file": "path"}.get(source) if isinstance(source, str) else None
    if needed is None or not settings.get(needed):
        raise JetenvError(
            "`releases` does not say where they are" if needed else "`releases` has no source that there is",
            where=PROJECT_FILE,
            hint="write `releases: {source: tags, url: …}` or `releases: {source: file, path: …}`",
        )
    if source == "file":
        path = str(settings["path"])
        data = project.file(tree, path)
        if data is None:
            raise JetenvError(f"the release file is not in the project: {path}", where=PROJECT_FILE)
        return Releases(path, _sorted(_read_file(data, path)))
    return _from_tags(project, str(settings["url"]), str(settings.get("pattern") or "v*"), ask)


def _from_tags(project: Project, url: str, pattern: str, ask: bool) -> Releases | None:
    from jetenv.repository.remote_tags import remote_tags

    shown = _USERINFO.sub("", url)
    kept = _kept(url, pattern)
    if not ask:
        last = _last(kept)
        return Releases(shown, last) if last is not None else None
    try:
        tags = remote_tags(url, project.repo.workdir or project.repo.path)
    except JetenvError as error:
        last = _last(kept)
        error.message = _USERINFO.sub("", error.message)
        if last is None:
            error.where = shown
            error.hint = f"correct `releases` in {PROJECT_FILE}, or try again when it can be reached"
            raise
        return Releases(shown, last, f"{error.message}; what it said last is used")
    found = _sorted(_versions(tags, pattern))
    if kept is not None:
        _keep(kept, found)
    return Releases(shown, found)


def _versions(tags: Mapping[str, Oid], pattern: str) -> Iterator[Release]:
    """The tags that match ``pattern``, in which the first ``*`` stands for the version."""
    before, star, after = pattern.partition("*")
    for tag, oid in tags.items():
        if star and len(tag) >= len(before) + len(after) and tag.startswith(before) and tag.endswith(after):
            version = tag[len(before) : len(tag) - len(after)]
            if is_version(version):
                yield Release(version, oid)


def _read_file(data: bytes, path: str) -> Iterator[Release]:
    if not path.endswith((".yaml", ".yml")):
        for line in data.decode("utf-8", "replace").splitlines():
            if found := _LINE.fullmatch(line.partition("#")[0].strip()):
                yield Release(_checked(found["version"], path), None, found["date"], found["notes"])
        return
    from jetenv.documents.parsing import parse
    from jetenv.documents.values import to_data

    content = to_data(parse(data, path=path).root)
    for item in content if isinstance(content, list) else [None]:
        fields = item if isinstance(item, dict) else {"version": item}
        day, notes = (str(fields[name]).strip() if fields.get(name) else None for name in ("date", "notes"))
        yield Release(_checked(fields.get("version"), path), None, day, notes)


def _checked(version: object, path: str) -> str:
    if isinstance(version, str) and is_version(version):
        return version.removeprefix("v")
    raise JetenvError(
        f"{version!r:.80} is no version",
        where=path,
        hint='a release file lists versions, in YAML as texts in quotes: - version: "3.12.4"',
    )


def _sorted(found: Iterable[Release]) -> tuple[Release, ...]:
    return tuple(sorted(found, key=lambda each: rank(each.version), reverse=True))


def _kept(url: str, pattern: str) -> Record | None:
    """Where the last answer of a repository is kept; the name of the file gives nothing of the URL away."""
    from jetenv.repository.records import Record

    folder = cache_folder()
    if folder is None:
        return None
    name = hashlib.sha256(f"{url}\0{pattern}".encode()).hexdigest()[:32]
    return Record(folder / f"releases-{name}.json", "the list of releases", "remove the file")


def _last(kept: Record | None) -> tuple[Release, ...] | None:
    try:
        data = kept.read() if kept is not None else None
        return tuple(Release(**each) for each in data["found"]) if data is not None else None
    except (JetenvError, LookupError, TypeError):
        return None  # what makes no sense is missing


def _keep(kept: Record, found: tuple[Release, ...]) -> None:
    try:
        kept.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept.write({"found": [asdict(replace(each, notes=None)) for each in found]})
    except (JetenvError, OSError):
        return  # a cache that cannot be written is none
