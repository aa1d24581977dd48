"""Spark passes over files by the statistics that Quire writes, and misses no row by it.

Files hold one to three rows. For each row, conditions on all columns at once that are true of
it, at the values themselves, at the texts that statistics cut them to, and at the values next to
them: Spark must want every file that has a row of which the condition is true."""

import datetime
import decimal
import glob
import json
import math
import os
import random

import delta
import pyarrow as pa
import pytest
import spark_session
from program import FULL

D, AT, DAY, UTC = decimal.Decimal, datetime.datetime, datetime.date, datetime.timezone.utc

TEXTS = ["", "a" * 31, "a" * 32, "a" * 33, "a" * 32 + "b", "a" * 31 + "b", "a" * 30 + "b",
         "a" * 31 + "\ud7ff" + "z", "a" * 31 + "\ue000", "a" * 31 + "\U0010ffff" + "z",
         "a" * 31 + "\uffff" + "z", "a" * 31 + "\U00010000", "\U0010ffff" * 33, "\U0010ffff" * 32,
         "é" * 33, "é" * 32, "\uffff", "\U00010000" * 40, "a\"\\\n\t" * 8, None]
REALS = [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, -5e-324, 1.7976931348623157e308, 0.1,
         0.30000000000000004, 1e21, 1e-7, 2.0**53 + 2, -1.5, None]
SINGLES = [0.0, -0.0, math.nan, math.inf, -math.inf, 1.401298464324817e-45, 3.4028234663852886e38,
           0.10000000149011612, 16777216.0, -2.5, 1.0000001192092896, None]
TIMES = [AT(1969, 12, 31, 23, 59, 59, 999999), AT(1970, 1, 1), AT(1970, 1, 1, 0, 0, 0, 1),
         AT(2021, 6, 1, 1, 2, 3, 456000), AT(2021, 6, 1, 1, 2, 3, 456001),
         AT(2021, 6, 1, 1, 2, 3, 456999), AT(2021, 6, 1, 1, 2, 3, 457000),
         AT(1900, 1, 1, 0, 0, 0, 999), AT(1900, 1, 1, 0, 0, 0, 1000),
         AT(9999, 12, 31, 23, 59, 59, 999999), AT(1600, 2, 29), None]
LONGS = [0, -2**63, 2**63 - 1, 2**63 - 2, 2**53, 2**53 + 1, -2**53 - 1, 1, -1, None]
SCALED = [D("0.000"), D("0.001"), D("-0.001"), D("99999999999999999.999"), D("0.1"),
          D("9007199254740993.001"), D("9007199254740993.002"), D("-99999999999999999.999"), None]
WIDE = [D("9999999999999999999999999999.9999999999"), D("1e-10"), -D("1e-10"), D("12345678901234567890.0123456789"),
        D("12345678901234567890.0123456788"), D(0), None]
DAYS = [DAY(1969, 12, 31), DAY(1970, 1, 1), DAY(1600, 1, 1), DAY(9999, 12, 31), DAY(2020, 2, 29),
        None]

KINDS = {
    "text": (pa.string(), TEXTS),
    "real": (pa.float64(), REALS),
    "single": (pa.float32(), SINGLES),
    "moment": (pa.timestamp("us", "UTC"), [t and t.replace(tzinfo=UTC) for t in TIMES]),
    "wall": (pa.timestamp("us"), TIMES),
    "long": (pa.int64(), LONGS),
    "scaled": (pa.decimal128(20, 3), SCALED),
    "wide": (pa.decimal128(38, 10), WIDE),
    "day": (pa.date32(), DAYS),
}
ROWS = max(len(values) for _, values in KINDS.values())


