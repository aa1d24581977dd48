"""Sums and counts that are computed column by column are those that SQLite computes row by row:
the same query as a subquery that is joined goes through SQLite's machine."""

import datetime
import math
import random
import statistics

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
         "i = '3'", "t > 5", "s > 5", "f > 1", "i > NULL", "u = -1",
         "f IS NOT NULL", "f4 IS NOT NULL", "s IS NOT NULL", "t IS NOT NULL", "ok IS NOT NULL"]
PARAMS = {"least": 1, "text": "a", "since": "1969-12-31"}


def aggregate(rng):
    x, y = rng.choice(NUMBERS), rng.choice(["t", "wall"])
    return rng.choice([
        "count(*)", f"count({x})", "count(s)", "count(ok)", "count(t)", "count(DISTINCT s)",
        "count(DISTINCT i)", "count_if(ok)", "count_if(NOT ok)", f"sum({x})", f"avg({x})",
        f"min({x})", f"max({x})", f"stddev({x})", f"stddev_pop({x})", f"stddev_samp({x})",
        f"median({x})", f"regr_slope({x}, unix_micros({y}))", f"coalesce(sum({x}), 0)",
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


def by_rows(text):
    """The same query in a form that goes row by row."""
    return f"SELECT p.* FROM ({text}) AS p CROSS JOIN (SELECT 1 AS one)"


def check(text, path, params=None, plain=None, **options):
    rolled = pysql.query(text, {"t": path}, params or {}, **options)
    plain = pysql.query(plain or by_rows(text), {"t": path}, params or {})
    assert rolled.column_names == plain.column_names, text
    assert rolled.schema.types == plain.schema.types, text
    names = sorted(rolled.column_names, reverse=True)  # keys before aggregates
    got, wanted = rows_of(rolled, names), rows_of(plain, names)
    assert len(got) == len(wanted), text
    for one, other in zip(got, wanted):
        assert all(map(same, one, other)), (text, one, other)
    return rolled


def rows_of(table, names):
    return sorted((tuple(row[name] for name in names) for row in table.to_pylist()), key=sortable)


@pytest.mark.parametrize("seed,often", [(1, 0.1), (2, 0.0), (3, 0.9)])
def test_the_same_row_by_row(tmp_path, seed, often):
    rng = random.Random(seed)
    path = str(tmp_path / "t.parquet")
    pq.write_table(make(rng, often), path, row_group_size=700)
    for _ in range(80):
        text, params = query(rng)
        check(text, path, params)


def joined(rng, where, keys):
    """Values held against the medians of their groups."""
    x, y = rng.sample(["i", "big", "f", "f4", "u"], 2)
    names = [f"{key}_too" for key in keys]
    items = [f"count({x}) AS c", f"max(mid_x) AS m1, max(mid_y) AS m2",
             f"median(abs({x} - mid_x)) AS d1", f"avg(abs({x} - mid_x)) AS d2",
             f"median(abs({y} - mid_y)) AS d3", f"avg(abs({y} - mid_y)) AS d4",
             f"stddev_samp({y}) AS e"]
    inner = ", ".join([*map(" AS ".join, zip(keys, names)), f"median({x}) AS mid_x",
                       f"median({y}) AS mid_y"])
    matches = " AND ".join(map(" = ".join, zip(names, keys)))
    listed = ", ".join(keys)
    return (f"SELECT {listed}, {', '.join(items)} FROM t CROSS JOIN (SELECT {inner} FROM t "
            f"{'WHERE ' + where if where else ''} GROUP BY {listed}) AS middle WHERE {matches} "
            f"{'AND ' + where if where else ''} GROUP BY {listed} ORDER BY {listed}")


@pytest.mark.parametrize("seed,often", [(5, 0.1), (6, 0.0), (7, 0.9)])
@pytest.mark.parametrize("memory", [2 << 20, 1 << 28])
def test_distances_from_medians(tmp_path, seed, often, memory):
    rng = random.Random(seed)
    path = str(tmp_path / "t.parquet")
    pq.write_table(make(rng, often), path, row_group_size=700)
    context = pyquire.context(memory=memory)
    try:
        for _ in range(12):
            text = joined(rng, rng.choice(["", "i > -3", "t >= '1969-12-31' AND i <= 4"]),
                          rng.choice([["s"], ["i"], ["s", "i"], ["b", "s"]]))
            # Another item of the subquery, and it has not the form.
            plain = text.replace("(SELECT ", "(SELECT 1 AS unused, ", 1)
            check(text, path, plain=plain, context=context)
    finally:
        pyquire.close_context(context)


def test_medians_of_groups_that_do_not_fit(tmp_path):
    """The greatest group is narrowed down by itself, others are put in order together."""
    rng = random.Random(8)
    path = str(tmp_path / "t.parquet")
    size = 150_000
    keys = [rng.choice(["a"] * 8 + ["b", "c"]) for _ in range(size)]
    values = [rng.choice([None, math.inf, 7.0, rng.gauss(0, 1e6), rng.randint(0, 9) / 8])
              for _ in range(size)]
    pq.write_table(pa.table({"k": keys, "x": pa.array(values, pa.float64())}), path)
    text = ("SELECT k, max(m) AS m, median(abs(x - m)) AS d FROM t CROSS JOIN (SELECT k AS k2, "
            "median(x) AS m FROM t GROUP BY k) AS o WHERE k2 = k GROUP BY k")
    context = pyquire.context(memory=1 << 20)
    try:
        found = pysql.query(text, {"t": path}, context=context).to_pylist()
        plain = pysql.query("SELECT k, median(x) AS m FROM t GROUP BY k", {"t": path},
                            context=context).to_pylist()
    finally:
        pyquire.close_context(context)
    assert len(found) == 3
    for row in found:
        own = [x for k, x in zip(keys, values) if k == row["k"] and x is not None]
        middle = statistics.median(own)
        assert (row["m"], row["d"]) == (middle, statistics.median(abs(x - middle) for x in own))
    assert {row["k"]: row["m"] for row in plain} == {row["k"]: row["m"] for row in found}


INNER = "SELECT s, i, to_date(t) AS day, avg(f) AS f, count(*) AS n FROM t {} GROUP BY s, i, to_date(t)"


@pytest.mark.parametrize("outer", [
    "SELECT * FROM ({}) AS x", "SELECT s, sum(n) AS n FROM ({}) GROUP BY s ORDER BY s",
    "SELECT s, i, day, f, lag(f) OVER (PARTITION BY s, i ORDER BY day) AS g FROM ({}) AS x",
    "SELECT count(*) AS c FROM (SELECT s, max(f) AS f FROM ({}) x GROUP BY s) AS y WHERE f > 0",
    "SELECT day || '!' AS d FROM ({}) WHERE n > 1 ORDER BY 1 LIMIT 3"])
def test_subqueries(tmp_path, outer):
    path = str(tmp_path / "t.parquet")
    pq.write_table(make(random.Random(9), 0.2), path, row_group_size=700)
    for where in ("", "WHERE i > :least", "WHERE f IS NOT NULL"):
        params = {"least": 1} if ":least" in where else {}
        inner = INNER.format(where)
        check(outer.format(inner), path, params, plain=outer.format(by_rows(inner)))


def test_tables_that_are_narrowed(tmp_path):
    path = str(tmp_path / "t.parquet")
    table = make(random.Random(10), 0.3)
    pq.write_table(table, path, row_group_size=700)
    made = [("s", None), ("time", "coalesce(t, TIMESTAMP '1970-01-01')"), ("i", None),
            ("none", "CAST(NULL AS BIGINT)"), ("twice", "i * 2"), ("f", None)]
    text = ("SELECT s, count(*) AS n, sum(twice) AS tw, sum(none) AS nn, max(f) AS f, "
            "count(time) AS c FROM t WHERE time >= '1969-12-31' GROUP BY s")
    for where in (None, "b > 0 OR s LIKE '%e%'", "i > 0"):
        got = pysql.query(text, {"t": pysql.View(path, where, made)})
        plain = pysql.query(by_rows(text), {"t": pysql.View(path, where, made)})
        assert rows_of(got, got.column_names) == rows_of(plain, got.column_names)
        wanted = pysql.query(
            "SELECT s, count(*) AS n, sum(i * 2) AS tw, sum(CAST(NULL AS INT)) AS nn, max(f) AS f, "
            "count(*) AS c FROM t WHERE coalesce(t, '1970-01-01') >= '1969-12-31' "
            f"AND ({where or '1 = 1'}) GROUP BY s", {"t": path})
        names = ["s", "n", "tw", "f", "c"]
        assert rows_of(got.select(names), names) == rows_of(wanted.select(names), names)
        assert got["nn"].null_count == got.num_rows
    for bad in ((None, [("nope", None)]), (None, [("x", "nope + 1")]), ("nope > 1", []),
                ("i + 1", [])):
        with pytest.raises(pyquire.QuireError):
            pysql.query("SELECT count(*) AS n FROM t", {"t": pysql.View(path, *bad)})


def test_no_rows(tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(make(random.Random(4), 0).slice(0, 0), path)
    one = pysql.query("SELECT count(*) AS n, sum(i) AS s, percentile(f, 0.5) AS p FROM t",
                      {"t": path})
    assert one.to_pylist() == [{"n": 0, "s": None, "p": None}]
    assert pysql.query("SELECT s, count(*) AS n FROM t GROUP BY s", {"t": path}).num_rows == 0


def test_sums_that_pass_64_bits(tmp_path):
    """They are failures that name the column, but where wide sums are asked for."""
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"x": [2**62, 2**62, 5, -2**63, -2**63],
                             "k": ["a", "a", "b", "c", "c"]}), path)
    grouped = "SELECT k, sum(x) AS s FROM t GROUP BY k"
    for text in (grouped, "SELECT sum(x) AS s FROM t WHERE k = 'a'"):
        with pytest.raises(pyquire.QuireError, match=r"sum\(x\): integer overflow.*CAST\(x AS"):
            pysql.query(text, {"t": path})
    found = pysql.query(grouped, {"t": path}, wide_sums=True)
    assert sorted(map(tuple, (row.values() for row in found.to_pylist()))) == [
        ("a", 2.0**63), ("b", 5.0), ("c", -2.0**64)]
    assert pysql.query("SELECT avg(x) AS a FROM t WHERE k = 'a'", {"t": path}).to_pylist() == [
        {"a": 2.0**62}]
    # What passes them only on the way is a whole number.
    assert pysql.query("SELECT sum(x) AS s FROM t WHERE k <= 'b'", {"t": path},
                       wide_sums=True).to_pylist() == [{"s": 2.0**63 + 5}]
    pq.write_table(pa.table({"x": [2**63 - 1, 1, -1]}), path)
    assert pysql.query("SELECT sum(x) AS s FROM t", {"t": path}).to_pylist() == [{"s": 2**63 - 1}]


