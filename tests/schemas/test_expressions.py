"""Formulas and templates: what can be read, and where what cannot be read goes wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetenv.schemas.expressions import faults_in

READABLE = (
    "=row.total",
    '=IF(GT(row.total, 100), "danger", "text")',
    "=queries.month.data[0].revenue / 30",
    "=ROUND((record.price - record.cost) / record.price * 100, 1)",
    '=IN(record.status, ["new", "paid"])',
    "=elements.my-table.selected_item.id",
    "=elements['my table'].value",
    "=-1",
    "=NOW()",
    "= row.a ",
    "=a ? b : c ? d : e",
    "=items.0.name",
    "=größe * 2",
    "plain text",
    "{{params.city}} and {{ user.name }}",
    '{"a": {"b": {{params.x}}}}',
    'select {{MAP(selection, "id")}}',
    "{{'}}'}}",
    "{{ {a: {b: 1}} }}",
    "no template }} here",
    "=",
    "==",
    "=>",
)
FAULTS = (
    ("=", None),
    ("=IF(a, b", 8),
    ("=IF(a,, b)", 6),
    ("=a +", 4),
    ("=(a", 3),
    ("=a)", 2),
    ("=a b", 3),
    ('="open', 1),
    ("=a[1", 4),
    ("=[1, 2", 6),
    ("={a 1}", 4),
    ("=1.2.3", 1),
    ("=12ab", 1),
    ("=a @ b", 3),
    ("=a ? b", 6),
    ("text {{", 5),
    ("text {{}}", 5),
    ("text {{a.}} {{b}}", 8),
    ("{{a}} {{b +}}", 11),
    ("{{#if a}}", 2),
)


@pytest.mark.parametrize("text", READABLE)
def test_what_the_platform_reads_can_be_read(text: str) -> None:
    assert list(faults_in(text)) == []


@pytest.mark.parametrize(("text", "at"), FAULTS)
def test_a_fault_is_told_at_its_character(text: str, at: int | None) -> None:
    assert [fault.at for fault in faults_in(text)] == ([] if at is None else [at])


@given(st.text(alphabet="=a1.+-*/()[]{}\"', ?:!&|<>\\\n") | st.text())
def test_any_text_gets_an_answer_with_its_place_in_the_text(text: str) -> None:
    for prefix in ("=", "{{", ""):
        for fault in faults_in(prefix + text):
            assert 0 <= fault.at <= len(prefix + text)
            assert fault.message


expressions = st.recursive(
    st.sampled_from(["a", "row.b-c", "1", "2.5e3", '"x}}"', "'y'", "NOW()", "[]", "{}"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "==", "&&", "??"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("-{}".format),
        st.lists(inner, max_size=3).map(lambda each: f"F({', '.join(each)})"),
        st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]"),
        st.tuples(inner, inner).map(lambda each: f"({each[0]})[{each[1]}].name"),
        inner.map("{{k: {}}}".format),
    ),
    max_leaves=12,
)


@given(expressions)
def test_every_expression_of_the_grammar_can_be_read(expression: str) -> None:
    assert list(faults_in(f"={expression}")) == []
    assert list(faults_in(f"before {{{{ {expression} }}}} after")) == []


@given(expressions)
def test_an_expression_with_an_open_bracket_cannot(expression: str) -> None:
    assert list(faults_in(f"=({expression}"))


def test_a_megabyte_and_a_thousand_levels_do_no_harm() -> None:
    assert list(faults_in("=" + "1+" * 500_000 + "1")) == []
    assert len(list(faults_in("=" + "(" * 1000 + "a" + ")" * 1000))) == 1
    assert len(list(faults_in("{{" * 100_000))) == 1
