"""Breaks a project in one place, as people do: deletes, renames, mistypes, duplicates, unbinds.

Where is chosen on the text alone, without asking the validator what it knows. ``places`` of a breakage are the lines
that a reviewer would point at: any of them is the right one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Files = dict[str, bytes]
KEY = re.compile(r"^( *(?:- )?)([a-z_]{4,})(:(?: .*)?)$")


@dataclass(frozen=True)
class Breakage:
    """One break: ``files`` are the new contents by path, None for a file that is gone."""

    kind: str
    what: str
    files: dict[str, bytes | None]
    places: set[tuple[str, int]] = field(default_factory=set)


def breakages(files: Files, seed: int, count: int) -> Iterator[Breakage]:
    """``count`` breakages of ``files``, the kinds in turn."""
    draw = random.Random(seed)
    kinds = list(KINDS)
    made = 0
    while made < count:
        found = KINDS[kinds[made % len(kinds)]](files, draw)
        if found is not None:
            made += 1
            yield found


def _lines(files: Files, path: str) -> list[str]:
    return files[path].decode().split("\n")


def _pick(draw: random.Random, sites: list):
    return draw.choice(sites) if sites else None


def _with(files: Files, path: str, line: int, *new: str) -> dict[str, bytes | None]:
    lines = _lines(files, path)
    lines[line - 1 : line] = new
    return {path: "\n".join(lines).encode()}


def _named(files: Files, name: str, but: str = "") -> set[tuple[str, int]]:
    word = re.compile(rf"(?<![\w/.-]){re.escape(name)}(?![\w/-])")
    return {
        (path, number)
        for path in files
        if path != but
        for number, line in enumerate(_lines(files, path), 1)
        if word.search(line.partition(" #")[0])
    }


def _typo(draw: random.Random, word: str) -> str:
    at = draw.randrange(len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return swapped if swapped != word else word + word[-1]


def _object(path: str) -> str:
    return path.removeprefix("collections/").removesuffix(".yaml") if path[0] == "c" and "/" in path else path


def _id(path: str) -> str:
    parts = path.removesuffix(".yaml").split("/")
    return "/".join(parts[1:])


def delete_object(files: Files, draw: random.Random) -> Breakage | None:
    folders = ("pages/", "collections/", "workflows/", "teams/", "credentials/", "resources/")
    path = _pick(draw, [each for each in sorted(files) if each.startswith(folders)])
    places = _named(files, _id(path), but=path)
    if path.startswith("resources/"):
        places |= {(each, 1) for each in files if each.startswith(f"collections/{_id(path)}/")}
    return Breakage("delete an object", path, {path: None}, places) if places else None


def rename_object(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, [each for each in sorted(files) if each.startswith(("pages/", "teams/", "workflows/"))])
    new = path.removesuffix(".yaml") + "-2.yaml"
    places = _named(files, _id(path), but=path)
    return Breakage("rename an object", path, {path: None, new: files[path]}, places) if places else None


def rename_local(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, [each for each in sorted(files) if each.startswith(("pages/", "workflows/"))])
    lines = _lines(files, path)
    sites = [
        (number, match[2])
        for number, line in enumerate(lines, 1)
        if (match := re.match(r"^( *- id: )([a-z_]+)$", line))
        and re.search(rf"\b(?:elements|queries|steps)\.{match[2]}\b", "\n".join(lines))
        and len(re.findall(rf"- id: {match[2]}$", "\n".join(lines), re.MULTILINE)) == 1
    ]
    site = _pick(draw, sites)
    if site is None:
        return None
    number, name = site
    new = _with(files, path, number, lines[number - 1] + "_new")
    return Breakage(
        "rename what formulas name",
        f"{path}:{number}",
        new,
        _named({path: files[path]}, name) | _dotted(files, path, name),
    )


def _dotted(files: Files, path: str, name: str) -> set[tuple[str, int]]:
    pattern = re.compile(rf"(?:elements|queries|steps)\.{name}\b")
    return {(path, number) for number, line in enumerate(_lines(files, path), 1) if pattern.search(line)}


def mistype_key(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, sorted(each for each in files if each != "jetenv.yaml"))
    sites = [(n, m) for n, line in enumerate(_lines(files, path), 1) if (m := KEY.match(line))]
    site = _pick(draw, sites)
    if site is None:
        return None
    number, match = site
    new = f"{match[1]}{_typo(draw, match[2])}{match[3]}"
    return Breakage(
        "mistype a key", f"{path}:{number} {new.strip()}", _with(files, path, number, new), {(path, number)}
    )


def mistype_value(files: Files, draw: random.Random) -> Breakage | None:
    """A word that the platform gives meaning to."""
    words = r"(type|lookup|direction|operation|display|input|level|kind|function|field|mode|format|trigger)"
    return _mistyped(files, draw, rf"^( *(?:- )?{words}: )([A-Za-z_]{{3,}})$", "mistype a word of the platform")


def mistype_field(files: Files, draw: random.Random) -> Breakage | None:
    """The name of a field in a list of columns, filters or an order."""
    pages = {path: data for path, data in files.items() if path.startswith(("pages/", "teams/", "collections/"))}
    return _mistyped(pages, draw, r"^( *- (field|local_field): )([a-z_.]{4,})$", "mistype a field")


def mistype_reference(files: Files, draw: random.Random) -> Breakage | None:
    objects = "collection|page|resource|workflow|team|credential|related_model|home|home_page|object"
    words = rf"({objects}|segment|component|modal)"
    return _mistyped(files, draw, rf"^( *(?:- )?{words}: )([a-z][a-z/_-]{{3,}})$", "mistype a reference")


def _mistyped(files: Files, draw: random.Random, pattern: str, kind: str) -> Breakage | None:
    sites = [
        (path, number, match)
        for path in sorted(files)
        for number, line in enumerate(_lines(files, path), 1)
        if (match := re.match(pattern, line))
    ]
    path, number, match = draw.choice(sites)
    new = match[1] + _typo(draw, match[3])
    return Breakage(kind, f"{path}:{number} {new.strip()}", _with(files, path, number, new), {(path, number)})


def wrong_type(files: Files, draw: random.Random) -> Breakage | None:
    words = r"(page_size|port|limit|width|refresh_interval|required|editable|null|hidden|remember|timeout|decimals)"
    sites = [
        (path, number, match)
        for path in sorted(files)
        for number, line in enumerate(_lines(files, path), 1)
        if (match := re.match(rf"^( *(?:- )?{words}: )(\d+|true|false)$", line))
    ]
    path, number, match = draw.choice(sites)
    new = match[1] + draw.choice(["[1]", "soon", "{a: 1}"])
    return Breakage("a value of another type", f"{path}:{number}", _with(files, path, number, new), {(path, number)})


def duplicate_key(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, sorted(files))
    sites = [
        (n, m)
        for n, line in enumerate(_lines(files, path), 1)
        if (m := re.match(r"^( *)([a-z_]+): [^|>\[{&*].*$", line))
    ]
    site = _pick(draw, sites)
    if site is None:
        return None
    number, match = site
    new = _with(files, path, number, match[0], match[0])
    return Breakage("a key twice", f"{path}:{number}", new, {(path, number + 1)})


def duplicate_item(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, sorted(files))
    lines = _lines(files, path)
    sites = []
    for number, line in enumerate(lines, 1):
        match = re.match(r"^( *)- (id|name): \S+$", line)
        if match:
            end = number
            while end < len(lines) and (lines[end].startswith(match[1] + "  ") or not lines[end].strip()):
                end += 1
            sites.append((number, end))
    site = _pick(draw, sites)
    if site is None:
        return None
    number, end = site
    block = [line for line in lines[number - 1 : end] if line.strip()]
    new = "\n".join([*lines[: number - 1], *block, *block, *lines[end:]])
    return Breakage(
        "an item twice", f"{path}:{number}", {path: new.encode()}, {(path, number), (path, number + len(block))}
    )


def unbind(files: Files, draw: random.Random) -> Breakage | None:
    path = "environments/production/credentials.yaml"
    sites = [(n, m[1]) for n, line in enumerate(_lines(files, path), 1) if (m := re.match(r"^  ([a-z-]+): ", line))]
    number, name = draw.choice(sites)
    return Breakage(
        "unbind a credential",
        name,
        _with(files, path, number),
        _named(files, name, but=path) | {(path, 2), (f"credentials/{name}.yaml", 1)},
    )


def break_yaml(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, sorted(files))
    sites = [
        (n, m)
        for n, line in enumerate(_lines(files, path), 1)
        if (m := re.match(r"^( *(?:- )?[a-z_]+: )([A-Za-z]+)$", line))
    ]
    site = _pick(draw, sites)
    if site is None:
        return None
    number, match = site
    new = draw.choice(
        [f"{match[1]}'{match[2]}", f"{match[1]}[{match[2]}", f"\t{match[0].strip()}", f"{match[1]}@{match[2]}"]
    )
    near = {(path, number), (path, number + 1), (path, len(_lines(files, path)))}
    return Breakage("break the YAML", f"{path}:{number} {new!r}", _with(files, path, number, new), near)


def break_formula(files: Files, draw: random.Random) -> Breakage | None:
    sites = [
        (path, number, line)
        for path in sorted(files)
        for number, line in enumerate(_lines(files, path), 1)
        if re.search(r": =[A-Z_]+\(.*\)$", line)
    ]
    path, number, line = draw.choice(sites)
    new = draw.choice([line[:-1], line.replace("(", "((", 1), line.replace(",", "", 1) if "," in line else line + ")"])
    return Breakage(
        "break a formula", f"{path}:{number} {new.strip()}", _with(files, path, number, new), {(path, number)}
    )


def same_address(files: Files, draw: random.Random) -> Breakage | None:
    pages = [path for path in sorted(files) if path.startswith("pages/")]
    one, other = draw.sample(pages, 2)
    found = re.search(rb"^url: (.*)$", files[other], re.MULTILINE)
    number = next((n for n, line in enumerate(_lines(files, one), 1) if line.startswith("url: ")), None)
    if found is None or number is None:
        return None
    line = f"url: {found[1].decode()}"
    places = {(one, number), (other, files[other][: found.start()].count(b"\n") + 1)}
    return Breakage("an address twice", f"{one} as {other}", _with(files, one, number, line), places)


def leak(files: Files, draw: random.Random) -> Breakage | None:
    path = _pick(draw, sorted(files))
    lines = _lines(files, path)
    number = draw.randrange(1, len(lines))
    token = "ghp_" + "".join(draw.choice("abcdefghijkmnopqrstuvwxyzABCDEFGH23456789") for _ in range(36))
    new = _with(files, path, number, lines[number - 1], f"# with {token}")
    return Breakage("a token in a comment", f"{path}:{number}", new, {(path, number + 1)})


KINDS: dict[str, Callable[[Files, random.Random], Breakage | None]] = {
    each.__name__: each
    for each in (
        delete_object, rename_object, rename_local, mistype_key, mistype_value, mistype_field, mistype_reference,
        wrong_type, duplicate_key, duplicate_item, unbind, break_yaml, break_formula, same_address, leak,
    )
}  # fmt: skip