def test_sums_that_pass_64_bits_row_by_row(tmp_path):
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"x": [2**62, 2**62], "y": [1, 2]}), path)
    with pytest.raises(pyquire.QuireError, match=r"sum\(x \+ y\): integer overflow.* CAST"):
        pysql.query("SELECT sum(x + y) AS s FROM t", {"t": path})
    with pytest.raises(pyquire.QuireError, match=r"sum\(x\+y\) or sum\( y \): integer overflow"):
        pysql.query("SELECT sum(x+y) AS s, sum( y ) FROM t", {"t": path})


def test_sums_that_pass_64_bits_on_the_way_alone(tmp_path):
    """Whether a sum fails is told by the sum, not by the form of the query or the order of rows."""
    path = str(tmp_path / "t.parquet")
    pq.write_table(pa.table({"x": [2**63 - 1, 1, -5, 1], "k": ["a", "a", "a", "b"]}), path)
    for text in ("SELECT k, sum(x) AS s FROM t GROUP BY k",
                 "SELECT k, sum(x) + 0 AS s, upper(k) FROM t GROUP BY k",
                 "SELECT k, sum(DISTINCT x) FILTER (WHERE x <> 0) FROM t GROUP BY k"):
        found = [list(row.values()) for row in pysql.query(text, {"t": path}).to_pylist()]
        assert sorted((row[0], row[1]) for row in found) == [("a", 2**63 - 5), ("b", 1)]
    wide = pysql.query("SELECT upper(k) AS k, sum(abs(x)) AS s FROM t GROUP BY k", {"t": path},
                       wide_sums=True)
    assert sorted(map(tuple, (row.values() for row in wide.to_pylist()))) == [
        ("A", 2.0**63), ("B", 1.0)]
    with pytest.raises(pyquire.QuireError, match=r"sum\(abs\(x\)\).*: integer overflow"):
        pysql.query("SELECT upper(k) AS k, sum(abs(x)) AS s FROM t GROUP BY k", {"t": path})


