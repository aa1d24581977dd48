"""An output that lies within a table that is read or written is refused, and harms nothing."""

import pytest
from program import bad, good


@pytest.fixture
def table(tmp_path):
    (tmp_path / "a.csv").write_text("id\n1\n2\n3\n")
    good("table", "append", tmp_path / "t", tmp_path / "a.csv", "--create")
    return tmp_path / "t"


def places(tmp_path, table):
    """Names of objects of the table, some by ways around."""
    data = next(table.glob("*.parquet"))
    (tmp_path / "way").symlink_to(table / "_delta_log")
    return [data, table / "new.jsonl", table / "sub" / "new.jsonl", f"file://{data}",
            tmp_path / "way" / "00000000000000000000.json",
            tmp_path / "t" / ".." / "t" / "_delta_log" / "x.json"]


def contents(table):
    return {path: path.read_bytes() for path in sorted(table.rglob("*")) if path.is_file()}


def test_outputs_of_readers(tmp_path, table):
    before = contents(table)
    for out in places(tmp_path, table):
        read = ["--to", "jsonl", "--out", out]
        bad(2, "table", "read", table, *read, says="lies within the table")
        bad(2, "table", "changes", table, "--from-version", "0", *read, says="lies within")
        bad(2, "sql", "select * from t", "--table", f"t={table}", *read, says="lies within")
    bad(2, "table", "read", "t", "--out", next(table.glob("*.parquet")), cwd=tmp_path)
    bad(2, "table", "read", ".", "--to", "jsonl", "--out", "x", cwd=table)
    assert contents(table) == before
    good("table", "read", table, "--out", tmp_path / "t2.jsonl")
    good("table", "read", "t", "--to", "jsonl", "--out", "new/deep/t", cwd=tmp_path)


def test_an_input_of_a_query(tmp_path, table):
    query = ["sql", "select * from t", "--table", f"t={tmp_path / 'a.csv'}", "--out"]
    bad(2, *query, tmp_path / "a.csv", says="is one of the inputs")
    good(*query, tmp_path / "b.csv")


@pytest.mark.parametrize("command", [("append",), ("overwrite",), ("merge", "--on", "id")])
def test_rejects_of_writers(tmp_path, table, command):
    (tmp_path / "bad.csv").write_text("id\n4\nx\n")
    before = contents(table)
    write = ["table", command[0], table, tmp_path / "bad.csv", *command[1:], "--rejects"]
    for out in places(tmp_path, table):
        bad(2, *write, out, says="the rejects file lies within the table")
    assert contents(table) == before
    good(*write, tmp_path / "rejects")
    new = ["table", command[0], tmp_path / "n", tmp_path / "bad.csv", *command[1:], "--create"]
    bad(2, *new, "--rejects", tmp_path / "n" / "rejects", says="lies within")
    assert not (tmp_path / "n").exists()