def order(value):
    """A value's place among those of its column, as Spark has it."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value)
    return value


def beside(name, value, step):
    """The next value that a reader may well ask for, above or below; None: there is none."""
    values = {order(v): v for v in KINDS[name][1] if v is not None}
    if name == "text":
        values |= {order(v[:32]): v[:32] for v in values.values()}
        values[order(value + "\x01")] = value + "\x01"
    if name in ("moment", "wall") and value.year < 9999:
        micro = datetime.timedelta(microseconds=1)
        cut = value.replace(microsecond=value.microsecond // 1000 * 1000)
        values |= {v: v for v in (value - micro, value + micro, cut)}
    others = sorted((v for v in values if (v > order(value)) == (step > 0) and v != order(value)),
                    reverse=step < 0)
    return values[others[0]] if others else None


def literal(name, value):
    from pyspark.sql.functions import expr, lit
    if name == "single":
        return expr(f"CAST('{value!r}' AS FLOAT)")
    if name == "real":
        return expr(f"CAST('{value!r}' AS DOUBLE)")
    if name in ("scaled", "wide"):
        return expr(f"CAST('{value:f}' AS DECIMAL({'20, 3' if name == 'scaled' else '38, 10'}))")
    if name == "moment":
        return expr(f"TIMESTAMP'{value.isoformat(' ')}'")
    if name == "wall":
        return expr(f"TIMESTAMP_NTZ'{value.isoformat(' ')}'")
    return lit(value)


def equal(name, value):
    return lambda column: column == literal(name, value), lambda v: order(v) == order(value)


def at_least(name, value):
    return lambda column: column >= literal(name, value), lambda v: order(v) >= order(value)


def at_most(name, value):
    return lambda column: column <= literal(name, value), lambda v: order(v) <= order(value)


def above(name, value):
    below = beside(name, value, -1)
    return below is not None and (lambda column: column > literal(name, below),
                                  lambda v: order(v) > order(below))


def below(name, value):
    above = beside(name, value, 1)
    return above is not None and (lambda column: column < literal(name, above),
                                  lambda v: order(v) < order(above))


def among(name, value):
    others = [v for v in (beside(name, value, -1), beside(name, value, 1), value) if v is not None]
    return (lambda column: column.isin(*[literal(name, v) for v in others]),
            lambda v: order(v) in map(order, others))


def begins(name, value):
    """With the same 31 characters; other types than text are equal."""
    if name != "text":
        return equal(name, value)
    return lambda column: column.startswith(value[:31]), lambda v: v.startswith(value[:31])


ASKED = [equal, at_least, at_most, above, below, among, begins]


@pytest.fixture(scope="module")
def table(spark, tmp_path_factory):
    """The table, its rows, and the rows of each of its files."""
    url = str(tmp_path_factory.mktemp("skip") / "t")
    data = pa.table({name: pa.array([values[i % len(values)] for i in range(ROWS)], kind)
                     for name, (kind, values) in KINDS.items()})
    rows, chosen = data.to_pylist(), random.Random(11)
    parts = [[i] for i in range(ROWS)]
    parts += [sorted(chosen.sample(range(ROWS), count)) for count in (2, 3) * 10]
    delta.create(url, data.schema, properties={"delta.checkpointInterval": "1000"})
    files = {}
    for version, part in enumerate(parts, 1):
        delta.append(url, data.take(part))
        path = os.path.join(url, "_delta_log", f"{version:020}.json")
        with open(path, encoding="utf-8") as log:
            [add] = [json.loads(line)["add"] for line in log if '"add"' in line]
        files[add["path"]] = part
    assert len(files) == len(glob.glob(f"{url}/*.parquet")) == len(parts)
    return url, rows, files


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.__name__)
def test_no_file_is_missed(table, asked):
    url, rows, files = table
    frame, read = spark_session.frame(url), 0
    chosen = rows if FULL else rows[ASKED.index(asked) % 4::4]
    for wanted in chosen:
        condition, tests = None, []
        for name, value in wanted.items():
            made = value is not None and asked(name, value)
            if value is None:
                made = lambda column: column.isNull(), lambda v: v is None
            if made:
                term = made[0](frame[name])
                condition = term if condition is None else condition & term
                tests.append((name, value is None, made[1]))
        holding = {path for path, part in files.items() if any(
            all((rows[i][name] is None) == null and (null or test(rows[i][name]))
                for name, null, test in tests) for i in part)}
        assert holding
        found = {os.path.basename(path) for path in frame.where(condition).inputFiles()}
        assert holding <= found, (asked.__name__, wanted)
        read += len(found)
    assert read < 0.9 * len(chosen) * len(files), "files are passed over at all"


@pytest.mark.parametrize("name", KINDS)
def test_no_row_is_missed(table, name):
    """Column by column, by the rows themselves, in one go."""
    url, rows, files = table
    frame, union, tests = spark_session.frame(url), None, []
    for i, value in enumerate(value for value in KINDS[name][1] if value is not None):
        made = ASKED[i % len(ASKED)](name, value) or equal(name, value)
        tests.append(made[1])
        part = frame.where(made[0](frame[name])).selectExpr(f"{i} AS i")
        union = part if union is None else union.unionAll(part)
    got = spark_session.rows(union.groupBy("i").count()).to_pylist()
    held = [rows[i][name] for part in files.values() for i in part]
    assert {row["i"]: row["count"] for row in got} == {
        i: sum(v is not None and test(v) for v in held) for i, test in enumerate(tests)}
