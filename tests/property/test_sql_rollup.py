"""Sums and counts that are computed column by column are those that SQLite computes row by row:
the same query as a subquery goes through SQLite's machine."""

import datetime
import math
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pysql
import pytest

ROWS = 3000
UTC = datetime.timezone.utc
START = datetime.datetime(1969, 12, 30, 22, tzinfo=UTC)


def make(rng, often):
    def some(value):
        return None if rng.random() < often else value

    n = range(ROWS)
    times = [some(START + datetime.timedelta(minutes=i, microseconds=rng.randint(0, 10**6)))
             for i in n]
    return pa.table({
        "i": pa.array([some(rng.randint(-5, 5)) for _ in n], pa.int32()),
        "b": pa.array([some(rng.randint(-128, 127)) for _ in n], pa.int8()),
        "u": pa.array([some(rng.randint(0, 2**32 - 1)) for _ in n], pa.uint32()),
        "big": pa.array([some(rng.randint(-2**52, 2**52)) for _ in n], pa.int64()),
        "f": pa.array([some(rng.choice([math.nan, -0.0, 0.0, rng.gauss(0, 1000), 1e-300,
                                        round(rng.gauss(0, 3), 1)])) for _ in n], pa.float64()),
        "f4": pa.array([some(rng.choice([math.nan, rng.random()])) for _ in n], pa.float32()),
        "s": pa.array([some(rng.choice(["", "a", "b", "é", "longer than eight bytes"]))
                       for _ in n], pa.string()),
        "t": pa.array(times, pa.timestamp("us", "UTC")),
        "wall": pa.array([None if x is None else x.replace(tzinfo=None, microsecond=0)
                          for x in times], pa.timestamp("ms")),
        "ok": pa.array([some(rng.random() < 0.7) for _ in n], pa.bool_()),
        "none": pa.array([None for _ in n], pa.float64()),
    })


KEYS = ["s", "i", "b", "u", "to_date(t)", "date_trunc('HOUR', t)", "date_trunc('hour', wall)",
        "to_date(wall)"]
NUMBERS = ["i", "b", "u", "big", "f", "f4", "none"]
TERMS = ["i > 2", "i >= 2", "i < 2", "i <= :least", "i = 3", "big > 1000.5", "b < 127", "b > -129",
         "s = 'a'", "s >= :text", "s < 'b'", "t >= CAST(:since AS TIMESTAMP)",
         "t < '1970-01-01 00:00:00.5'", "t > '1970-01-01T01:00:00+01:00'", "wall <= '1970-01'",
         "wall = '1970-01-01 12:00:00'", "t < '1970-01-01 00:00:00.0000005'",
         # Conversions, which are left to SQLite.
         "i = '3'", "t > 5", "s > 5", "f > 1", "i > NULL", "u = -1"]
PARAMS = {"least": 1, "text": "a", "since": "1969-12-31"}


def aggregate(rng):
    x, y = rng.choice(NUMBERS), rng.choice(["t", "wall"])
    return rng.choice([
        "count(*)", f"count({x})", "count(s)", "count(ok)", "count(t)", "count(DISTINCT s)",
        "count(DISTINCT i)", "count_if(ok)", "count_if(NOT ok)", f"sum({x})", f"avg({x})",
        f"min({x})", f"max({x})", f"stddev({x})", f"stddev_pop({x})", f"stddev_samp({x})",
        f"regr_slope({x}, unix_seconds({y}))", f"coalesce(sum({x}), 0)",
        f"1e2 * count_if(ok) / nullif(count(*), 0)", f"max({x}) - min({x})", "'count(*)'",
        f"CASE WHEN count({x}) > 100 THEN 'many' ELSE 'few' END", f"CAST(sum({x}) AS STRING)"])


def query(rng):
    keys = rng.sample(KEYS, rng.randint(0, 3))
    items = [f"{key} AS k{i}" for i, key in enumerate(keys)]
    items += [f"{aggregate(rng)} AS a{i}" for i in range(rng.randint(1, 6))]
    if not keys:
        x = rng.choice(NUMBERS)
        items += [f"percentile({x}, {part}) AS p{i}"
                  for i, part in enumerate(rng.sample(["0", "0.05", "0.5", "0.95", "1"], 2))]
    rng.shuffle(items)
    text = f"SELECT {', '.join(items)} FROM t"
    terms = rng.sample(TERMS, rng.choice([0, 0, 1, 1, 2]))
    if terms:
        text += " WHERE " + rng.choice([" AND ".join(terms), f"({' AND '.join(terms)})"])
    if keys:
        text += " GROUP BY " + ", ".join(keys)
    if rng.random() < 0.3:
        text += " ORDER BY 1 LIMIT 5" if not keys else " ORDER BY " + ", ".join(keys)
    return text, {name: value for name, value in PARAMS.items() if f":{name}" in text}


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6)
    return a == b and isinstance(a, type(b))


def sortable(row):
    return [(value is not None, str(type(value)),
             float(f"{value:.6g}") if isinstance(value, float) else value) for value in row]


def rows_of(table, names):
    return sorted((tuple(row[name] for name in names) for row in table.to_pylist()), key=sortable)


@pytest.mark.parametrize("seed,often", [(1, 0.1), (2, 0.0), (3, 0.9)])
def test_the_same_row_by_row(tmp_path, seed, often):
    rng = random.Random(seed)
    path = str(tmp_path / "t.parquet")
    pq.write_table(make(rng, often), path, row_group_size=700)
    for _ in range(80):
        text, params = query(rng)
        rolled = pysql.query(text, {"t": path}, params)
        plain = pysql.query(f"SELECT * FROM ({text})", {"t": path}, params)
        assert rolled.column_names == plain.column_names, text
        assert rolled.schema.types == plain.schema.types, text
        names = sorted(rolled.column_names, reverse=True)  # keys before aggregates
        got, wanted = rows_of(rolled, names), rows_of(plain, names)
        assert len(got) == len(wanted), text
        for one, other in zip(got, wanted):
            assert all(map(same, one, other)), (text, one, other)


def test_no_rows(tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(make(random.Random(4), 0).slice(0, 0), path)
    one = pysql.query("SELECT count(*) AS n, sum(i) AS s, percentile(f, 0.5) AS p FROM t",
                      {"t": path})
    assert one.to_pylist() == [{"n": 0, "s": None, "p": None}]
    assert pysql.query("SELECT s, count(*) AS n FROM t GROUP BY s", {"t": path}).num_rows == 0


def test_sums_that_pass_64_bits(tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"x": [2**62, 2**62], "k": ["a", "a"]}), path)
    for text in ("SELECT sum(x) AS s FROM t", "SELECT k, sum(x) AS s FROM t GROUP BY k"):
        with pytest.raises(pyquire.QuireError, match="overflow"):
            pysql.query(text, {"t": path})
    assert pysql.query("SELECT avg(x) AS a FROM t", {"t": path}).to_pylist() == [{"a": 2.0**62}]


def test_more_groups_than_memory_holds(tmp_path):
    """They go SQLite's way."""
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"k": [f"key number {i:08}" for i in range(400_000)]}), path)
    context = pyquire.context(memory=32 << 20)
    try:
        found = pysql.query("SELECT k, count(*) AS n FROM t GROUP BY k", {"t": path},
                            context=context)
    finally:
        pyquire.close_context(context)
    assert found.num_rows == 400_000 and set(found["n"].to_pylist()) == {1}
