"""Values that a table is partitioned by: those that the log has a text for, and those refused."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from program import bad, good


def partitions(table):
    found = []
    for commit in sorted((table / "_delta_log").glob("*.json")):
        for line in commit.read_text().splitlines():
            if "add" in json.loads(line):
                found.append(json.loads(line)["add"]["partitionValues"])
    return found


def test_binary_values_are_the_texts_of_their_bytes(tmp_path):
    table = tmp_path / "t"
    values = [b"abc", b"\x01\x02\x03", "é/=".encode(), None]
    data = pa.table({"id": [1, 2, 3, 4], "b": pa.array(values, pa.binary())})
    pq.write_table(data, tmp_path / "b.parquet")
    good("table", "create", table, "--schema", "id int64, b binary", "--partition-by", "b")
    good("table", "append", table, tmp_path / "b.parquet")
    assert sorted(p["b"] or "" for p in partitions(table)) == ["", "\x01\x02\x03", "abc", "é/="]
    good("table", "update", table, "--set", "id=id + 10", "--where", "id < 3")
    good("table", "optimize", table)
    good("table", "checkpoint", table)
    good("table", "read", table, "--out", tmp_path / "out.parquet")
    expected = {11: values[0], 12: values[1], 3: values[2], 4: values[3]}
    for got in (pq.read_table(tmp_path / "out.parquet"), DeltaTable(table).to_pyarrow_table()):
        assert dict(zip(got["id"].to_pylist(), got["b"].to_pylist())) == expected


def test_binary_values_without_a_text_are_refused(tmp_path):
    table = tmp_path / "t"
    data = pa.table({"id": [1, 2], "b": pa.array([b"abc", b"\x00\xff"], pa.binary())})
    pq.write_table(data, tmp_path / "b.parquet")
    good("table", "create", table, "--schema", "id int64, b binary", "--partition-by", "b")
    fault = bad(1, "table", "append", table, tmp_path / "b.parquet").err
    assert "row 2, column b" in fault and "UTF-8" in fault
    assert list(table.rglob("*.parquet")) == [] and partitions(table) == []


def test_an_empty_value_is_refused_where_null_is(tmp_path):
    table = tmp_path / "t"
    (tmp_path / "a.csv").write_text('id,p\n1,x\n2,""\n')
    good("table", "create", table, "--schema", "id int64, p string not null", "--partition-by",
         "p", "--property", "delta.columnMapping.mode=name")
    fault = bad(1, "table", "append", table, tmp_path / "a.csv").err
    assert "row 2, column p" in fault and "not null" in fault
    assert partitions(table) == []


def test_a_value_that_makes_no_name_of_a_folder_leaves_none(tmp_path):
    table = tmp_path / "t"
    (tmp_path / "a.csv").write_text(f"id,p\n1,{'x' * 254}\n")
    bad(1, "table", "append", table, tmp_path / "a.csv", "--create", "--partition-by", "p",
        says=["row 1, column p", "too long", "256 bytes"])
    assert not table.exists()


def test_folders_of_binary_values_and_times(tmp_path):
    table = tmp_path / "t"
    for folder in ("b=a%01/t=2024-01-02 03%3A04%3A05", "b=x/t=2024-01-02T00%3A00%3A00"):
        (table / folder).mkdir(parents=True)
        pq.write_table(pa.table({"id": [1]}), table / folder / "a.parquet")
    convert = ("table", "convert", table, "--partition-by", "b binary, t timestamp(us)")
    good(*convert)
    assert sorted((p["b"], p["t"][:19]) for p in partitions(table)) == [
        ("a\x01", "2024-01-02 03:04:05"), ("x", "2024-01-02 00:00:00")]
    assert sorted(DeltaTable(table).to_pyarrow_table()["b"].to_pylist()) == [b"a\x01", b"x"]


def test_a_folder_without_a_text_is_refused(tmp_path):
    table = tmp_path / "t"
    (table / "b=%FF").mkdir(parents=True)
    pq.write_table(pa.table({"id": [1]}), table / "b=%FF" / "a.parquet")
    bad(1, "table", "convert", table, "--partition-by", "b binary", says=["column b", "UTF-8"])
    assert not (table / "_delta_log").exists()


def test_null_and_a_text_that_is_called_as_its_folder_is(tmp_path):
    table, name = tmp_path / "t", "__HIVE_DEFAULT_PARTITION__"
    rows = [{"id": 1, "p": None}, {"id": 2, "p": name}, {"id": 3, "p": None}, {"id": 4, "p": name}]
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    good("table", "create", table, "--schema", "id int64, p string", "--partition-by", "p")
    for _ in range(2):
        good("table", "append", table, "-", "--from", "jsonl", stdin=text)
    good("table", "optimize", table, "--zorder", "id")
    expected = sorted([(row["id"], row["p"]) for row in rows * 2], key=lambda pair: pair[0])
    ours = good("table", "read", table, "--to", "jsonl").lines()
    theirs = DeltaTable(table).to_pyarrow_table().to_pylist()
    for got in (ours, theirs):
        assert sorted([(r["id"], r["p"]) for r in got], key=lambda pair: pair[0]) == expected
    assert len(DeltaTable(table).file_uris()) == 2


def test_a_write_that_fails_leaves_none_of_its_folders(tmp_path):
    """But those that were there, and all that have something in them."""
    table = tmp_path / "t"
    good("table", "create", table, "--schema", "id int64, a string, b string", "--partition-by",
         "a,b", "--property", "delta.enableChangeDataFeed=true")
    first, rows = tmp_path / "first.csv", tmp_path / "rows.csv"
    first.write_text("id,a,b\n1,0,0\n2,0,0\n")
    good("table", "append", table, first)
    (table / "a=2" / "b=2").mkdir(parents=True)
    # What is in the way of the last partition.
    (table / "a=3").write_text("")
    before = sorted(table.rglob("*"))
    lines = [f"{i},{a},{b}" for i, (a, b) in enumerate(["00", "01", "11", "12", "22", "23"])]
    rows.write_text("\n".join(["id,a,b", *lines, "1,3,3"]) + "\n")
    for command in (["append"], ["overwrite"], ["merge", "--on", "a,b"]):
        bad(3, "table", command[0], table, rows, *command[1:], says="a=3")
        assert sorted(table.rglob("*")) == before
    bad(3, "table", "update", table, "--set", "a='3'", "--where", "id > 1")
    assert sorted(table.rglob("*")) == before
    bad(1, "table", "update", table, "--set", f"b='{'x' * 254}'", "--where", "id > 1",
        says=["column b", "too long"])
    assert sorted(table.rglob("*")) == before
