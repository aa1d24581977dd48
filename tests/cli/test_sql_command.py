"""quire sql: queries over files and tables, and what they may not do."""

import datetime
import decimal
import json
import math
import signal

import delta
import pyarrow as pa
import pyarrow.parquet as pq
import pyquire
import pysql
import pytest
from program import TIME_LIMIT, bad, good, run, start, wait_until_catching
from tables import assert_same

ROWS = [{"id": i, "name": name, "born": born, "deep": {"x": i * 10}}
        for i, (name, born) in enumerate([("Ann", "1960-02-29"), ("bob", None), (None, "1999-12-31"),
                                          ("Cyd", "2001-01-01"), ("eve", "1969-12-31")])]


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def sql(query, *arguments, **options):
    """The rows of a query as dictionaries."""
    return good("sql", query, *arguments, "--to", "jsonl", **options).lines()


@pytest.mark.parametrize("name", ["p.jsonl", "p.csv", "p.tsv.gz", "p.json", "p.ion", "p.iont.zst",
                                  "p.parquet", "p.arrow", "p.arrows"])
def test_every_format_is_read(tmp_path, people, name):
    path = tmp_path / name
    if path != people:
        good("convert", people, path)
    got = sql("SELECT name, json_extract(deep, '$.x') x FROM p WHERE born < '1970-01-01' "
              "ORDER BY born", "--table", f"p={path}")
    assert got == [{"name": "Ann", "x": 0}, {"name": "eve", "x": 40}]


def test_globs_and_folders_are_one_table(tmp_path):
    for i in range(3):
        (tmp_path / f"part-{i}.csv").write_text(f"k,v\n{i},{i * 1.5}\n")
    for url in (tmp_path, tmp_path / "part-*.csv"):
        assert sql("SELECT count(*) n, sum(v) s, max(k) k FROM t", "--table", f"t={url}") == [
            {"n": 3, "s": 4.5, "k": 2}]


def test_standard_input_is_read_once(people):
    text = people.read_bytes()
    assert sql("SELECT count(*) n FROM t", "--table", "t=-", "--from", "jsonl", stdin=text) == [
        {"n": 5}]
    bad(2, "sql", "SELECT * FROM t a, t b", "--table", "t=-", "--from", "jsonl", stdin=text,
        says=["only once", "to a file first"])


def test_what_is_written_where(tmp_path, people):
    given = ["SELECT id, born FROM p WHERE id < 2", "--table", f"p={people}"]
    assert good("sql", *given).lines() == [{"id": 0, "born": "1960-02-29"}, {"id": 1, "born": None}]
    assert "│" in good("sql", *given, "--to", "table").text
    out = tmp_path / "o.parquet"
    report = good("sql", *given, "--out", out, "--json").json()
    assert (report["rows"], report["format"]) == (2, "parquet")
    assert pq.read_table(out).schema.types == [pa.int64(), pa.date32()]
    assert good("sql", *given, "--to", "csv", "--where", "id = 1", "--select", "born,id").text == (
        "born,id\n,1\n")


def test_the_query_comes_from_a_file_with_parameters(tmp_path, people):
    report = tmp_path / "report.sql"
    report.write_text("-- one person\nSELECT name FROM p\nWHERE id = :id AND name <> :other;\n")
    given = ["--file", report, "--table", f"p={people}", "--param", "id=3", "--param",
             "other=it's :id"]
    assert good("sql", *given).lines() == [{"name": "Cyd"}]
    printed = good("sql", *given, "--print-sql").text
    assert printed == ("-- one person\nSELECT name FROM p\nWHERE id = 3 AND name <> 'it''s :id';\n")
    bad(2, "sql", *given, "--param", "no=1", says=":no")
    bad(2, "sql", "SELECT :x", says=":x")
    bad(2, "sql", "SELECT ?", says=":name")
    assert sql("SELECT typeof(:a) a, typeof(:b) b, typeof(:c) c, typeof(:d) d, :e e, :f f",
               "--param", "a=12", "--param", "b=1.5", "--param", "c=012", "--param", "d=null",
               "--param", "e:text=12", "--param", "f=true") == [
        {"a": "integer", "b": "real", "c": "text", "d": "null", "e": "12", "f": 1}]
    bad(2, "sql", "SELECT :a", "--param", "a:int=x", says="is no int")
    bad(2, "sql", "SELECT :a", "--param", "a:date=x", says="int, double, text")