def test_sums_over_windows(tmp_path):
    """A frame that moves gives up again what it leaves behind."""
    path = str(tmp_path / "t.parquet")
    rng = random.Random(11)
    whole = [rng.choice([None, 2**61 - 1, 2**61 - 1, -9]) for _ in range(300)]
    real = [rng.choice([None, None, None, 0.5, 2.0, -7.25]) for _ in whole]
    pq.write_table(pa.table({"at": list(range(len(whole))), "x": pa.array(whole, pa.int64()),
                             "y": pa.array(real, pa.float64())}), path)
    frame = "OVER (ORDER BY at ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING)"
    found = pysql.query(f"SELECT sum(x) {frame} AS whole, sum(y) {frame} AS real, "
                        f"typeof(sum(coalesce(y, x)) {frame}) AS kind, at FROM t ORDER BY at",
                        {"t": path}).to_pylist()

    def total(values, at):
        kept = [one for one in values[max(0, at - 2):at + 2] if one is not None]
        return sum(kept) if kept else None

    kinds = {float: "real", int: "integer", type(None): "null"}
    either = [x if y is None else y for x, y in zip(whole, real)]
    for at, row in enumerate(found):
        assert row == {"at": at, "whole": total(whole, at), "real": total(real, at),
                       "kind": kinds[type(total(either, at))]}


