"""Secrets in plain text: tokens by their shape, and values like passwords under keys like ``password``.

Never says what it found, only what kind of thing it looks like; what is to be printed has ``HIDDEN`` in its place.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

HIDDEN = "‹plaintext not shown; revoke it and bind a reference›"  # noqa: RUF001
"""What stands for a secret in plain text. It is a plain scalar wherever YAML may have one."""

Span = tuple[int, int]
"""Offsets into a text: from the first character to behind the last."""


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of text, as offsets into it, and what it looks like."""

    start: int
    end: int
    what: str


_PRIVATE_KEY = "a private key"
_END_OF_KEY = re.compile(r"-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")
# Marker that every such token has, which is fast to look for; what it is; its shape.
_SHAPES = (
    ("AKIA", "an AWS access key", r"\bAKIA[0-9A-Z]{16}\b"),
    ("ASIA", "an AWS access key", r"\bASIA[0-9A-Z]{16}\b"),
    ("ghp_", "a GitHub token", r"\bghp_[A-Za-z0-9]{36,}"),
    ("gho_", "a GitHub token", r"\bgho_[A-Za-z0-9]{36,}"),
    ("ghu_", "a GitHub token", r"\bghu_[A-Za-z0-9]{36,}"),
    ("ghs_", "a GitHub token", r"\bghs_[A-Za-z0-9]{36,}"),
    ("ghr_", "a GitHub token", r"\bghr_[A-Za-z0-9]{36,}"),
    ("github_pat_", "a GitHub token", r"\bgithub_pat_[A-Za-z0-9_]{40,}"),
    ("glpat-", "a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("gldt-", "a GitLab token", r"\bgldt-[A-Za-z0-9_-]{20,}"),
    ("glrt-", "a GitLab token", r"\bglrt-[A-Za-z0-9_-]{20,}"),
    ("glptt-", "a GitLab token", r"\bglptt-[a-f0-9]{40}"),
    ("xox", "a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{20,}"),
    (
        "hooks.slack.com/",
        "a Slack webhook",
        r"hooks\.slack\.com/services/T[A-Z0-9]{6,}/B[A-Z0-9]{6,}/[A-Za-z0-9]{20,}",
    ),
    ("sk_live_", "a Stripe key", r"\bsk_live_[A-Za-z0-9]{16,}"),
    ("sk_test_", "a Stripe key", r"\bsk_test_[A-Za-z0-9]{16,}"),
    ("rk_live_", "a Stripe key", r"\brk_live_[A-Za-z0-9]{16,}"),
    ("whsec_", "a Stripe webhook secret", r"\bwhsec_[A-Za-z0-9+/]{24,}"),
    ("AIza", "a Google API key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("GOCSPX-", "a Google client secret", r"\bGOCSPX-[0-9A-Za-z_-]{28}"),
    ("ya29.", "a Google access token", r"\bya29\.[0-9A-Za-z_-]{20,}"),
    ("PRIVATE KEY", _PRIVATE_KEY, r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    ("AGE-SECRET-KEY-", "an age key", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}"),
    ("eyJ", "a JSON Web Token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}"),
    ("SG.", "a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    ("npm_", "an npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    ("pypi-", "a PyPI token", r"\bpypi-AgE[A-Za-z0-9_-]{50,}"),
    ("dop_v1_", "a DigitalOcean token", r"\bdop_v1_[a-f0-9]{64}"),
    ("shpat_", "a Shopify token", r"\bshpat_[a-fA-F0-9]{32}"),
    ("sk-ant-", "an Anthropic key", r"\bsk-ant-[A-Za-z0-9_-]{24,}"),
    ("sk-proj-", "an OpenAI key", r"\bsk-proj-[A-Za-z0-9_-]{24,}"),
    ("hvs.", "a Vault token", r"\bhvs\.[A-Za-z0-9_-]{24,}"),
    ("AccountKey=", "an Azure storage key", r"\bAccountKey=[A-Za-z0-9+/]{86}=="),
    (
        "://",
        "a connection string with a password",
        r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'\"<>{}]*:(?P<password>[^\s/@'\"<>{}$*]{3,})@(?=[^\s@'\"])",
    ),
)
_PUBLIC_KEY = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]*(?: [^\n]*)?\Z")
# What examples and documentation write where a password belongs.
_PLACEHOLDER = re.compile(
    r"(?i)pass(word|wd)?|secret|changeme|change-me|example|placeholder|your.*|x{3,}|\.{3,}|%s|user|todo|none|test|foo|bar"
)
_SECRET_KEY = re.compile(
    r"(?i)(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|credential|authorization|bearer)s?$"
    r"|(?:api|access|private|secret|signing|encryption|account|auth|service_role)[_.-]?key$|client[_.-]?secret|webhook_secret"
)
_SCHEME = re.compile(r"(?i)^(?:bearer|basic|token)\s+")
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_.~!#$%^&*@-]{16,512}\Z")
_PATH = re.compile(r"(?:[a-z][a-z0-9+.-]*:|[./~=])|.*\.(?:ya?ml|json|pem|key|crt|txt)\Z")
_WORDS = re.compile(r"(?:[A-Za-z]+[0-9]?|[0-9]{1,4})(?:[_.-](?:[A-Za-z]+[0-9]?|[0-9]{1,4}))*\Z")
_LEAST_ENTROPY = 3.4  # bits a character; words and slugs lie below, tokens of 16 and more random characters above


def known_tokens(text: str) -> Iterator[Found]:
    """What in ``text`` has the shape of a secret of a well-known service."""
    for marker, what, shape in _SHAPES:
        if marker in text:
            for match in _pattern(shape).finditer(text):
                password = match.groupdict().get("password")
                if password is not None and _PLACEHOLDER.fullmatch(password):
                    continue
                if not match[0].endswith("EXAMPLE"):  # the keys in the documentation of AWS
                    yield Found(match.start(), match.end(), what)


@cache
def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(shape)  # most texts have no marker, so most are never needed


def covered(text: str, start: int, end: int, spans: Sequence[Span]) -> str:
    """``text[start:end]`` with what ``spans``, in order, hide of it replaced; a line break at the end of one stays."""
    parts = []
    at = start
    for first, last in spans:
        if last <= start or first >= end:
            continue
        parts += [text[at : max(first, at)], HIDDEN, "\n" * text[first:last].endswith("\n")]
        at = min(last, end)
    return "".join([*parts, text[at:end]])


def token_spans(text: str, end: int | None = None) -> Iterator[Span]:
    """The tokens in ``text``; a private key that does not end is one up to ``end``, or its first line alone."""
    for token in known_tokens(text):
        yield token.start, private_key_end(text, token, end)


def hidden_tokens(text: str) -> str:
    """``text``, which need not be YAML, with every token of a known shape replaced."""
    spans = apart(token_spans(text, len(text)))
    return covered(text, 0, len(text), spans) if spans else text


def apart(spans: Iterable[Span]) -> list[Span]:
    """``spans`` in order, those that overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def private_key_end(text: str, token: Found, end: int | None = None) -> int:
    """Where the secret ends that ``token`` in ``text`` begins: a private key goes on behind its first line.

    Of one without a last line that is ``end``, or where ``token`` ends. All other tokens are the whole secret.
    """
    if token.what != _PRIVATE_KEY:
        return token.end
    last = _END_OF_KEY.search(text, token.end)
    return last.end() if last is not None else end if end is not None else token.end


def is_plaintext(key: str, value: str) -> bool:
    """Whether ``value`` as a whole is a secret: a private key, or what looks random under a ``key`` that names one."""
    if names_secret(key) and looks_random(value):
        return True
    return "PRIVATE KEY" in value and any(token.what == _PRIVATE_KEY for token in known_tokens(value))


def is_public_key(value: str) -> bool:
    """Whether ``value`` looks like an SSH public key, whole or not, which is no secret wherever it stands."""
    return _PUBLIC_KEY.match(value) is not None


@lru_cache(4096)
def names_secret(key: str) -> bool:
    """Whether what stands under ``key`` is a secret, by its name."""
    return _SECRET_KEY.search(key) is not None


def looks_random(value: str) -> bool:
    """Whether ``value`` is opaque and random enough to be a secret: no word, identifier, path, reference or formula."""
    value = _SCHEME.sub("", value)
    if not _OPAQUE.match(value) or _PATH.match(value) or _WORDS.match(value):
        return False
    if not (any(map(str.isdigit, value)) and any(map(str.isalpha, value))):
        return False
    return entropy(value) >= _LEAST_ENTROPY


def entropy(text: str) -> float:
    """Shannon's entropy of the characters of ``text``, in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)
