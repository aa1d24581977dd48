"""Expressions drawn at random, evaluated by Quire and by DuckDB where both mean the same.

An expression is a pair of texts, because some things are spelled differently. Numbers are small,
so that nothing overflows; characters are ASCII and no number is text. Hypothesis draws the seed of
each round, whose failure names the expression."""

import datetime
import random

import duckdb
import pyarrow as pa
import pyexpr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = 40
TOGETHER = 10  # expressions of one round
DAY = datetime.date(1900, 1, 1).toordinal()
SEEDS = st.integers(0, 2**32).map(random.Random)


def some_text(rng, most=5):
    return "".join(rng.choice("abAB%_x ") for _ in range(rng.randint(0, most)))


VALUES = {
    "i": (pa.int32(), lambda rng: rng.randint(-9, 9)),
    "j": (pa.int64(), lambda rng: rng.randint(-9, 9)),
    "s": (pa.string(), some_text),
    "t": (pa.string(), some_text),
    "b": (pa.bool_(), lambda rng: rng.random() < 0.5),
    "c": (pa.bool_(), lambda rng: rng.random() < 0.5),
    "d": (pa.date32(), lambda rng: datetime.date.fromordinal(DAY + rng.randint(0, 73000))),
    "e": (pa.date32(), lambda rng: datetime.date.fromordinal(DAY + rng.randint(0, 73000))),
}


def make_batch(rng):
    return pa.record_batch({
        name: pa.array([None if rng.random() < 0.2 else value(rng) for _ in range(ROWS)], kind)
        for name, (kind, value) in VALUES.items()})


def both(template, *parts, duck=None):
    """The template filled in for each; duck is DuckDB's where it has another."""
    return (template.format(*[part[0] for part in parts]),
            (duck or template).format(*[part[1] for part in parts]))


def leaf(rng, *texts):
    return (rng.choice(texts),) * 2


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


COMPARE = ["=", "<>", "<", "<=", ">", ">="]


def numbers(rng, depth):
    if depth == 0:
        return leaf(rng, "i", "j", "1", "-3", "0", "7")
    kind = rng.randint(0, 9)

    def more():
        return numbers(rng, depth - 1)

    if kind <= 2:
        return both(f"({{}} {rng.choice('+-*')} {{}})", more(), more())
    if kind == 3:
        return both("({} % {})", more(), more())
    if kind == 4:
        return both("abs({})", more())
    if kind == 5:
        return both(rng.choice(["greatest({}, {})", "least({}, {})", "coalesce({}, {})",
                                "nullif({}, {})"]), more(), more())
    if kind == 6:
        return both("CASE WHEN {} THEN {} ELSE {} END", conditions(rng, depth - 1), more(), more())
    if kind == 7:
        return both("CAST(length({}) AS bigint)", texts(rng, depth - 1))
    if kind == 8:
        name = rng.choice(["year", "month", "day", "quarter", "dayofyear"])
        return both(f"CAST({name}({{}}) AS bigint)", dates(rng, depth - 1))
    return both("({} div {})", more(), more(), duck="({} // {})")


def texts(rng, depth):
    if depth == 0:
        return leaf(rng, "s", "t", quoted(some_text(rng)))
    kind = rng.randint(0, 6)

    def more():
        return texts(rng, depth - 1)

    if kind == 0:
        return both("({} || {})", more(), more())
    if kind == 1:
        return both(rng.choice(["upper({})", "lower({})", "trim({})", "ltrim({})", "rtrim({})",
                                "reverse({})"]), more())
    if kind == 2:
        return both(f"substring({{}}, {rng.randint(1, 4)}, {rng.randint(0, 4)})", more())
    if kind == 3:
        return both(f"replace({{}}, '{rng.choice(['a', 'ab', 'x', 'B '])}', {{}})", more(), more())
    if kind == 4:
        return both("coalesce({}, {})", more(), more())
    if kind == 5:
        return both("CASE WHEN {} THEN {} END", conditions(rng, depth - 1), more())
    return both(f"lpad({{}}, {rng.randint(0, 8)}, 'xy')", more())


def dates(rng, depth):
    if depth == 0:
        return leaf(rng, "d", "e", "DATE '1969-12-31'", "DATE '2000-02-29'")
    kind = rng.randint(0, 4)

    def more():
        return dates(rng, depth - 1)

    if kind == 0:
        return both(f"({{}} + {rng.randint(-400, 400)})", more())
    if kind == 1:
        return both(f"CAST(({{}} + INTERVAL '{rng.randint(-30, 30)}' MONTH) AS date)", more())
    if kind == 2:
        return both("last_day({})", more())
    if kind == 3:
        grain = rng.choice(["year", "quarter", "month", "week"])
        return both(f"trunc({{}}, '{grain}')", more(),
                    duck=f"CAST(date_trunc('{grain}', {{}}) AS date)")
    return both("coalesce({}, {})", more(), more())


def conditions(rng, depth):
    if depth == 0:
        return leaf(rng, "b", "c", "true", "false", "CAST(NULL AS boolean)")
    kind = rng.randint(0, 9)
    values = rng.choice([numbers, texts, dates])

    def more():
        return conditions(rng, depth - 1)

    def value():
        return values(rng, depth - 1)

    if kind <= 1:
        return both(f"({{}} {rng.choice(['AND', 'OR'])} {{}})", more(), more())
    if kind == 2:
        return both("(NOT {})", more())
    if kind <= 4:
        return both(f"({{}} {rng.choice(COMPARE)} {{}})", value(), value())
    if kind == 5:
        return both(rng.choice(["({} IS NULL)", "({} IS NOT NULL)"]), value())
    if kind == 6:
        return both("({} IN ({}, {}, NULL))", value(), value(), value())
    if kind == 7:
        return both("({} BETWEEN {} AND {})", value(), value(), value())
    if kind == 8:
        return both("({} IS DISTINCT FROM {})", value(), value())
    return both("({} LIKE {} ESCAPE '!')", texts(rng, depth - 1), texts(rng, 0))


def duckdb_values(batch, pairs):
    columns = ", ".join(f"{pair[1]} AS r{i}" for i, pair in enumerate(pairs))
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1; SET error_on_division_by_zero = false")
        connection.register("rows", pa.Table.from_batches([batch]))
        return [list(column) for column in
                zip(*connection.execute(f"SELECT {columns} FROM rows").fetchall())]


@pytest.mark.parametrize("kind", [numbers, texts, dates, conditions])
@settings(max_examples=40)
@given(rng=SEEDS)
def test_as_duckdb(kind, rng):
    batch = make_batch(rng)
    pairs = [kind(rng, 3) for _ in range(TOGETHER)]
    for pair, expected in zip(pairs, duckdb_values(batch, pairs)):
        got = pyexpr.evaluate(pair[0], batch).to_pylist()
        wrong = [row for row, two in enumerate(zip(got, expected)) if two[0] != two[1]]
        assert not wrong, (pair, [(got[row], expected[row]) for row in wrong[:3]])


@settings(max_examples=40)
@given(rng=SEEDS)
def test_a_filter_keeps_what_is_true(rng):
    batch = make_batch(rng)
    condition = conditions(rng, 3)[0]
    mask = [value is True for value in pyexpr.evaluate(condition, batch).to_pylist()]
    table = pa.Table.from_batches([batch, batch.slice(7), batch.slice(0, 0)])
    expected = table.filter(pa.array(mask + mask[7:]))
    assert pyexpr.filtered(table, condition).to_pylist() == expected.to_pylist()
