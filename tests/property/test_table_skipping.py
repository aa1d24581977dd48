"""--where over a table passes over files by the statistics in the log: what is left, filtered, is
what filtering all rows leaves. Tables by Quire, delta-rs and by hand."""

import datetime
import decimal
import json
import math
import random

import delta
import delta_log
import pyarrow as pa
import pyexpr
import pytest
from deltalake import write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import plain

UTC = datetime.timezone.utc
DAY = datetime.date(1969, 12, 30)
AT = datetime.datetime(1969, 12, 31, 23, 59, 59, 999000)
LONG = ["x" * 40, "x" * 32, "x" * 31, "x" * 31 + "é" * 3, "é" * 33, "é" * 32 + "\U0010ffff",
        "\U0010ffff" * 33, "\ud7ff" * 40, "x" * 32 + "\x01", "", "y"]
COLUMNS = {
    "i": (pa.int32(), lambda rng, at: at + rng.randint(-2, 2)),
    "big": (pa.int64(), lambda rng, at: (at + rng.randint(-1, 1)) * 2**55 + 1),
    "f": (pa.float64(), lambda rng, at: rng.choice([math.nan, at / 4, -0.0, at + 0.1, math.inf])),
    "g": (pa.float64(), lambda rng, at: at / 3),
    "s": (pa.string(), lambda rng, at: rng.choice(LONG) if rng.random() < .5 else f"v{at:03}"),
    "d": (pa.date32(), lambda rng, at: DAY + datetime.timedelta(days=at)),
    "t": (pa.timestamp("us", "UTC"), lambda rng, at: (AT + datetime.timedelta(
        microseconds=at * 400 + rng.randint(0, 400))).replace(tzinfo=UTC)),
    "p": (pa.decimal128(30, 4), lambda rng, at: decimal.Decimal(at * 10**rng.choice([1, 15, 24]))
          / 1000),
    "n": (pa.int64(), lambda rng, at: None if at % 3 else at),
    "st": (pa.struct([("x", pa.int64()), ("y", pa.string())]),
           lambda rng, at: {"x": at if rng.random() < .8 else None, "y": f"t{at}"}),
}
LEAVES = ["i", "big", "f", "g", "s", "d", "t", "p", "n", "st.x", "st.y"]


def literal(rng, name, at):
    text = rng.choice([*LONG, f"v{at:03}"])
    moment = AT + datetime.timedelta(microseconds=at * 400 + rng.randint(-2, 2))
    return {
        "i": lambda: str(at), "big": lambda: str(at * 2**55 + rng.randint(0, 2)),
        "f": lambda: rng.choice([f"{at / 4}D", f"{at + 0.1}D", "CAST('inf' AS double)"]),
        "g": lambda: f"{at / 3!r}D", "s": lambda: f"'{text}'",
        "d": lambda: f"'{DAY + datetime.timedelta(days=at)}'",
        "t": lambda: f"TIMESTAMP '{moment}Z'", "n": lambda: str(at),
        "p": lambda: rng.choice([str(at), f"{at}.01", f"{at * 10**12}.0010"]),
        "st.x": lambda: str(at), "st.y": lambda: f"'t{at}'",
    }[name]()


def condition(rng, files, depth=1):
    if depth > 0 and rng.random() < 0.4:
        word = rng.choice(["AND", "AND", "OR"])
        return f"({condition(rng, files, depth - 1)} {word} {condition(rng, files, depth - 1)})"
    name, kind = rng.choice(LEAVES), rng.randint(0, 6)
    at = [rng.randint(-1, files * 5 + 1) for _ in range(3)]
    if kind <= 3:
        word = rng.choice(["=", "<", "<=", ">", ">=", "<=>", "<>"])
        return f"{name} {word} {literal(rng, name, at[0])}"
    if kind == 4:
        return f"{name} BETWEEN {literal(rng, name, at[0])} AND {literal(rng, name, at[1])}"
    if kind == 5:
        return f"{name} IN ({', '.join(rng.choice([literal(rng, name, a), 'NULL']) for a in at)})"
    return f"{name} IS {rng.choice(['', 'NOT '])}NULL"


