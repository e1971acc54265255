"""Globs of a project: within a folder name, and across folders."""

from __future__ import annotations

import pytest

from jetenv.schemas.globs import matches


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("a.yaml", "a.yaml"),
        ("pages/*.yaml", "pages/orders.yaml"),
        ("deploy/**/*.yaml", "deploy/a.yaml"),
        ("deploy/**/*.yaml", "deploy/eu/west/a.yaml"),
        ("**/*.yaml", "a.yaml"),
        ("**/values.yaml", "a/b/values.yaml"),
        ("deploy/**", "deploy/a/b.txt"),
        ("v?.yaml", "v1.yaml"),
        ("v[0-9].yaml", "v1.yaml"),
        ("v[!0-9].yaml", "va.yaml"),
        ("v[]x].yaml", "v].yaml"),
        ("v[.yaml", "v[.yaml"),
        ("a+b(c).yaml", "a+b(c).yaml"),
        ("*/*/c.yaml", "a/b/c.yaml"),
        ("v[^].yaml", "v[^].yaml"),
    ],
)
def test_matches(glob: str, path: str) -> None:
    assert matches(path, glob)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("pages/*.yaml", "pages/a/b.yaml"),
        ("*.yaml", "pages/a.yaml"),
        ("deploy/**/*.yaml", "other/deploy/a.yaml"),
        ("deploy/**", "deploy"),
        ("a.yaml", "aXyaml"),
        ("a.yaml", "a.yaml\n"),
        ("A.yaml", "a.yaml"),
        ("v?.yaml", "v/.yaml"),
        ("v[!0-9]x", "v/x"),
        ("v[z-a].yaml", "vb.yaml"),
    ],
)
def test_does_not_match(glob: str, path: str) -> None:
    assert not matches(path, glob)