REFUSED = [
    "ATTACH '{0}/x.db' AS y", "DETACH main", "PRAGMA database_list", "PRAGMA journal_mode=OFF",
    "CREATE TABLE t(a)", "CREATE TABLE t AS SELECT 1", "CREATE VIEW v AS SELECT 1",
    "CREATE VIRTUAL TABLE z USING fts5(a)", "CREATE TEMP TRIGGER t AFTER INSERT ON p BEGIN SELECT 1; "
    "END", "CREATE INDEX i ON p(id)", "ALTER TABLE p ADD COLUMN x", "DROP TABLE p",
    "INSERT INTO p VALUES (1)", "UPDATE p SET id = 1", "DELETE FROM p", "REPLACE INTO p VALUES (1)",
    "BEGIN", "COMMIT", "SAVEPOINT s", "VACUUM", "VACUUM INTO '{0}/x.db'", "ANALYZE", "REINDEX",
    "SELECT load_extension('x')", "SELECT fts3_tokenizer('simple')", "SELECT readfile('{0}/f')",
    "SELECT writefile('{0}/w', 'x')", "SELECT edit('x')", "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema", "SELECT * FROM pragma_database_list",
    "SELECT name FROM pragma_function_list", "SELECT * FROM dbstat", "SELECT * FROM sqlite_stmt",
    "SELECT * FROM fsdir('{0}')", "SELECT * FROM '{0}/f'", "SELECT * FROM csv('{0}/f')",
    "EXPLAIN DELETE FROM p",
    "WITH x AS (SELECT 1) INSERT INTO p SELECT * FROM x", "SELECT 1; DELETE FROM p", "", ";", "-- x",
]


@pytest.mark.parametrize("query", REFUSED)
def test_only_reading_what_is_named_is_allowed(tmp_path, people, query):
    (tmp_path / "f").write_text("secret")
    before = {path.name for path in tmp_path.iterdir()}
    result = run("sql", query.format(tmp_path), "--table", f"p={people}")
    assert result.code == 2 and result.out == b"" and "secret" not in result.err, result
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("query, says", [
    ("SELECT * FROM q", ["no such table: q", "there is p"]),
    ("SELECT nam FROM p", ["at character 8", "no such column: nam"]),
    ("SELECT 'é', (id FROM p", ["at character 17", "FROM"]),
    ("SELECT id FROM p WHERE", ["sql", "incomplete"]),
    ("SELECT nix(id) FROM p", ["at character 8", "no such function"]),
    ("SELECT id, count(*) OVER (", ["incomplete"]),
    ('SELECT "nix" FROM p', ["no such column"]),
])
def test_mistakes_are_pointed_at(people, query, says):
    bad(2, "sql", query, "--table", f"p={people}", says=says)


@pytest.mark.parametrize("name", ["sqlite_master", "SQLite_schema", "sqlite_x"])
def test_names_of_sqlites_own_are_no_tables(people, name):
    bad(2, "sql", f"SELECT * FROM {name}", "--table", f"{name}={people}", says=name)


def test_bad_tables_and_data(tmp_path, people):
    bad(3, "sql", "SELECT * FROM t", "--table", f"t={tmp_path / 'none.csv'}", says="none.csv")
    assert sql("SELECT 1 one", "--table", f"t={tmp_path / 'none.csv'}") == [{"one": 1}]
    bad(2, "sql", "SELECT 1", "--table", "t", says="NAME=VALUE")
    bad(2, "sql", "SELECT 1", "--table", "t=", says="wants a file")
    torn = tmp_path / "torn.parquet"
    pq.write_table(pa.table({"a": list(range(1000))}), torn, compression="none")
    torn.write_bytes(torn.read_bytes()[:-10])
    bad(1, "sql", "SELECT * FROM t", "--table", f"t={torn}", says="torn.parquet")
    lines = tmp_path / "bad.csv"
    lines.write_text("a\n" + "1\n" * 20000 + "x\n")
    bad(1, "sql", "SELECT sum(a) FROM t", "--table", f"t={lines}", says=["bad.csv", "row 20001"])
    bad(1, "sql", "SELECT json_extract(name, '$') FROM p", "--table", f"p={people}", says="JSON")
    bad(1, "sql", "SELECT percentile(id, 2) FROM p", "--table", f"p={people}", says="from 0 to 1")
    bad(2, "sql", says="query is missing")
    bad(2, "sql", "SELECT 1", "--file", people, says="both")