def make_rows(rng, first):
    """A file's rows, whose values lie near each other."""
    nothing = {name: rng.random() < 0.1 for name in COLUMNS}
    return pa.table({name: pa.array([
        None if nothing[name] or rng.random() < 0.1 else value(rng, first + k)
        for k in range(5)], kind) for name, (kind, value) in COLUMNS.items()})


def sorted_rows(table):
    return sorted(repr(plain(row)) for row in table.to_pylist())


def assert_skips_rightly(url, rows, where):
    """Returns how many rows came that were not asked for."""
    expected = sorted_rows(pyexpr.filtered(rows, where))
    came = delta.read(url, where=where)
    assert sorted_rows(pyexpr.filtered(came, where)) == expected, where
    return rows.num_rows - came.num_rows


@pytest.mark.parametrize("writer", ["quire", "deltalake"])
@settings(max_examples=4)
@given(st.integers(0, 2**32))
def test_as_without_skipping(tmp_path_factory, writer, seed):
    rng = random.Random(seed)
    url, files = tmp_path_factory.mktemp("skip") / "t", 5
    parts = [make_rows(rng, at * 5) for at in range(files)]
    if writer == "quire":
        delta.create(url, parts[0].schema)
    for part in parts:
        delta.append(url, part) if writer == "quire" else write_deltalake(url, part, mode="append")
    rows = delta.read(url)
    skipped = sum(assert_skips_rightly(url, rows, condition(rng, files)) > 0 for _ in range(60))
    assert skipped > 8


def stats_of(rows, minimum, maximum, nulls, **more):
    return {"numRecords": rows, "minValues": minimum, "maxValues": maximum, "nullCount": nulls,
            **more}


def add(table, data, stats, vector=None):
    action = table.add(table.data(data), vector=vector)
    action["add"]["stats"] = json.dumps(stats)
    table.commit(action)


def test_statistics_of_others(tmp_path):
    """What their writers cut off is added again."""
    table = delta_log.Table(tmp_path / "t", [
        delta_log.field("s", "string"), delta_log.field("t", "timestamp"),
        delta_log.field("f", "double"), delta_log.field("p", "decimal(20,2)")])
    moment = datetime.datetime(2024, 5, 1, 12, 0, 0, 1999, UTC)
    row = {"s": "a" * 40, "t": moment, "f": math.nan, "p": decimal.Decimal("9007199254740993.01")}
    kinds = pa.schema([("s", pa.string()), ("t", pa.timestamp("us", "UTC")), ("f", pa.float64()),
                       ("p", pa.decimal128(20, 2))])
    low = {"s": "a" * 32, "t": "2024-05-01T14:00:00.001+02:00", "f": 1.0, "p": 9007199254740992.0}
    add(table, pa.Table.from_pylist([row], kinds),
        stats_of(1, low, low, {"s": 0, "t": 0, "f": 0, "p": 0}))
    rows = delta.read(tmp_path / "t")
    for where in (f"s = '{'a' * 40}'", f"s >= '{'a' * 33}'", "t = TIMESTAMP '2024-05-01 12:00:00.001999Z'",
                  "t > TIMESTAMP '2024-05-01 12:00:00.001Z'", "f > 5", "f >= 1",
                  "p = 9007199254740993.01", "p > 9007199254740992.50"):
        assert assert_skips_rightly(tmp_path / "t", rows, where) == 0
        assert pyexpr.filtered(rows, where).num_rows == 1, where
    for where in ("s > 'b'", "s < 'a'", "t >= TIMESTAMP '2024-05-01 12:00:00.002Z'", "f < 0.5",
                  "f = 2.0D", "s IS NULL", f"t < TIMESTAMP '2024-05-01 12:00:00.001Z'"):
        assert assert_skips_rightly(tmp_path / "t", rows, where) == 1, where


