"""What is computed of times is compared as times, whatever form the other side has: as DuckDB does
it, and as instants compare."""

import datetime
import random

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pysql
import pytest

UTC = datetime.timezone.utc
FIRST = datetime.datetime(2026, 1, 1, tzinfo=UTC)
ROWS = 60


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    rng = random.Random(5)
    times = [FIRST + datetime.timedelta(hours=12 * rng.randint(-4, 4),
                                        microseconds=rng.choice([0, 0, 500000, 1]))
             for _ in range(2 * ROWS)]
    path = tmp_path_factory.mktemp("times") / "t.parquet"
    pq.write_table(pa.table({
        "k": pa.array([i % 9 for i in range(ROWS)]),
        "seen": pa.array([None if rng.random() < 0.1 else t for t in times[:ROWS]],
                       pa.timestamp("us", "UTC")),
        "until": pa.array([None if rng.random() < 0.5 else t for t in times[ROWS:]],
                          pa.timestamp("us", "UTC")),
        "day": pa.array([t.date() for t in times[:ROWS]], pa.date32()),
        "note": pa.array([t.isoformat() for t in times[:ROWS]]),
    }), path, row_group_size=7)
    return path


def forms(rng):
    """One instant, in a form of its own."""
    when = FIRST + datetime.timedelta(hours=12 * rng.randint(-4, 4))
    if rng.random() < 0.3:
        when += datetime.timedelta(microseconds=500000)
    zone = datetime.timezone(datetime.timedelta(hours=rng.choice([-5, 0, 1, 2])))
    local = when.astimezone(zone)
    whole = when.microsecond == 0
    return rng.choice([
        local.isoformat(), local.isoformat(" "), when.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        when.strftime("%Y-%m-%d %H:%M:%S.%f"),
        when.strftime("%Y-%m-%d") if whole and when.hour == 0 else when.isoformat()])


QUERIES = [
    "SELECT k FROM t GROUP BY k HAVING max(seen) {sign} {text} ORDER BY k",
    "SELECT k, count(*) AS n FROM t GROUP BY k HAVING {text} {sign} min(seen) ORDER BY k",
    "SELECT k FROM (SELECT k, max(seen) AS newest FROM t GROUP BY k) AS q WHERE newest {sign} {text} "
    "ORDER BY k",
    "WITH w AS (SELECT k, min(until) AS least FROM t GROUP BY k) "
    "SELECT k FROM w WHERE w.least {sign} {text} ORDER BY k",
    "SELECT k, seen FROM t WHERE coalesce(until, seen) {sign} {text} ORDER BY k, seen",
    "SELECT k, seen FROM t WHERE (CASE WHEN k < 4 THEN seen ELSE until END) {sign} {text} ORDER BY k, seen",
    "SELECT k, seen FROM t WHERE greatest(seen, until) {sign} {text} ORDER BY k, seen",
    "SELECT count(*) AS n FROM t WHERE (SELECT min(seen) FROM t) {sign} {text}",
    "SELECT k, before FROM (SELECT k, seen, lag(seen) OVER (PARTITION BY k ORDER BY seen NULLS FIRST, "
    "until NULLS FIRST) AS before FROM t) AS q WHERE before {sign} {text} ORDER BY k, before",
    "SELECT k, max(seen) BETWEEN {text} AND '2026-01-01T12:00:00+00:00' AS r FROM t GROUP BY k "
    "ORDER BY k",
    "SELECT k, max(seen) IN ({text}, '2026-01-01T12:00:00+01:00') AS r FROM t GROUP BY k ORDER BY k",
    "SELECT k FROM t GROUP BY k HAVING max(date_trunc('day', seen)) {sign} {text} ORDER BY k",
]


def instant(value):
    """Of what is computed of times only the text comes back."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime.datetime) else value


def plain(rows):
    """In an order of their own, as rows of equal keys have none."""
    return sorted((tuple(instant(value) for value in row) for row in rows), key=str)


@pytest.mark.parametrize("seed", range(3))
def test_duckdb_agrees(parquet, seed):
    rng = random.Random(seed)
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute(f"CREATE VIEW t AS SELECT * FROM '{parquet}'")
    for query in QUERIES:
        for _ in range(3):
            text = query.format(sign=rng.choice(["=", "<", "<=", ">", ">=", "<>"]),
                                text=f"'{forms(rng)}'")
            got = pysql.rows(text, {"t": parquet})
            wanted = database.sql(text).to_arrow_table().to_pylist()
            assert plain(got) == plain(row.values() for row in wanted), text


@pytest.mark.parametrize("query, wanted", [
    # Days, and dates beside times.
    ("SELECT max(day) = '2026-01-03T00:00:00Z' AS r FROM t", 1),
    ("SELECT max(seen) > '2026' AS r FROM t", 1),
    ("SELECT max(seen) IS NULL AS r FROM t WHERE k > 100", 1),
    ("SELECT TIMESTAMP '2026-01-01' = max('2026-01-01T00:00:00', '') AS r", 1),
    ("SELECT CAST('2026-01-01T00:00' AS TIMESTAMP) = '2026-01-01' AS r", 1),
    # Texts stay texts, also of a name that a time has elsewhere.
    ("SELECT max(note, '') = '2026-01-01' AS r FROM t WHERE note = '2026-01-01T00:00:00+00:00' "
     "LIMIT 1", 0),
    ("SELECT max(seen) = '2026-01-01' AS r FROM (SELECT note AS seen FROM t "
     "WHERE note = '2026-01-01T00:00:00+00:00')", 0),
    ("SELECT max(seen) = '2026-01-01' AS r FROM (SELECT note seen FROM t "
     "WHERE note = '2026-01-01T00:00:00+00:00')", 0),
    ("WITH w(seen) AS (SELECT note FROM t WHERE note = '2026-01-01T00:00:00+00:00') "
     "SELECT max(seen) = '2026-01-01' AS r FROM w", 0),
    ("SELECT length(max(seen)) = '2026' AS r FROM t", 0),
    # Of a subquery of FROM, which has a name but is no value.
    ("SELECT count(*) > 0 AS r FROM t, (SELECT max(seen) AS m FROM t) q "
     "WHERE q.m >= '2026-01-01T00:00:00+00:00'", 1),
])
def test_what_is_a_time(parquet, query, wanted):
    assert pysql.rows(query, {"t": parquet})[0][0] == wanted


def test_names_and_places_are_those_of_the_query(parquet):
    """Though the text that SQLite gets is another one."""
    query = "SELECT max(seen) >= '2026-01-01T00:00:00Z', (max(seen)) < '2026' FROM t"
    assert pysql.query(query, {"t": parquet}).column_names == [
        "max(seen) >= '2026-01-01T00:00:00Z'", "(max(seen)) < '2026'"]
    with pytest.raises(Exception, match="at character 48"):
        pysql.query("SELECT k FROM t WHERE max(seen, k) > '2026' OR nosuch", {"t": parquet})