def test_row_groups_that_hold_no_wanted_row_are_not_read(tmp_path):
    path = tmp_path / "two.parquet"
    days = [datetime.date(2024, 1, 1) + datetime.timedelta(days=i) for i in range(20)]
    pq.write_table(pa.table({"i": list(range(20)), "d": days, "s": [f"k{i:02}" for i in range(20)]}),
                   path, row_group_size=10, compression="none", use_dictionary=False)
    metadata = pq.ParquetFile(path).metadata
    data = bytearray(path.read_bytes())
    for column in range(3):
        chunk = metadata.row_group(0).column(column)
        data[chunk.data_page_offset:chunk.data_page_offset + chunk.total_compressed_size] = (
            b"\xff" * chunk.total_compressed_size)
    path.write_bytes(data)
    bad(1, "sql", "SELECT sum(i) FROM t", "--table", f"t={path}", says="two.parquet")
    for where in ["i >= 10", "i > 9.5 AND i < 1000", "i IN (12, 13)", "i BETWEEN 11 AND 12",
                  "d >= '2024-01-11'", "d > '2024-01-10 12:00:00'", "s LIKE 'k1%'", "s >= 'k1'",
                  "i = 19 AND s = 'k19'", "i = :x"]:
        params = ["--param", "x=11"] if ":x" in where else []
        assert sql(f"SELECT max(i) m FROM t WHERE {where}", "--table", f"t={path}", *params) != []


def test_versions_of_tables(tmp_path):
    table = tmp_path / "t"
    for day in (1, 2, 3):
        path = tmp_path / f"{day}.parquet"
        pq.write_table(pa.table({"day": [day] * 4, "v": [day * 10.0 + i for i in range(4)]}), path)
        good("table", "append", table, path, *(["--create", "--partition-by", "day"]
                                               if day == 1 else []))
    query = "SELECT day, count(*) n, max(v) v FROM t WHERE day <= 2 GROUP BY day ORDER BY day"
    all_rows = [{"day": 1, "n": 4, "v": 13.0}, {"day": 2, "n": 4, "v": 23.0}]
    assert sql(query, "--table", f"t={table}") == all_rows
    newest = delta.version(table)
    assert sql("SELECT count(*) n FROM t", "--table", f"t={table}@{newest}") == [{"n": 12}]
    assert sql("SELECT a.n - b.n d FROM (SELECT count(*) n FROM new) a, (SELECT count(*) n FROM old) "
               "b", "--table", f"new={table}", "--table", f"old={table}@{newest - 1}") == [{"d": 4}]
    assert sql("SELECT count(*) n FROM t", "--table", f"t={table}@2999-01-01") == [{"n": 12}]
    bad(3, "sql", "SELECT * FROM t", "--table", f"t={table}@99", says="99")
    bad(3, "sql", "SELECT * FROM t", "--table", f"t={tmp_path / '1.parquet'}@0")


def test_partitions_of_any_text(tmp_path):
    table, path = tmp_path / "t", tmp_path / "rows.parquet"
    texts = ["it's", "a\\nb", "back`tick", "é", "%", "x/y=z", "\\'"]
    days = [datetime.date(2024, 2, 27) + datetime.timedelta(days=i) for i in range(len(texts))]
    at = [datetime.datetime(2024, 1, 1, i, 30, 0, 500) for i in range(len(texts))]
    pq.write_table(pa.table({"s": texts, "d": days, "v": pa.array(range(len(texts)), pa.int32()),
                             "at": pa.array(at, pa.timestamp("us", "UTC"))}), path)
    good("table", "append", table, path, "--create", "--partition-by", "s,d")
    for i, text in enumerate(texts):
        for where in ["s = :s", "s IN (:s, 'no')", f"d = '{days[i]}'", f"d >= '{days[i]}' AND v <= {i}",
                      f"at = '{at[i]}'", f"at > '{at[i].date()} {i:02}:30' AND v < {i + 1}"]:
            params = {"s": text} if ":s" in where else {}
            assert pysql.rows(f"SELECT v, s FROM t WHERE {where}", {"t": table}, params=params) == [
                (i, text)], where