def test_wide_bounds(tmp_path):
    """Where rows were deleted, nullCount says something of none and of all alone."""
    table = delta_log.Table(tmp_path / "t", [delta_log.field("i", "long")],
                            features=["deletionVectors"])
    for values, nulls, gone in (([1, None, 3], 1, [1]), ([5, 6, None], 0, [2]),
                                ([None, None, 9], 3, [2])):
        add(table, pa.table({"i": pa.array(values, pa.int64())}),
            stats_of(3, {"i": 0}, {"i": 10}, {"i": nulls}, tightBounds=False),
            delta_log.inline(gone))
    rows = delta.read(tmp_path / "t")
    assert sorted_rows(rows) == sorted_rows(pa.table({"i": pa.array([1, 3, 5, 6, None, None])}))
    for where, skipped in (("i IS NULL", 2), ("i IS NOT NULL", 2), ("i > 4", 2), ("i > 10", 6),
                           ("i = 5", 2)):
        assert assert_skips_rightly(tmp_path / "t", rows, where) == skipped, where


def test_widened_and_mapped(tmp_path):
    """Statistics go by physical names; those of before a type was widened are still bounds."""
    fields = [delta_log.mapped("who", "double", "c1", 1), delta_log.mapped("at", "timestamp_ntz", "c2", 2),
              delta_log.mapped("p", "decimal(12,2)", "c3", 3), delta_log.mapped("c1", "long", "c4", 4)]
    table = delta_log.Table(
        tmp_path / "t", fields, features=["typeWidening", "columnMapping", "timestampNtz"],
        properties={"delta.columnMapping.mode": "name"})
    old = pa.table({"c1": pa.array([0.1], pa.float32()), "c2": pa.array([DAY]),
                    "c3": pa.array([7], pa.int32()), "c4": pa.array([100], pa.int32())})
    bounds = {"c1": 0.1, "c2": str(DAY), "c3": 7, "c4": 100}
    add(table, old, stats_of(1, bounds, bounds, dict.fromkeys(bounds, 0)))
    rows = delta.read(tmp_path / "t")
    single = rows["who"][0].as_py()
    assert single > 0.1
    for where in (f"who = {single!r}D", "who > 0.1D", f"at = TIMESTAMP_NTZ '{DAY}'", "p = 7.00",
                  "p < 7.5", "c1 = 100"):
        assert assert_skips_rightly(tmp_path / "t", rows, where) == 0
        assert pyexpr.filtered(rows, where).num_rows == 1, where
    for where in ("who < 0.05D", f"at > TIMESTAMP_NTZ '{DAY} 01:00:00'", "p > 7.25", "c1 < 1"):
        assert assert_skips_rightly(tmp_path / "t", rows, where) == 1, where


def test_statistics_that_say_nothing(tmp_path):
    """Of other forms, or missing, or no JSON."""
    table = delta_log.Table(tmp_path / "t", [delta_log.field("i", "long"),
                                             delta_log.field("s", "string")])
    data = pa.table({"i": pa.array([1], pa.int64()), "s": ["a"]})
    for stats in ("", "{", "null", "[]", "3", '{"numRecords":"x"}', '{"minValues":7}',
                  '{"minValues":{"i":"9"},"maxValues":{"i":null},"nullCount":{"i":-1}}',
                  '{"minValues":{"i":9.5,"s":4},"maxValues":{"i":{"i":0}},"nullCount":1}'):
        action = table.add(table.data(data))
        action["add"]["stats"] = stats
        table.commit(action)
    rows = delta.read(tmp_path / "t")
    for where in ("i = 1", "s = 'a'", "i IS NOT NULL", "i < 5 AND s < 'b'"):
        assert_skips_rightly(tmp_path / "t", rows, where)
