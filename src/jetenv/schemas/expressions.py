"""The grammar of formulas (``=IF(GT(row.total, 100), "danger", "text")``) and templates (``{{params.city}}``).

Only whether a text can be read, and where not: what a name or a function means is another question. In EBNF:

    expression = binary [ "?" expression ":" expression ]
    binary     = unary { operator unary }
    unary      = { "-" | "+" | "!" } value
    value      = primary { "." name | "?." name | "[" expression "]" | "(" [ expression { "," expression } ] ")" }
    primary    = number | string | name | "(" expression ")" | "[" … "]" | "{" [ key ":" expression { "," … } ] "}"

Operators are ``+ - * / % ^ & == != = <> < <= > >= && || ?? |``; a hyphen between letters belongs to a member's name, as
the ids of components have them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<member>\??\.\s*[^\W\d][\w$]*(?:-\w+)*|\??\.\s*\d\w*(?:-\w+)*)
    | (?P<name>[^\W\d][\w$]*|\$[\w$]*)
    | (?P<mark>==|!=|<>|<=|>=|&&|\|\||\?\?|[-+*/%^&=<>|!?:,()\[\]{}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_BINARY = frozenset(
    ["+", "-", "*", "/", "%", "^", "&", "==", "!=", "=", "<>", "<", "<=", ">", ">=", "&&", "||", "??", "|"]
)
_UNARY = frozenset("-+!")
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text cannot be read: ``at`` is the offset into it, ``expected`` what could have stood there."""

    at: int
    message: str
    expected: str | None = None


class _UnreadableError(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def faults_in(text: str) -> Iterator[Fault]:
    """The first fault of the formula that ``text`` is, or of each template in it."""
    if text.startswith("="):
        # An operator alone is a text, as in the options of a list of comparisons.
        if text.strip("=<>!~ ") and (fault := _fault(text, 1, len(text))) is not None:
            yield fault
        return
    at = text.find("{{")
    while at >= 0:
        end = _end_of_template(text, at + 2)
        if end < 0:
            yield Fault(at, "'{{' without '}}'", "}}")
            return
        if not text[at + 2 : end].strip():
            yield Fault(at, "an empty template", "an expression")
        elif (fault := _fault(text, at + 2, end)) is not None:
            yield fault
        at = text.find("{{", end + 2)


def _end_of_template(text: str, start: int) -> int:
    """Where the ``}}`` of a template stands that is not in a string or an object; -1 for none."""
    depth, quote, at = 0, "", start
    while at < len(text):
        character = text[at]
        if quote:
            if character == "\\":
                at += 1
            elif character == quote:
                quote = ""
        elif character in "\"'":
            quote = character
        elif character == "{":
            depth += 1
        elif character == "}" and depth:
            depth -= 1
        elif text.startswith("}}", at):
            return at
        at += 1
    return text.find("}}", start)


def _fault(text: str, start: int, end: int) -> Fault | None:
    try:
        reader = _Reader(text, start, end)
        reader.expression(0)
        if reader.kind:
            raise reader.unexpected("an operator or the end")
    except _UnreadableError as error:
        return error.fault
    return None


class _Reader:
    """The tokens of one expression, and the rules that read them."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._next = start
        self._end = end
        self.at = start
        self.kind = self.token = ""
        self._advance()

    def _advance(self) -> None:
        match = _TOKEN.match(self._text, self._next, self._end)
        if match is not None:
            self.kind = match.lastgroup or ""
            self.at, self._next = match.start(self.kind), match.end()
            self.token = match[self.kind]
            return
        rest = self._text[self._next : self._end]
        self.at = self._next + len(rest) - len(rest.lstrip())
        self.kind = self.token = ""
        if not rest.strip():
            self.at = self._next
            return
        if rest.lstrip()[0] in "\"'":
            raise _UnreadableError(Fault(self.at, "a string without its closing quote", rest.lstrip()[0]))
        raise _UnreadableError(Fault(self.at, f"'{rest.lstrip()[0]}' cannot be read here"))

    def unexpected(self, expected: str) -> _UnreadableError:
        if not self.kind:
            return _UnreadableError(Fault(self.at, f"it ends too early: {expected} is missing", expected))
        return _UnreadableError(Fault(self.at, f"unexpected '{self.token[:20]}': {expected} is expected", expected))

    def _take(self, mark: str) -> bool:
        if self.kind != "mark" or self.token != mark:
            return False
        self._advance()
        return True

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            raise self.unexpected(f"'{mark}'")

    def expression(self, depth: int) -> None:
        if depth > _DEEPEST:
            raise _UnreadableError(Fault(self.at, f"more than {_DEEPEST} levels of nesting"))
        self._unary(depth)
        while self.kind == "mark" and self.token in _BINARY:
            self._advance()
            self._unary(depth)
        if self._take("?"):
            self.expression(depth + 1)
            self._need(":")
            self.expression(depth + 1)

    def _unary(self, depth: int) -> None:
        while self.kind == "mark" and self.token in _UNARY:
            self._advance()
        self._primary(depth)
        while True:
            if self.kind == "member":
                self._advance()
            elif self._take("["):
                self.expression(depth + 1)
                self._need("]")
            elif self._take("("):
                self._list(")", depth)
            else:
                return

    def _primary(self, depth: int) -> None:
        if self.kind in ("number", "string", "name"):
            self._advance()
        elif self._take("("):
            self.expression(depth + 1)
            self._need(")")
        elif self._take("["):
            self._list("]", depth)
        elif self._take("{"):
            self._object(depth)
        else:
            raise self.unexpected("a value")

    def _list(self, closing: str, depth: int) -> None:
        if self._take(closing):
            return
        self.expression(depth + 1)
        while self._take(","):
            self.expression(depth + 1)
        if not self._take(closing):
            raise self.unexpected(f"',' or '{closing}'")

    def _object(self, depth: int) -> None:
        if self._take("}"):
            return
        while True:
            if self.kind not in ("name", "string", "number"):
                raise self.unexpected("a key")
            self._advance()
            self._need(":")
            self.expression(depth + 1)
            if not self._take(","):
                break
        if not self._take("}"):
            raise self.unexpected("',' or '}'")