def test_limits(people):
    assert [row["id"] for row in sql("SELECT id FROM p LIMIT 2 OFFSET 2", "--table",
                                     f"p={people}")] == [2, 3]
    assert sql("SELECT id FROM p LIMIT 0", "--table", f"p={people}") == []
    assert len(sql("SELECT id FROM p LIMIT -1 OFFSET 1", "--table", f"p={people}")) == 4
    assert len(sql("SELECT a.id FROM p a, p b LIMIT 7", "--table", f"p={people}")) == 7
    assert sql("SELECT id FROM p WHERE name = 'eve' LIMIT 1", "--table", f"p={people}") == [
        {"id": 4}]


TYPED = pa.table({
    "b": pa.array([True, False, None]),
    "i8": pa.array([-128, 127, None], pa.int8()),
    "u16": pa.array([0, 65535, None], pa.uint16()),
    "i64": pa.array([-(2**63), 2**63 - 1, None], pa.int64()),
    "u64": pa.array([0, 2**64 - 1, None], pa.uint64()),
    "f32": pa.array([1.5, -0.25, None], pa.float32()),
    "f64": pa.array([0.1, 1e300, None], pa.float64()),
    "price": pa.array([decimal.Decimal("12.50"), decimal.Decimal("-0.01"), None],
                      pa.decimal128(10, 2)),
    "whole": pa.array([decimal.Decimal(10**17), decimal.Decimal(-1), None], pa.decimal128(18, 0)),
    "long": pa.array([decimal.Decimal("12345678901234567890.123456789"), decimal.Decimal(-7), None],
                     pa.decimal128(38, 9)),
    "day": pa.array([datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None]),
    "s": pa.array([-62135596800, 1, None], pa.timestamp("s")),
    "us": pa.array([1700000000123456, -1, None], pa.timestamp("us", "UTC")),
    "ns": pa.array([1700000000123456789, 1, None], pa.timestamp("ns")),
    "oslo": pa.array([1720000000000, 0, None], pa.timestamp("ms", "Europe/Oslo")),
    "time": pa.array([86399999999, 0, None], pa.time64("us")),
    "span": pa.array([-1500, 0, None], pa.duration("ms")),
    "text": pa.array(["", "it's é\n", None]),
    "large": pa.array(["x", "y" * 300, None], pa.large_string()),
    "bytes": pa.array([b"", b"\x00\xff", None]),
    "fixed": pa.array([b"abc", b"\x00\x01\x02", None], pa.binary(3)),
    "kind": pa.array(["a", "b", None]).dictionary_encode(),
    "list": pa.array([[1, None], [], None], pa.list_(pa.int32())),
    "deep": pa.array([{"x": 1.5, "y": ["a"]}, {"x": None, "y": None}, None],
                     pa.struct([("x", pa.float64()), ("y", pa.list_(pa.string()))])),
    "map": pa.array([[("k", 1)], [], None], pa.map_(pa.string(), pa.int64())),
})


@pytest.mark.parametrize("query", ["SELECT * FROM t", "SELECT * FROM t UNION ALL SELECT * FROM t "
                                   "LIMIT 3", "WITH w AS (SELECT * FROM t) SELECT * FROM w"])
def test_columns_keep_their_types(tmp_path, query):
    path = tmp_path / "t.arrow"
    pyquire.write(path, TYPED)
    assert_same(pysql.query(query, {"t": path}), TYPED)


