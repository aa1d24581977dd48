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


def test_outputs_of_run_logs(tmp_path):
    """Pages, pictures and exports; also by ways that are not there."""
    row = '{"run_id":"r","phase":"gold","step_name":"s"}'
    good("log", "write", tmp_path / "ow", "--kind", "rows", stdin=row)
    table = tmp_path / "ow"
    before = contents(table)
    (tmp_path / "dangling").symlink_to(table / "new")
    (tmp_path / "away").symlink_to("ow")
    ways = [*places(tmp_path, table)[:-1], table, tmp_path / "x" / ".." / "ow" / "o4.csv", "./ow/a",
            "y/z/../../ow/./a", tmp_path / "dangling", tmp_path / "dangling" / "a.csv", "away/a.csv"]
    for out in ways:
        bad(2, "log", "export", "ow", "--path", out, cwd=tmp_path, says="lies within the table")
        bad(2, "log", "report", "ow", "--html", out, cwd=tmp_path,
            says="the page lies within the table")
        bad(2, "log", "report", "ow", "--png", out, cwd=tmp_path,
            says="the folder of the pictures lies within the table")
    bad(2, "log", "export", ".", "--path", "a.csv", cwd=table, says="lies within the table")
    assert contents(table) == before and not (tmp_path / "x").exists()
    bad(2, "log", "report", "ow", "--png", "-", cwd=tmp_path, says="--png wants a folder")
    assert not (tmp_path / "-").exists()
    good("log", "export", "ow", "--path", "owl/a.csv", cwd=tmp_path)
    good("log", "report", "ow", "--html", "x/../ow.html", cwd=tmp_path)


def test_outputs_within_other_tables(tmp_path, table):
    """Of whichever table: its upkeep would delete them, and its log could be written over."""
    before = contents(table)
    (tmp_path / "rules.yaml").write_text("rules:\n- {name: r, check: id < 2, on_fail: reject}\n")
    row = '{"run_id":"r","phase":"gold","step_name":"s"}'
    good("log", "write", tmp_path / "log", "--kind", "rows", stdin=row)
    says = f"lies within the table {table.resolve()}"
    csv = tmp_path / "a.csv"
    for out in places(tmp_path, table):
        bad(2, "convert", csv, out, "--to", "jsonl", says=says)
        bad(2, "convert", csv, tmp_path / "b.csv", "--rules", tmp_path / "rules.yaml", "--rejects",
            out, says=["the rejects file", says])
        bad(2, "validate", csv, "--rules", tmp_path / "rules.yaml", "--rejects", out, says=says)
        bad(2, "sql", "select 1", "--to", "jsonl", "--out", out, says=says)
        bad(2, "table", "read", tmp_path / "log", "--to", "jsonl", "--out", out, says=says)
        bad(2, "table", "append", tmp_path / "n", csv, "--create", "--rejects", out, says=says)
        bad(2, "log", "export", tmp_path / "log", "--format", "csv", "--path", out, says=says)
        bad(2, "log", "report", tmp_path / "log", "--html", out, says=says)
        bad(2, "log", "report", tmp_path / "log", "--png", out, says=says)
        bad(2, "log", "write", tmp_path / "log", "--kind", "rows", "--quality-action", "reject",
            "--quality-rejects", out, stdin=row, says=says)
    assert contents(table) == before and not (tmp_path / "n").exists()
    # A folder of that name that is no table, and names that begin like the table's, are free.
    (tmp_path / "free" / "_delta_log").mkdir(parents=True)
    good("convert", csv, tmp_path / "free" / "b.csv")
    good("convert", csv, tmp_path / "t2" / "b.csv")
    good("convert", csv, "-", "--to", "jsonl", cwd=table)
