"""Expressions that hypothesis draws, evaluated by Quire and by DuckDB where both mean the same.

A drawn expression is a pair of texts, because some things are spelled differently. Numbers are
small, so that nothing overflows; characters are ASCII and no number is text."""

import datetime
import math

import duckdb
import pyarrow as pa
import pyexpr
import pytest
from hypothesis import given
from hypothesis import strategies as st

ROWS = 40
TEXTS = st.text("abAB%_x ", max_size=5)
DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31))
VALUES = {
    "i": (pa.int32(), st.integers(-9, 9)),
    "j": (pa.int64(), st.integers(-9, 9)),
    "f": (pa.float64(), st.sampled_from([-2.5, -1.0, 0.0, 0.5, 1.5, 3.0])),
    "s": (pa.string(), TEXTS),
    "t": (pa.string(), TEXTS),
    "b": (pa.bool_(), st.booleans()),
    "c": (pa.bool_(), st.booleans()),
    "d": (pa.date32(), DATES),
    "e": (pa.date32(), DATES),
}


@st.composite
def batches(draw):
    return pa.record_batch({
        name: pa.array(draw(st.lists(st.none() | values, min_size=ROWS, max_size=ROWS)), kind)
        for name, (kind, values) in VALUES.items()})


def both(template, *parts, duck=None):
    """The template filled in for each; duck is DuckDB's where it has another."""
    return (template.format(*[part[0] for part in parts]),
            (duck or template).format(*[part[1] for part in parts]))


def leaf(*texts):
    return st.sampled_from([(text, text) for text in texts])


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


COMPARE = ["=", "<>", "<", "<=", ">", ">="]


@st.composite
def numbers(draw, depth):
    if depth == 0:
        return draw(leaf("i", "j", "1", "-3", "0", "7"))
    kind = draw(st.integers(0, 9))
    more = numbers(depth - 1)
    if kind <= 2:
        return both(f"({{}} {draw(st.sampled_from('+-*'))} {{}})", draw(more), draw(more))
    if kind == 3:
        return both("({} % {})", draw(more), draw(more))
    if kind == 4:
        return both("abs({})", draw(more))
    if kind == 5:
        return both(draw(st.sampled_from(["greatest({}, {})", "least({}, {})", "coalesce({}, {})",
                                          "nullif({}, {})"])), draw(more), draw(more))
    if kind == 6:
        return both("CASE WHEN {} THEN {} ELSE {} END", draw(conditions(depth - 1)), draw(more),
                    draw(more))
    if kind == 7:
        return both("CAST(length({}) AS bigint)", draw(texts(depth - 1)))
    if kind == 8:
        name = draw(st.sampled_from(["year", "month", "day", "quarter", "dayofyear"]))
        return both(f"CAST({name}({{}}) AS bigint)", draw(dates(depth - 1)))
    return both("({} div {})", draw(more), draw(more), duck="({} // {})")


@st.composite
def texts(draw, depth):
    if depth == 0:
        return draw(st.one_of(leaf("s", "t"), TEXTS.map(lambda text: (quoted(text),) * 2)))
    kind = draw(st.integers(0, 6))
    more = texts(depth - 1)
    if kind == 0:
        return both("({} || {})", draw(more), draw(more))
    if kind == 1:
        return both(draw(st.sampled_from(["upper({})", "lower({})", "trim({})", "ltrim({})",
                                          "rtrim({})", "reverse({})"])), draw(more))
    if kind == 2:
        return both(f"substring({{}}, {draw(st.integers(1, 4))}, {draw(st.integers(0, 4))})",
                    draw(more))
    if kind == 3:
        return both(f"replace({{}}, {quoted(draw(st.text('abx', min_size=1, max_size=2)))}, {{}})",
                    draw(more), draw(more))
    if kind == 4:
        return both("coalesce({}, {})", draw(more), draw(more))
    if kind == 5:
        return both("CASE WHEN {} THEN {} END", draw(conditions(depth - 1)), draw(more))
    return both(f"lpad({{}}, {draw(st.integers(0, 8))}, 'xy')", draw(more))


@st.composite
def dates(draw, depth):
    if depth == 0:
        return draw(leaf("d", "e", "DATE '1969-12-31'", "DATE '2000-02-29'"))
    more = dates(depth - 1)
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return both(f"({{}} + {draw(st.integers(-400, 400))})", draw(more))
    if kind == 1:
        months = draw(st.integers(-30, 30))
        return both(f"CAST(({{}} + INTERVAL '{months}' MONTH) AS date)", draw(more))
    if kind == 2:
        return both("last_day({})", draw(more))
    if kind == 3:
        grain = draw(st.sampled_from(["year", "quarter", "month", "week"]))
        return both(f"trunc({{}}, '{grain}')", draw(more),
                    duck=f"CAST(date_trunc('{grain}', {{}}) AS date)")
    return both("coalesce({}, {})", draw(more), draw(more))


@st.composite
def conditions(draw, depth):
    if depth == 0:
        return draw(leaf("b", "c", "true", "false", "CAST(NULL AS boolean)"))
    kind = draw(st.integers(0, 9))
    more = conditions(depth - 1)
    if kind <= 1:
        return both(f"({{}} {draw(st.sampled_from(['AND', 'OR']))} {{}})", draw(more), draw(more))
    if kind == 2:
        return both("(NOT {})", draw(more))
    values = draw(st.sampled_from([numbers, texts, dates]))(depth - 1)
    if kind <= 4:
        return both(f"({{}} {draw(st.sampled_from(COMPARE))} {{}})", draw(values), draw(values))
    if kind == 5:
        return both(draw(st.sampled_from(["({} IS NULL)", "({} IS NOT NULL)"])), draw(values))
    if kind == 6:
        return both("({} IN ({}, {}, NULL))", *[draw(values) for _ in range(3)])
    if kind == 7:
        return both("({} BETWEEN {} AND {})", *[draw(values) for _ in range(3)])
    if kind == 8:
        return both("({} IS DISTINCT FROM {})", draw(values), draw(values))
    return both("({} LIKE {} ESCAPE '!')", draw(texts(depth - 1)), draw(texts(0)))


def duckdb_values(batch, text):
    table = pa.Table.from_batches([batch])
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("rows", table)
        return connection.execute(f"SELECT {text} AS r FROM rows").fetch_arrow_table()["r"]


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    return a == b


@pytest.mark.parametrize("kind", [numbers, texts, dates, conditions])
def test_as_duckdb(kind):
    @given(batches(), kind(3))
    def check(batch, pair):
        expected = duckdb_values(batch, pair[1]).to_pylist()
        got = pyexpr.evaluate(pair[0], batch).to_pylist()
        wrong = [(row, x, y) for row, (x, y) in enumerate(zip(got, expected)) if not same(x, y)]
        assert not wrong, pair

    check()


@given(batches(), conditions(3))
def test_a_filter_keeps_what_is_true(batch, pair):
    mask = [value is True for value in pyexpr.evaluate(pair[0], batch).to_pylist()]
    table = pa.Table.from_batches([batch, batch.slice(7), batch.slice(0, 0)])
    expected = table.filter(pa.array(mask + mask[7:]))
    assert pyexpr.filtered(table, pair[0]).to_pylist() == expected.to_pylist()