@pytest.mark.parametrize("expression, value", [
    ("b", 1), ("typeof(b)", "integer"), ("u64 + 0", 0), ("long", "12345678901234567890.123456789"),
    ("typeof(price)", "real"), ("typeof(whole)", "integer"), ("price * 2", 25.0),
    ("day", "0001-01-01"), ("us", "2023-11-14 22:13:20.123456"), ("oslo", "2024-07-03 09:46:40"),
    ("ns", "2023-11-14 22:13:20.123456789"), ("s", "0001-01-01 00:00:00"),
    ("strftime('%H:%M', us)", "22:13"), ("datetime(us, '+1 hour')", "2023-11-14 23:13:20"),
    ("time", "23:59:59.999999"), ("span", "-PT1.5S"), ("hex(bytes)", ""), ("kind", "a"),
    ("json_array_length(list)", 2), ("deep ->> '$.y[0]'", "a"), ("map ->> 'k'", 1),
    ("us = '2023-11-14T22:13:20.123456Z'", 1), ("us > '2023-11-14T23:13:20+02:00'", 1),
    ("us >= '2023-11'", 1), ("day = '0001-01-01 00:00:00'", 1), ("long > 9", 1),
    ("long < 12345678901234567891", 1), ("long = '12345678901234567890.1234567890'", 1),
])
def test_how_values_look_to_a_query(tmp_path, expression, value):
    path = tmp_path / "t.arrow"
    pyquire.write(path, TYPED.slice(0, 1))
    assert pysql.rows(f"SELECT coalesce({expression}, NULL) FROM t", {"t": path}) == [(value,)]


def test_long_numbers_order_as_numbers(tmp_path):
    path = tmp_path / "t.arrow"
    numbers = ["9.5", "10.25", "-3", "100000000000000000000", "0.000000001", "-20"]
    pyquire.write(path, pa.table({
        "long": pa.array([decimal.Decimal(n) for n in numbers], pa.decimal128(38, 9)),
        "u": pa.array([2**64 - 1, 5, 2**63, 10, 0, 2**63 - 1], pa.uint64())}))
    got = pysql.rows("SELECT long FROM t ORDER BY long", {"t": path})
    assert [row[0] for row in got] == sorted(decimal.Decimal(n) for n in numbers)
    assert pysql.rows("SELECT max(long), min(long) FROM t", {"t": path}) == [
        ("100000000000000000000.000000000", "-20.000000000")]
    got = pysql.rows("SELECT u FROM t WHERE u > 5 ORDER BY u", {"t": path})
    assert [row[0] for row in got] == [10, 2**63 - 1, 2**63, 2**64 - 1]


def test_results_have_the_types_that_their_values_need(people):
    got = pysql.query(
        "SELECT id + 0 i, CASE id WHEN 1 THEN 0.5 ELSE id END f, CASE id WHEN 2 THEN 'x' ELSE id END "
        "t, x'00' b, NULL n, id, id FROM p ORDER BY p.id", {"p": people})
    assert got.schema.names == ["i", "f", "t", "b", "n", "id", "id:1"]
    assert got.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.binary(), pa.string(),
                                pa.int64(), pa.int64()]
    assert got["t"].to_pylist() == ["0", "1", "x", "3", "4"]
    mixed = pysql.query("SELECT id v FROM p UNION ALL SELECT name FROM p", {"p": people})
    assert mixed.schema.types == [pa.string()]
    assert pysql.query("SELECT id FROM p WHERE id > 9", {"p": people}).num_rows == 0


def test_awkward_names_of_columns(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text('a,A,"b ""c""",select,d.e\n1,2,3,4,5\n')
    assert sql('SELECT * FROM "my table"', "--table", f"my table={path}") == [
        {"a": 1, "A:1": 2, 'b "c"': 3, "select": 4, "d.e": 5}]
    assert sql('SELECT `A:1` + "d.e" s FROM t WHERE "d.e" = 5 AND `select` = 4', "--table",
               f"t={path}") == [{"s": 7}]


def test_the_text_of_spark_runs(people):
    assert sql("SELECT CAST(id AS STRING) s, CAST('1.5' AS DOUBLE) d, CAST('7' AS BIGINT) b, "
               "DATE '2024-05-01' day, true t, `name` n FROM p WHERE name LIKE 'A%'", "--table",
               f"p={people}") == [{"s": "0", "d": 1.5, "b": 7, "day": "2024-05-01", "t": 1,
                                   "n": "Ann"}]
    assert sql("SELECT (SELECT id AS string) v, CAST(3 AS STRING) FROM p LIMIT 1", "--table",
               f"p={people}") == [{"v": 0, "CAST(3 AS STRING)": "3"}]


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_time_and_memory_are_bounded(tmp_path):
    bad(1, "sql", ENDLESS, "--timeout", "50ms", says="longer than 50 ms")
    bad(3, "sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) "
        "SELECT length(group_concat(hex(randomblob(100000)))) FROM n", "--memory", "8MB",
        says=["more than 2048 KB, a quarter of the memory", "--memory"])
    bad(1, "sql", "SELECT length(zeroblob(600000000))", "--memory", "4GB", says="more than 512 MB")
    bad(3, "sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) "
        "SELECT percentile(i, 0.5) FROM n", "--memory", "8MB", says=["percentile", "--memory"])
    bad(3, "sql", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) "
        "SELECT count(*) FROM (SELECT group_concat(i) AS g FROM n GROUP BY i % 2 = 3)", "--memory",
        "1MB", says="--memory")


