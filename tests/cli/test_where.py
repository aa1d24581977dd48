"""--where: the rows for which a condition is true, in every command that reads rows."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from program import bad, good

ROWS = [{"id": i, "name": name, "born": born, "deep": {"x": i * 10}}
        for i, (name, born) in enumerate([("Ann", "1960-02-29"), ("bob", None), (None, "1999-12-31"),
                                          ("Cyd", "2001-01-01"), ("eve", "1969-12-31")])]


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


@pytest.fixture(params=["jsonl", "csv", "json", "ion", "parquet"])
def any_format(request, tmp_path, people):
    if request.param == "jsonl":
        return people
    path = tmp_path / f"people.{request.param}"
    more = ["--schema", "id int64, name string, born date, deep struct<x: int64>"]
    good("convert", people, path, *more)
    return path


def ids(*arguments, **options):
    return [row["id"] for row in good("cat", *arguments, "--to", "jsonl", **options).lines()]


CONDITIONS = [
    ("id >= 3", [3, 4]),
    ("ID >= 3", [3, 4]),
    ("id % 2 = 0 AND name IS NOT NULL", [0, 4]),
    ("name LIKE '_n%' OR name ILIKE 'B%'", [0, 1]),
    ("born < '1970-01-01'", [0, 4]),
    ("born BETWEEN '1969-12-31' AND '1999-12-31'", [2, 4]),
    ("year(born) IN (1960, 2001)", [0, 3]),
    ("born + 1 = '1970-01-01'", [4]),
    ("name IS NULL", [2]),
    ("NOT (born > '1990-01-01')", [0, 4]),
    ("true", [0, 1, 2, 3, 4]),
    ("null", []),
    ("id = 99", []),
    ("CASE WHEN name = 'bob' THEN true ELSE id = 4 END", [1, 4]),
]


@pytest.mark.parametrize("condition, expected", CONDITIONS)
def test_every_format(any_format, condition, expected):
    more = [] if any_format.suffix != ".csv" else ["--schema", "id int64, name string, born date",
                                                   "--extra", "ignore"]
    assert ids(any_format, "--where", condition, *more) == expected


def test_fields_of_structs(any_format):
    if any_format.suffix == ".csv":
        pytest.skip("structs are text in CSV")
    assert ids(any_format, "--where", "deep.x > 20") == [3, 4]
    assert ids(any_format, "--where", "Deep.X = 10 AND deep IS NOT NULL") == [1]


def test_every_command(people, tmp_path):
    where = ["--where", "id IN (1, 3, 4)"]
    assert good("count", people, *where).text == "3\n"
    assert [row["id"] for row in good("head", people, "-n", "2", *where, "--to", "jsonl").lines()] \
        == [1, 3]
    assert [row["id"] for row in good("tail", people, "-n", "1", *where, "--to", "jsonl").lines()] \
        == [4]
    stats = good("stats", people, *where, "--json").lines()
    assert (stats[0]["column"], stats[0]["rows"], stats[0]["min"]) == ("id", 3, "1")
    good("convert", people, tmp_path / "out.csv", *where, "--select", "id,name")
    assert (tmp_path / "out.csv").read_text() == "id,name\n1,bob\n3,Cyd\n4,eve\n"
    assert good("diff", tmp_path / "out.csv", tmp_path / "out.csv", "--where", "id = 1").code == 0


def test_columns_that_are_not_selected(any_format):
    more = [] if any_format.suffix != ".csv" else ["--schema", "id int64, name string, born date",
                                                   "--extra", "ignore"]
    result = good("cat", any_format, "--select", "name", "--where", "id = 3", "--to", "jsonl", *more)
    assert result.lines() == [{"name": "Cyd"}]


def test_with_sort_and_limit(people, tmp_path):
    out = tmp_path / "out.jsonl"
    good("convert", people, out, "--where", "id <> 3", "--sort", "-id", "--limit", "2",
         "--select", "name")
    assert out.read_text() == '{"name":"eve"}\n{"name":null}\n'


def test_several_inputs_and_pipes(people, tmp_path):
    (tmp_path / "more.jsonl").write_text('{"id":7,"name":"x"}\n{"id":8,"name":"y"}\n')
    assert ids(tmp_path / "*.jsonl", "--where", "id > 3") == [7, 8, 4]
    assert ids("-", "--from", "jsonl", "--where", "Id = 2", stdin=people.read_bytes()) == [2]
    piped = good("cat", "-", "--from", "jsonl", "--where", "id < 2", "--select", "name", "--to",
                 "csv", stdin=people.read_bytes())
    assert piped.text == "name\nAnn\nbob\n"


def test_with_rejects(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"a":1}\n{"a":"x"}\n{"a":3}\n')
    good("convert", tmp_path / "in.jsonl", tmp_path / "out.csv", "--schema", "a int64", "--where",
         "a > 1", "--rejects", tmp_path / "bad.jsonl")
    assert (tmp_path / "out.csv").read_text() == "a\n3\n"
    assert '"row":2' in (tmp_path / "bad.jsonl").read_text()


def test_nothing_left_is_a_valid_file(people, tmp_path):
    for name in ("out.csv", "out.parquet", "out.json", "out.jsonl"):
        good("convert", people, tmp_path / name, "--where", "id < 0", "--select", "id,name")
    assert (tmp_path / "out.csv").read_text() == "id,name\n"
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
    assert json.loads((tmp_path / "out.json").read_text()) == []


@pytest.mark.parametrize("condition, says", [
    ("id >", "at character 5"),
    ("idd = 1", "did you mean id?"),
    ("id + 1", "where a condition gives boolean"),
    ("id = DATE '2020-01-01'", "no type in common"),
    ("nosuch(id)", "no function is named nosuch"),
    ("", "the expression ends"),
    ("name RLIKE 'x'", "not in this build"),
])
def test_wrong_conditions(people, tmp_path, condition, says):
    bad(2, "cat", people, "--where", condition, says=says)
    bad(2, "convert", people, tmp_path / "out.csv", "--where", condition, says=says)
    assert not (tmp_path / "out.csv").exists()


def test_wrong_values(people, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("kept")
    bad(1, "convert", people, out, "--where", "CAST(name AS int) = 1",
        says=["row 1", '"Ann" is no int'])
    bad(1, "count", people, "--where", "9223372036854775805 + id > 0", says=["row 4", "overflows"])
    assert out.read_text() == "kept"


def test_where_there_are_no_rows_to_choose(people):
    bad(2, "cat", "--raw", people, "--where", "id = 1", says="where")
    bad(2, "meta", people, "--where", "id = 1", says="where")


def test_help_and_completion_know_it(people):
    assert "--where" in good("help", "convert").text


def test_many_rows(tmp_path):
    n = 10_000
    table = pa.table({"n": pa.array(range(n), pa.int64()),
                      "s": pa.array([None if i % 7 == 0 else f"v{i % 13}" for i in range(n)])})
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=1500)
    expected = [i for i in range(n) if i % 7 != 0 and i % 13 == 5 and i > 2000]
    good("convert", tmp_path / "in.parquet", tmp_path / "out.parquet", "--where",
         "s = 'v5' AND n > 2000")
    assert pq.read_table(tmp_path / "out.parquet")["n"].to_pylist() == expected
    assert good("count", tmp_path / "in.parquet", "--where", "s IS NULL").text == \
        f"{sum(i % 7 == 0 for i in range(n))}\n"
