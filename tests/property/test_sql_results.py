"""Queries over files give what SQLite gives over the same values in a table of its own, and what
DuckDB gives over the same file, whatever is passed over on the way."""

import datetime
import math
import random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pysql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = 500
DAY = datetime.date(1969, 12, 1)
AT = datetime.datetime(1969, 12, 31, 12)
# A column and how a query sees it declared.
DECLARED = {"i": "BIGINT", "small": "BIGINT", "u": "BIGINT", "big": "BIGINT", "f": "DOUBLE",
            "f4": "DOUBLE", "s": "TEXT", "d": "TEXT", "t": "TEXT", "n": "BIGINT", "b": "BIGINT"}


def make_table(rng):
    """Columns that grow with some noise, so that row groups and pages have bounds that matter."""
    def noisy(i, by):
        return i // 10 + rng.randint(-by, by)

    def some(value, often=0.1):
        return None if rng.random() < often else value

    n = range(ROWS)
    return pa.table({
        "i": pa.array([some(noisy(i, 2)) for i in n], pa.int32()),
        "small": pa.array([some(noisy(i, 2)) for i in n], pa.int8()),
        "u": pa.array([some(noisy(i, 0)) for i in n], pa.uint16()),
        "big": pa.array([some(2**53 + noisy(i, 2)) for i in n], pa.int64()),
        "f": pa.array([some(rng.choice([noisy(i, 2) / 4, math.nan, -0.0, 0.0, math.inf]))
                       for i in n], pa.float64()),
        "f4": pa.array([some(noisy(i, 2) / 4) for i in n], pa.float32()),
        "s": pa.array([some(f"v{noisy(i, 2):03}" + rng.choice(["", "é", "~"])) for i in n],
                      pa.string()),
        "d": pa.array([some(DAY + datetime.timedelta(days=noisy(i, 2))) for i in n], pa.date32()),
        "t": pa.array([some(AT + datetime.timedelta(minutes=20 * noisy(i, 2),
                                                    microseconds=rng.choice([0, 500000])))
                       for i in n], pa.timestamp("us", "UTC")),
        "n": pa.array([None if i < ROWS // 2 else i for i in n], pa.int64()),
        "b": pa.array([some(i % 3 == 0) for i in n], pa.bool_()),
    })


def seen(value):
    """A value as a query sees it."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
        return text
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def seen_rows(table):
    columns = [[seen(value) for value in column.to_pylist()] for column in table.columns]
    return list(zip(*columns))


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    path = tmp_path_factory.mktemp("sql") / "data.parquet"
    pq.write_table(make_table(random.Random(5)), path, row_group_size=60, data_page_size=200,
                   write_page_index=True, use_dictionary=["s"])
    return path


def make_folder(parquet):
    """The same rows in two files, the second of which has wider types."""
    folder, table = parquet.with_suffix(".folder"), pq.read_table(parquet)
    folder.mkdir()
    wider = {"i": pa.int64(), "small": pa.int16(), "u": pa.uint32(), "f4": pa.float64()}
    second = table.slice(ROWS // 2).cast(pa.schema([
        field.with_type(wider.get(field.name, field.type)) for field in table.schema]))
    pq.write_table(table.slice(0, ROWS // 2), folder / "1.parquet", row_group_size=60)
    pq.write_table(second, folder / "2.parquet", row_group_size=60, data_page_size=200)
    return folder


@pytest.fixture(scope="module", params=["parquet", "jsonl", "arrow", "folder"])
def data(request, parquet):
    path = parquet.with_suffix(f".{request.param}")
    if request.param == "folder":
        make_folder(parquet)
    elif path != parquet:  # JSON has no NaN and infers wider types, but is the same rows
        pyquire.write(path, pq.read_table(parquet))
    columns = [f"{name} {kind}" for name, kind in DECLARED.items()]
    files = [path] if path.is_file() else sorted(path.iterdir())
    return path, pysql.reference({"x": (columns, seen_rows(pyquire.read(files)))})


def literal(rng, name):
    number = rng.randint(-2, ROWS // 10 + 2)
    if name in ("i", "small", "u", "n"):
        return rng.choice([str(number), str(number), f"{number}.5", f"{number}.0", "300", "'7'",
                           "-1e30", "NULL", "70000", "9223372036854775807"])
    if name == "big":
        return rng.choice([str(2**53 + number), f"{2**53 + number}.0", "9007199254740993.0"])
    if name in ("f", "f4"):
        return rng.choice([f"{number / 4}", str(number // 4), "0.0", "-0.0", "0.1", "1e999",
                           "9007199254740993", "NULL"])
    if name == "s":
        return rng.choice([f"'v{number:03}'", f"'v{number:03}é'", "'v'", "''", str(number)])
    if name == "d":
        return f"'{DAY + datetime.timedelta(days=number)}'"
    if name == "b":
        return rng.choice(["true", "false", "1", "0"])
    return f"'{seen(AT + datetime.timedelta(minutes=20 * number, microseconds=rng.choice([0, 7])))}'"


def term(rng):
    name = rng.choice(list(DECLARED))
    way = rng.randint(0, 9)
    if way == 0:
        return f"{name} IS {rng.choice(['', 'NOT '])}NULL"
    if way == 1:
        return f"{name} BETWEEN {literal(rng, name)} AND {literal(rng, name)}"
    if way == 2:
        items = ", ".join(literal(rng, name) for _ in range(rng.randint(1, 4)))
        return f"{name} {rng.choice(['', 'NOT '])}IN ({items})"
    if way == 3:
        return f"s LIKE 'v0{rng.choice(['', '1', '2_', '3~'])}%'"
    if way == 4:
        other = rng.choice(["i", "small", "n", "big"])
        return f"{name} {rng.choice(['=', '<', '>='])} {other}"
    if way == 5:
        return f"NOT ({name} > {literal(rng, name)})"
    if way == 6:
        return f"{literal(rng, name)} {rng.choice(['=', '<', '<=', '>', '>='])} {name}"
    if way == 7:
        return f"{name} {rng.choice(['IS', 'IS NOT'])} {literal(rng, name)}"
    return f"{name} {rng.choice(['=', '<', '<=', '>', '>=', '<>'])} {literal(rng, name)}"


def condition(rng, depth=2):
    if depth == 0 or rng.random() < 0.4:
        return term(rng)
    join = rng.choice([" AND ", " AND ", " OR "])
    return "(" + join.join(condition(rng, depth - 1) for _ in range(rng.randint(2, 3))) + ")"


def ordered(found):
    return sorted(found, key=lambda row: tuple((value is None, str(type(value)), str(value))
                                               for value in row))


def plain(value):
    return int(value) if isinstance(value, bool) else value


@settings(max_examples=80)
@given(st.integers(0, 2**32))
def test_a_condition_leaves_what_sqlite_leaves(data, seed):
    path, database = data
    rng = random.Random(seed)
    where = condition(rng)
    columns = ", ".join(rng.sample(list(DECLARED), rng.randint(1, 4)))
    sql = f"SELECT {columns} FROM x WHERE {where}"
    expected = database.execute(sql).fetchall()
    got = seen_rows(pysql.query(sql, {"x": path}))
    assert [tuple(map(plain, row)) for row in got] == [tuple(map(plain, row)) for row in expected]


SHAPES = [
    "SELECT s, count(*), sum(i), min(t), max(d) FROM x WHERE {} GROUP BY s",
    "SELECT u, b, count(f), total(n) FROM x WHERE {} GROUP BY u, b",
    "SELECT DISTINCT d, b FROM x WHERE {}",
    "SELECT count(DISTINCT s) FROM x WHERE {}",
    "SELECT a.i, c.u FROM x a JOIN x c ON a.n = c.n WHERE a.i > 20 AND c.{}",
    "SELECT a.s, c.d FROM x a LEFT JOIN x c ON a.s = c.s AND c.u > 30 WHERE a.{}",
    "SELECT i FROM x WHERE n = (SELECT max(n) FROM x WHERE {})",
    "SELECT i FROM x a WHERE EXISTS (SELECT 1 FROM x c WHERE c.u = a.u AND c.i < a.i AND c.{})",
    "SELECT i, row_number() OVER (PARTITION BY u ORDER BY n, i, s, f) FROM x WHERE {}",
    "WITH w AS (SELECT u, avg(f4) a FROM x WHERE {} GROUP BY u) SELECT count(*), max(a) FROM w",
    "SELECT t FROM x WHERE {} UNION SELECT s FROM x WHERE u < 3",
    "SELECT i FROM x WHERE {} ORDER BY i, s LIMIT 7 OFFSET 2",
]


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_a_query_gives_what_sqlite_gives(data, seed):
    path, database = data
    rng = random.Random(seed)
    shape = rng.choice(SHAPES)
    sql = shape.format(term(rng) if ".{}" not in shape else f"u >= {rng.randint(0, 50)}")
    expected = database.execute(sql).fetchall()
    got = seen_rows(pysql.query(sql, {"x": path}))
    close = [tuple(round(plain(value), 9) if isinstance(value, float) else plain(value)
                   for value in row) for row in got]
    wanted = [tuple(round(value, 9) if isinstance(value, float) else value for value in row)
              for row in expected]
    assert ordered(close) == ordered(wanted), sql


@pytest.mark.parametrize("sql", [
    "SELECT s, count(*) FROM x GROUP BY s ORDER BY s",
    "SELECT u, b, count(*) FROM x GROUP BY u, b ORDER BY u DESC, b",
    "SELECT n, count(*) FROM x GROUP BY n ORDER BY n DESC",
    "SELECT DISTINCT d FROM x ORDER BY d",
    "SELECT DISTINCT u, b FROM x ORDER BY b, u DESC",
    "SELECT i, t FROM x ORDER BY t, i, s, f4 LIMIT 50",
    "SELECT * FROM (SELECT u, sum(i) FROM x GROUP BY u) ORDER BY u",
])
def test_order_is_that_of_sqlite(data, sql):
    path, database = data
    got = [tuple(map(plain, row)) for row in seen_rows(pysql.query(sql, {"x": path}))]
    assert got == database.execute(sql).fetchall()


AGREED = [
    "SELECT s, count(*), sum(i), avg(f4), min(u), max(big) FROM x GROUP BY s",
    "SELECT u, stddev(i), stddev_pop(i), var_samp(i), median(i) FROM x GROUP BY u",
    "SELECT regr_slope(i, u), regr_intercept(i, u), regr_r2(i, u), corr(i, u), covar_pop(i, u), "
    "regr_count(i, u) FROM x",
    "SELECT count(*) FROM x a JOIN x c ON a.i = c.small WHERE a.u > 12",
    "SELECT date_trunc('month', t), count(*) FROM x GROUP BY 1",
    "SELECT year(d), month(d), quarter(d), count(*) FROM x GROUP BY 1, 2, 3",
    "SELECT DISTINCT floor(f4), ceil(f4) FROM x",
    "SELECT bool_and(b), bool_or(b), count_if(b) FROM x WHERE u < 20",
    "SELECT log10(u + 1), ln(u + 1), sqrt(u), pow(u, 2) FROM x WHERE u < 30",
    "SELECT i FROM x WHERE t >= '1970-01-01' AND d < '1970-01-10' AND s LIKE 'v0%'",
    "SELECT greatest(i, u, 20), least(i, small) FROM x WHERE i IS NOT NULL AND u IS NOT NULL "
    "AND small IS NOT NULL",
    "SELECT concat_ws('-', s, 'x'), concat(u, '!') FROM x WHERE u IS NOT NULL",
]


@pytest.mark.parametrize("sql", AGREED)
def test_duckdb_agrees(parquet, sql):
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"CREATE VIEW x AS SELECT * REPLACE (t AT TIME ZONE 'UTC' AS t) FROM '{parquet}'")

    def rounded(value):
        if isinstance(value, bool) or value is None or isinstance(value, str):
            return value if not isinstance(value, bool) else int(value)
        if isinstance(value, (datetime.date, datetime.datetime)):
            if isinstance(value, datetime.datetime):
                value = value.replace(tzinfo=None)
            return seen(value)
        return float(f"{float(value):.10g}")
    expected = [tuple(map(rounded, row)) for row in database.execute(sql).fetchall()]
    got = [tuple(map(rounded, row)) for row in pysql.rows(sql, {"x": parquet})]
    assert ordered(got) == ordered(expected)