def test_large_results_and_groups_go_to_disk(tmp_path):
    path = tmp_path / "many.parquet"
    n = 400_000
    pq.write_table(pa.table({"k": [i * 7919 % n for i in range(n)], "s": ["x" * 20] * n}), path)
    got = good("sql", "SELECT k + 0 k, s FROM t", "--table", f"t={path}", "--memory", "4MB", "--to",
               "csv", env={"TMPDIR": str(tmp_path)}).out
    assert got.count(b"\n") == n + 1
    assert sql("SELECT count(*) c, sum(m) m FROM (SELECT k, max(s) m, count(*) FROM t GROUP BY k)",
               "--table", f"t={path}", "--memory", "4MB", env={"TMPDIR": str(tmp_path)}) == [
        {"c": n, "m": 0.0}]
    assert [entry.name for entry in tmp_path.iterdir()] == ["many.parquet"]


def test_joins_do_not_read_files_again_and_again(tmp_path):
    left, right = tmp_path / "l.csv", tmp_path / "r.csv"
    left.write_text("k\n" + "".join(f"{i % 500}\n" for i in range(5000)))
    right.write_text("k,name\n" + "".join(f"{i},n{i}\n" for i in range(500)))
    result = good("sql", "SELECT count(*) c, count(DISTINCT name) d FROM l JOIN r ON l.k = r.k",
                  "--table", f"l={left}", "--table", f"r={right}", "--log-level", "info")
    assert result.lines() == [{"c": 5000, "d": 500}]
    assert result.err.count("r.csv") <= 4


