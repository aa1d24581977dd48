"""Tables for the interop tests: comparing them, and making them by hypothesis."""

import datetime
import decimal
import math
import struct

import pyarrow as pa
from hypothesis import strategies as st


def plain(value):
    """A value such that == means the same value: NaN equals NaN, -0.0 not 0.0."""
    if isinstance(value, float):
        return ("nan",) if math.isnan(value) else struct.pack(">d", value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def assert_same(got, expected, types=True):
    """Two pyarrow tables hold the same columns and rows."""
    assert got.column_names == expected.column_names
    assert got.num_rows == expected.num_rows
    for name in expected.column_names:
        if types:
            assert got[name].type == expected[name].type, name
        if got[name].equals(expected[name]):
            continue
        pairs = zip(got[name].to_pylist(), expected[name].to_pylist())
        for row, (a, b) in enumerate(pairs, 1):
            assert plain(a) == plain(b), f"column {name}, row {row}: {a!r} is not {b!r}"


# Texts that look like nothing but text, so that every reader infers a string column
# when at least one of them is there.
SAMPLE_TEXT = "text, \"quoted\"\nlines"

CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0\r")
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=12),
    st.sampled_from(["", " ", ",", ";", "\t", '"', '""', "'", "\n", "a\nb", 'a"b', "NULL",
                     "null", "NaN", "é", "日本", "😀", "007", "1", "-", "#x", "=1+1", "\\N",
                     "\\", "a,b", " lead", "trail ", "\ufeff", "\u2028"]),
)
INTS = st.one_of(st.integers(-(2**63), 2**63 - 1),
                 st.sampled_from([0, -1, 2**31, 2**53 + 1, -(2**63), 2**63 - 1]))
FINITE = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.5, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1,
                     1 / 3, 1e21, 1e-7, 123456789.125]))
DATES = st.dates(datetime.date(1678, 1, 1), datetime.date(2261, 12, 31))
TIMESTAMPS = st.datetimes(datetime.datetime(1678, 1, 1), datetime.datetime(2261, 12, 31))
DECIMALS = st.integers(-(10**18) + 1, 10**18 - 1).map(lambda n: decimal.Decimal(n).scaleb(-4))
MOMENT = pa.timestamp("us")

# name: (type, values, one value that makes every reader infer the type)
COLUMNS = {
    "i": (pa.int64(), INTS, -7),
    "f": (pa.float64(), FINITE, 0.25),
    "s": (pa.string(), TEXTS, SAMPLE_TEXT),
    "b": (pa.bool_(), st.booleans(), True),
    "d": (pa.date32(), DATES, datetime.date(2020, 2, 29)),
    "t": (MOMENT, TIMESTAMPS, datetime.datetime(2020, 2, 29, 12, 30, 1, 250000)),
}


@st.composite
def tables(draw, columns=tuple(COLUMNS), nulls=True, size=12):
    """A table of the named columns whose first row has no null."""
    rows = draw(st.integers(0, size))
    arrays = {}
    for name in columns:
        kind, values, first = COLUMNS[name]
        if nulls:
            values = st.one_of(st.none(), values)
        arrays[name] = pa.array(
            [first, *draw(st.lists(values, min_size=rows, max_size=rows))], kind)
    return pa.table(arrays)


NESTED = pa.struct([("x", pa.int64()), ("tags", pa.list_(pa.string()))])
NESTED_FIRST = {"x": 1, "tags": ["a"]}


@st.composite
def nested_tables(draw, size=8):
    """A table with a struct that holds lists, for JSON."""
    tags = st.one_of(st.none(), st.lists(st.one_of(st.none(), TEXTS), max_size=3))
    value = st.fixed_dictionaries({"x": st.one_of(st.none(), INTS), "tags": tags})
    rows = draw(st.lists(value, max_size=size))
    count = len(rows) + 1
    return pa.table({"id": pa.array(range(count), pa.int64()),
                     "n": pa.array([NESTED_FIRST, *rows], NESTED)})
