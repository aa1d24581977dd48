"""What is said of properties, versions and names that are not what they seem."""

import pytest
from program import bad, good


@pytest.fixture
def table(tmp_path):
    (tmp_path / "a.csv").write_text("id\n1\n")
    good("table", "append", tmp_path / "t", tmp_path / "a.csv", "--create")
    return tmp_path / "t"


@pytest.mark.parametrize("value", ["abc", "-1", "0", "", "1.5x"])
def test_a_target_size_that_is_none(table, value):
    bad(2, "table", "property", "set", table, f"delta.targetFileSize={value}", says="bytes")


@pytest.mark.parametrize("value", ["1", "134217728", "128MB", "1gb"])
def test_target_sizes(table, value):
    good("table", "property", "set", table, f"delta.targetFileSize={value}")


def test_a_version_within_a_gap(tmp_path, table):
    for _ in range(4):
        good("table", "append", table, tmp_path / "a.csv")
    bad(3, "table", "read", table, "--version", "5", says="the newest is 4")
    (table / "_delta_log" / f"{2:020}.json").unlink()
    bad(1, "table", "read", table, "--version", "2", says="version 2 is not there, 3 is")
    good("table", "read", table, "--version", "1")


@pytest.mark.parametrize("name", ["[x]", "a*b", "q?"])
def test_a_table_that_is_called_as_a_pattern(tmp_path, name):
    (tmp_path / "a.csv").write_text("id\n1\n")
    good("table", "append", name, "a.csv", "--create", cwd=tmp_path)
    assert good("sql", "select id from t", "--table", f"t={name}", cwd=tmp_path).lines() == [
        {"id": 1}]
    assert good("sql", "select id from t", "--table", f"t={name}@0", cwd=tmp_path).lines() == [
        {"id": 1}]
    assert good("sql", "select id from t", "--table", "t=[a].csv", cwd=tmp_path).lines() == [
        {"id": 1}]


def test_columns_that_a_pipe_adds(tmp_path, table):
    rows = "id,e\n2,3\n"
    add = ["table", "append", table, "-", "--from", "csv", "--evolve", "add"]
    bad(2, *add, stdin=rows, says="name the columns with --schema")
    good(*add, "--schema", "id int64, e int64", stdin=rows)
    found = good("table", "read", table).lines()
    assert sorted(found, key=str) == [{"id": 1, "e": None}, {"id": 2, "e": 3}]
    good("table", "overwrite", *add[2:], "--schema", "id int64, f string", stdin="id,f\n3,x\n")
    assert good("table", "read", table).lines() == [{"id": 3, "e": None, "f": "x"}]


def test_what_is_given_twice(tmp_path, table):
    bad(2, "table", "update", table, "--all", "--set", "id=1", "--set", "id=2",
        says="--set gives id twice")
    bad(2, "table", "update", table, "--all", "--set", "id=1", "--set", "ID=2", says="twice")
    bad(2, "sql", "select 1", "--table", "t=a", "--table=t=b", says="--table gives t twice")
    # A setting of a format may be given anew.
    found = good("sql", "select id from t", "--table", "t=a.csv", "--to", "csv", "--set",
                 "out.header=on", "--set", "out.header=off", cwd=tmp_path)
    assert found.out == b"1\n"


@pytest.mark.parametrize("status,arguments,says", [
    (2, ["optimize", "--compression", "wibble"], "wibble"),
    (2, ["optimize", "--zorder", "id,ID"], '"ID" is named twice'),
    (2, ["vacuum", "--retain", "90s"], ["last 90 s are", "says 168 h", "--force-retention"]),
    (2, ["vacuum", "--retain", "0s"], "last 0 s are"),
    (4, ["create", "--schema", "id int64"], "--if-not-exists leaves it"),
    (3, ["read", "--at", "1970-01-02"], "begins after that time: with version 0, at 20"),
])
def test_what_is_wrong_and_what_to_do(table, status, arguments, says):
    bad(status, "table", arguments[0], table, *arguments[1:], says=says)


def test_what_is_missing(tmp_path, table):
    bad(2, "table", "constraint", "add", table, "positive", says=["condition is missing", "EXPR"])
    bad(2, "table", "constraint", "drop", table, "positive", "id > 0", says="its name is enough")
    bad(2, "table", "create", tmp_path / "n", "--schema", "id int64", "--identity",
        "id=always,start=x", says=["'x'", "id=always,start=100"])
    bad(3, "table", "convert", tmp_path / "none", says=["below the folder", "*.parq"])