def test_interrupting_ends_the_query():
    process = start("sql", ENDLESS, stdout=-1, stderr=-1)
    wait_until_catching(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 130 and b"interrupted" in err


LONG_STEP = "SELECT instr(hex(zeroblob(10000000)), hex(zeroblob(5000000)) || '1')"


def test_one_long_step_is_cut_off():
    bad(1, "sql", LONG_STEP, "--timeout", "50ms", says="longer than 50 ms")
    process = start("sql", LONG_STEP, stdout=-1, stderr=-1)
    wait_until_catching(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=TIME_LIMIT)
    assert process.returncode == 130 and err == b"quire: interrupted\n"


def test_version_tells_whether_there_is_sql():
    assert good("version", "--json").json()["features"]["sql"] is True


def test_all_digits_of_a_decimal_count_as_text(tmp_path):
    number = "12345678901234567890123.457"
    (tmp_path / "d.csv").write_text(f"d\n{number}\n")
    table = ["--table", f"d={tmp_path / 'd.csv'}", "--schema", "d decimal(26,3)"]

    def count(condition, *more):
        return sql(f"SELECT count(*) n FROM d WHERE {condition}", *table, *more)[0]["n"]
    assert count(f"d = '{number}'") == 1 and count(f"d < '{number[:-1]}6'") == 0
    assert count(f"d > '{number[:-1]}6'") == 1
    assert count("d = :v", "--param", f"v:text={number}") == 1


def test_parts_of_lists_are_rows(tmp_path):
    path = tmp_path / "l.jsonl"
    path.write_text('{"id":1,"l":[1,2]}\n{"id":2,"l":[3]}\n')
    table = ("--table", f"t={path}")
    assert sql("SELECT t.id, j.value v FROM t, json_each(t.l) j ORDER BY v", *table) == [
        {"id": 1, "v": 1}, {"id": 1, "v": 2}, {"id": 2, "v": 3}]
    assert sql("SELECT count(*) n FROM t, json_tree(t.l)", *table) == [{"n": 5}]
    bad(2, "sql", "SELECT * FROM sqlite_master", says="not allowed")


def test_the_day_of_a_moment(tmp_path):
    path = tmp_path / "ts.csv"
    path.write_text("ts\n2024-01-01 10:00:00\n2024-01-01 11:00:00.000001\n")
    assert sql("SELECT CAST(ts AS DATE) d, count(*) n FROM t GROUP BY CAST(ts AS DATE)", "--table",
               f"t={path}", "--schema", "ts timestamp(us)") == [{"d": "2024-01-01", "n": 2}]
    assert sql("SELECT CAST('2024-02-30' AS DATE) none, CAST('2024-02-29T23:30:00-01:00' AS DATE) d"
               ) == [{"none": None, "d": "2024-03-01"}]
    assert sql("SELECT CAST(1 AS STRING) E, CAST(2 AS STRING)") == [
        {"E": "1", "CAST(2 AS STRING)": "2"}]


def test_texts_that_are_no_numbers_are_null(tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("k\na\n3\nb\n1\n")
    table = ("--table", f"t={path}", "--schema", "k string")
    assert sql("SELECT percentile(k, 0.5) AS p, median(upper(k)) AS m, stddev_pop(k) AS s, "
               "percentile(k, 0.5) FILTER (WHERE k > '9') AS none FROM t", *table) == [
        {"p": 2, "m": 2, "s": 1, "none": None}]
    bad(1, "sql", "SELECT percentile(k, NULL) AS p FROM t", *table, says="from 0 to 1")
    none = ["floor('a')", "ceil('')", "sqrt('a')", "log('b', 8)", "log(2, 'a')", "power('a', 0)",
            "sign('a')", "pmod('a', 3)", "pmod(3, x'61')", "ln('a')", "floor(x'61')"]
    assert pysql.rows(f"SELECT {', '.join(none)}") == [(None,) * len(none)]
    assert pysql.rows("SELECT floor('2.5'), power('2', '3'), pmod('-1', 3)") == [(2, 8, 2)]


def test_sums_over_windows_forget_what_has_left():
    """Also a number that hid others, and an infinity."""
    values = "(1, 1e300), (2, 1.0), (3, 2.0), (4, 9e999), (5, -9e999), (6, NULL), (7, 0.5), (8, 0.25)"
    assert pysql.rows(
        f"WITH v(k, x) AS (VALUES {values}) SELECT sum(x) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING "
        "AND CURRENT ROW) AS s FROM v") == [
            (1e300,), (1e300,), (3,), (math.inf,), (None,), (-math.inf,), (0.5,), (0.75,)]
    assert pysql.rows(f"WITH v(k, x) AS (VALUES {values}) SELECT sum(x) AS s FROM v") == [(None,)]


def test_the_greatest_is_found_in_all_bytes():
    assert pysql.rows(
        "SELECT greatest('a' || char(0) || 'b', 'a' || char(0) || 'c', 'a') = 'a' || char(0) || 'c',"
        " least('ab', 'a') = 'a', hex(greatest(x'01', x'0200', x'02')), hex(least(x'01', x'00')),"
        " greatest(2, '10'), least(NULL, NULL), greatest(1, 2.5)") == [
            (1, 1, "0200", "00", 2, None, 2.5)]


def test_times_beside_expressions(tmp_path):
    """There texts are compared: a time that is written out has the form of those in columns."""
    path = tmp_path / "ts.csv"
    path.write_text("ts,other\n2024-01-03 00:00:00,\n,2024-01-03 00:00:00\n")
    for time in ("CAST('2024-01-03 00:00:00.000000' AS TIMESTAMP)",
                 "TIMESTAMP '2024-01-03T00:00:00Z'", "TIMESTAMP '2024-01-03T01:00:00.0+01:00'"):
        for sign in ("=", ">=", "<="):
            got = sql(f"SELECT count(*) AS n FROM t WHERE coalesce(ts, other) {sign} {time}",
                      "--table", f"t={path}", "--schema", "ts timestamp(us), other timestamp(us)")
            assert got == [{"n": 2}]