@pytest.mark.parametrize("memory", [1 << 20, 4 << 20, 1 << 28])
@pytest.mark.parametrize("column", ["s", "n"])
def test_more_different_values_than_memory_holds(tmp_path, memory, column):
    rng = random.Random(memory)
    path = str(tmp_path / "t.parquet")
    size = 120_000
    values = [rng.choice([None, rng.randint(0, 60_000), i // 3]) for i in range(size)]
    keys = [rng.choice(["a", "b", "c"]) if rng.random() < 0.5 else f"k{i // 40_000}"
            for i in range(size)]
    pq.write_table(pa.table({
        "n": pa.array(values, pa.int64()), "k": keys,
        "s": [None if value is None else f"value number {value}" * (value % 3) for value in values],
    }), path, row_group_size=30_000)
    wanted = {}
    for key, one in zip(keys, pq.read_table(path)[column].to_pylist()):
        wanted.setdefault(key, set()).add(one)
    context = pyquire.context(memory=memory)
    try:
        found = pysql.query(f"SELECT k, count(DISTINCT {column}) AS d FROM t GROUP BY k",
                            {"t": path}, context=context)
        one = pysql.query(f"SELECT count(DISTINCT {column}) AS d FROM t", {"t": path},
                          context=context)
    finally:
        pyquire.close_context(context)
    assert {row["k"]: row["d"] for row in found.to_pylist()} == {
        key: len(some - {None}) for key, some in wanted.items()}
    assert one["d"].to_pylist() == [len(set().union(*wanted.values()) - {None})]


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
