"""Secrets in plain text: tokens by their shape, and values like passwords under keys like ``password``.

Never says what it found, only what kind of thing it looks like.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch of text, as offsets into it, and what it looks like."""

    start: int
    end: int
    what: str


# Marker that every such token has, which is fast to look for; what it is; its shape.
_SHAPES = tuple(
    (marker, what, re.compile(shape))
    for marker, what, shape in (
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
        ("PRIVATE KEY", "a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"),
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
            r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@'\"<>{}]*:(?P<password>[^\s/@'\"<>{}$*]{3,})@[^\s@'\"]",
        ),
    )
)
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
            for match in shape.finditer(text):
                password = match.groupdict().get("password")
                if password is not None and _PLACEHOLDER.fullmatch(password):
                    continue
                if not match[0].endswith("EXAMPLE"):  # the keys in the documentation of AWS
                    yield Found(match.start(), match.end(), what)


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
