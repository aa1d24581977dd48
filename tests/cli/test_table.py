"""The table commands: what they print, refuse and leave behind."""

import pytest
from program import bad, good, start


@pytest.fixture
def rows(tmp_path):
    (tmp_path / "a.csv").write_text("id,name,born\n1,Ada,1815-12-10\n2,B,\n")
    (tmp_path / "b.jsonl").write_text('{"name": "007", "id": 3}\n')
    return tmp_path


def commits(table):
    return sorted(path.name for path in (table / "_delta_log").glob("*.json"))


def test_create_append_read(rows):
    table = rows / "t"
    schema = "id int64 not null, name string, born date"
    assert good("table", "create", table, "--schema", schema, "--partition-by", "born",
                "--property", "delta.appendOnly=true", "--property", "x.y=1", "--json").json() == {
        "table": str(table), "created": True}
    done = good("table", "append", table, rows / "a.csv", rows / "b.jsonl", "--json").json()
    assert (done["version"], done["rows"], done["files"]) == (1, 3, 2)
    assert not done["created"] and not done["skipped"]
    # "007" is text because the table's column is.
    expected = [{"id": 1, "name": "Ada", "born": "1815-12-10"},
                {"id": 2, "name": "B", "born": None}, {"id": 3, "name": "007", "born": None}]
    read = good("table", "read", table).lines()
    assert sorted(read, key=lambda row: row["id"]) == expected
    assert good("table", "read", table, "--version", "0").lines() == []
    assert good("table", "read", table, "--where", "id > 1 AND name < 'A'", "--select", "born,id",
                "--to", "csv").text == "born,id\n,3\n"
    assert len(good("table", "read", table, "--limit", "2").lines()) == 2
    report = good("table", "read", table, "--out", rows / "out.parquet", "--json").json()
    assert (report["rows"], report["version"], report["format"]) == (3, 1, "parquet")
    assert good("count", rows / "out.parquet").text.strip() == "3"


def test_reports(rows):
    table = rows / "t"
    good("table", "append", table, rows / "a.csv", "--create", "--partition-by", "name")
    good("table", "append", table, rows / "a.csv")
    info = good("table", "info", table, "--json").json()
    assert info["version"] == 1 and info["rows"] == 4 and info["files"] == 4
    assert info["columns"] == ["id", "name", "born"] and info["partition_columns"] == ["name"]
    assert info["protocol"]["reader"] == 1 and info["properties"] == {}
    assert good("table", "info", table, "--version", "0", "--json").json()["rows"] == 2
    history = good("table", "history", table, "--json").lines()
    assert [one["version"] for one in history] == [1, 0]
    assert [one["operation"] for one in history] == ["WRITE", "WRITE"]
    assert history[0]["info"]["engineInfo"].startswith("quire/")
    files = good("table", "files", table, "--json").lines()
    assert len(files) == 4 and {file["rows"] for file in files} == {1}
    assert {file["partitions"]["name"] for file in files} == {"Ada", "B"}
    assert all((table / file["path"]).stat().st_size == file["bytes"] for file in files)
    for command in ("info", "history", "files"):
        drawn = good("table", command, table).text
        assert "name" in drawn or "WRITE" in drawn


def test_time(rows):
    table = rows / "t"
    good("table", "append", table, rows / "a.csv", "--create")
    made = good("table", "info", table, "--version", "0", "--json").json()["created_ms"]
    bad(3, "table", "read", table, "--at", "2001-01-01", says="begins after")
    assert len(good("table", "read", table, "--at", "2999-01-01T00:00:00Z").lines()) == 2
    assert made > 0
    bad(2, "table", "read", table, "--at", "yesterday", says=["--at", "yesterday"])
    bad(2, "table", "read", table, "--at", "2999-01-01", "--version", "1", says="--version and --at")
    bad(3, "table", "read", table, "--version", "7", says="7")


def test_transactions_are_written_once(rows):
    table = rows / "t"
    one = ("table", "append", table, rows / "a.csv", "--create", "--json", "--txn")
    assert not good(*one, "app:1:5").json()["skipped"]
    assert good(*one, "app:1:5").json()["skipped"] and good(*one, "app:1:4").json()["skipped"]
    assert not good(*one, "app:1:6").json()["skipped"]
    assert len(good("table", "read", table).lines()) == 4
    for txn in ("app", ":1", "app:", "app:x", "app:-1", "app:99999999999999999999"):
        bad(2, *one, txn, says="APP:VERSION")


def test_refusals(rows):
    table = rows / "t"
    for command in ("read", "info", "history", "files"):
        bad(3, "table", command, table, says="no Delta table")
    bad(3, "table", "append", table, rows / "a.csv", says=["no Delta table", "--create"])
    bad(2, "table", "append", table, rows / "a.csv", "--partition-by", "id", says="--create")
    bad(2, "table", "create", table, says="--schema")
    bad(2, "table", "create", table, "--schema", "at time(us)", says="at")
    assert not table.exists()
    good("table", "create", table, "--schema", "id int64, name string")
    bad(4, "table", "create", table, "--schema", "id int64", says="there is a table")
    assert good("table", "create", table, "--schema", "id int64", "--if-not-exists",
                "--json").json()["created"] is False
    bad(2, "table", "append", table, rows / "b.jsonl", "--create", "--partition-by", "id",
        says="not partitioned")
    bad(1, "table", "append", table, rows / "a.csv", says="born")
    (rows / "bad.jsonl").write_text('{"id": 1}\n{"id": "x"}\n')
    bad(1, "table", "append", table, rows / "bad.jsonl", says=["bad.jsonl", "id"])
    assert commits(table) == ["00000000000000000000.json"]
    assert [path.name for path in table.iterdir()] == ["_delta_log"]
    bad(2, "table", "read", table, "--select", "nam", says=["nam", '"name"'])
    bad(2, "table", "read", table, "--set", "infer=off", says="infer")
    bad(2, "table", "read", table, "--schema", "a int64", says="--schema")


def test_rejects(rows):
    table, rejects = rows / "t", rows / "rejects.jsonl"
    good("table", "create", table, "--schema", "id int64")
    (rows / "bad.jsonl").write_text('{"id": 1}\n{"id": "x"}\n')
    done = good("table", "append", table, rows / "bad.jsonl", "--rejects", rejects, "--json")
    assert done.json()["rows"] == 1 and done.json()["rejected"] == 1
    assert len(rejects.read_text().splitlines()) == 1


def test_delete(rows):
    table = rows / "t"
    good("table", "append", table, rows / "a.csv", rows / "b.jsonl", "--create")
    bad(2, "table", "delete", table, says=["--where", "--all"])
    bad(2, "table", "delete", table, "--all", "--where", "id = 1", says="--all")
    bad(2, "table", "delete", table, "--where", "id = = 1", says="character 6")
    assert good("table", "delete", table, "--where", "id = 9", "--json").json()["unchanged"]
    assert len(commits(table)) == 1
    done = good("table", "delete", table, "--where", "born IS NULL", "--json").json()
    assert (done["version"], done["rows_deleted"], done["rows_copied"]) == (1, 2, 1)
    assert "1 row deleted" in good("table", "delete", table, "--all").err
    assert good("table", "read", table).lines() == []
    good("table", "append", table, rows / "a.csv")
    done = good("table", "delete", table, "--where", "id = 2", "--deletion-vectors",
                "--json").json()
    assert done["vectors_written"] == 1 and len(good("table", "read", table).lines()) == 1


def test_overwrite(rows):
    table = rows / "t"
    one = ("table", "overwrite", table)
    bad(3, *one, rows / "a.csv", says="--create")
    done = good(*one, rows / "a.csv", "--create", "--partition-by", "name", "--json").json()
    assert (done["version"], done["rows_inserted"]) == (0, 2)
    done = good(*one, rows / "b.jsonl", "--where", "id = 2 OR id = 3", "--json").json()
    assert (done["rows_inserted"], done["rows_deleted"]) == (1, 1)
    assert sorted(row["id"] for row in good("table", "read", table).lines()) == [1, 3]
    bad(1, *one, rows / "b.jsonl", "--where", "id = 2", says=["row 1", "id=3"])
    assert good(*one, rows / "a.csv", "--txn", "a:1", "--json").json()["rows_deleted"] == 2
    assert "already" in good(*one, rows / "a.csv", "--txn", "a:1").err
    shown = good("table", "overwrite", "--help").text
    assert shown.count("--where CONDITION") == 1 and "rows of the table to replace" in shown


def test_update(rows):
    table = rows / "t"
    good("table", "append", table, rows / "a.csv", rows / "b.jsonl", "--create")
    one = ("table", "update", table)
    bad(2, *one, "--where", "id = 1", says="--set")
    bad(2, *one, "--set", "id=1", says=["--where", "--all"])
    bad(2, *one, "--set", "id=1 +* 2", "--all", says=["column id", "character 4"])
    done = good(*one, "--set", "id=id + 10", "--set", "name=concat(name, '=')", "--where",
                "born IS NULL", "--json").json()
    assert (done["rows_updated"], done["rows_copied"]) == (2, 1)
    assert sorted((row["id"], row["name"]) for row in good("table", "read", table).lines()) == [
        (1, "Ada"), (12, "B="), (13, "007=")]
    assert "3 rows updated" in good(*one, "--set", "born=NULL", "--all").err


def test_merge(rows):
    table = rows / "t"
    one = ("table", "merge", table)
    bad(2, *one, rows / "a.csv", "--create", says="--on")
    bad(3, *one, rows / "a.csv", "--on", "id", says="--create")
    good(*one, rows / "a.csv", "--on", "id", "--create")
    (rows / "c.jsonl").write_text('{"id": 2, "name": "C"}\n{"id": 4}\n')
    done = good(*one, rows / "c.jsonl", "--on", "id", "--json").json()
    assert (done["rows_updated"], done["rows_inserted"], done["version"]) == (1, 1, 1)
    assert sorted(row["id"] for row in good("table", "read", table).lines()) == [1, 2, 4]
    (rows / "d.jsonl").write_text('{"id": 2, "name": "C"}\n{"id": 2}\n')
    bad(1, *one, rows / "d.jsonl", "--on", "id", says=["rows 1 and 2", "id=2"])
    bad(2, *one, rows / "d.jsonl", "--on", "x", says='no column "x"')
    many = rows / "many.jsonl"
    many.write_text("".join(f'{{"id": {i}}}\n' for i in range(30000)))
    bad(1, *one, many, "--on", "id", "--memory", "1MB", says=["keys", "memory"])


def test_restore(rows):
    table = rows / "t"
    good("table", "append", table, rows / "a.csv", "--create")
    good("table", "delete", table, "--all")
    one = ("table", "restore", table)
    bad(2, *one, says=["--version", "--at"])
    bad(2, *one, "--version", "0", "--at", "2999-01-01", says="both")
    bad(3, *one, "--version", "9", says="9")
    bad(3, *one, "--at", "2001-01-01", says="begins after")
    done = good(*one, "--version", "0", "--json").json()
    assert (done["version"], done["files_added"], done["rows_inserted"]) == (2, 1, 2)
    assert len(good("table", "read", table).lines()) == 2
    assert "nothing to do" in good(*one, "--at", "2999-01-01").err


def test_changes(rows):
    table = rows / "t"
    one = ("table", "changes", table)
    good("table", "create", table, "--schema", "id int64, name string, born date", "--property",
         "delta.enableChangeDataFeed=true")
    good("table", "append", table, rows / "a.csv")
    good("table", "update", table, "--set", "name='x'", "--where", "id = 1")
    good("table", "delete", table, "--where", "id = 2")
    bad(2, *one, says="--from-version")
    bad(2, *one, "--from-version", "2", "--to-version", "1", says="from 2 to 1")
    bad(3, *one, "--from-version", "4", says="no version 4; the newest is 3")
    bad(3, *one, "--from-version", "0", "--to-version", "99", says="no version 99; the newest is 3")
    told = good(*one, "--from-version", "0", "--select", "id,_change_type,_commit_version").lines()
    assert [tuple(row.values()) for row in told] == [
        (1, "insert", 1), (2, "insert", 1), (1, "update_preimage", 2), (1, "update_postimage", 2),
        (2, "delete", 3)]
    assert good(*one, "--from-version", "2", "--to-version", "2", "--where", "name = 'x'", "--out",
                rows / "c.parquet", "--json").json()["rows"] == 1
    off = rows / "off"
    good("table", "append", off, rows / "a.csv", "--create")
    bad(2, *one[:2], off, "--from-version", "0", says="enableChangeDataFeed")


def test_words_of_the_group(rows):
    group = bad(2, "table").err
    assert "table append" in group and "table read" in group
    assert good("help", "table").text == good("table", "--help").text == group
    assert good("help", "table", "read").text == good("table", "read", "--help").text
    assert "QUIRE\\-TABLE\\-READ 1" in good("help", "--man", "table", "read").text
    assert "quire\\-table\\-read (1)" in good("help", "--man").text
    bad(2, "table", "reed", says="table read")
    bad(2, "table", "--json", "read", rows / "t", says="before its options")
    bad(2, "help", "table", "reed", says="table read")
    assert "table read" not in good("help").text


def test_a_folder_that_is_a_table(rows):
    """Its files have rows that are no part of it any more."""
    table = rows / "t"
    good("table", "append", table, rows / "a.csv", "--create")
    good("table", "delete", table, "--where", "id = 1")
    for command in (["cat", table], ["count", table], ["convert", table, rows / "out.csv"]):
        bad(2, *command, says=["Delta table", "table read"])
    assert not (rows / "out.csv").exists()
    assert good("count", f"{table}/*.parquet").text.strip() == "3"


@pytest.mark.parametrize("kind", ["decimal(5,6)", "decimal(40,2)", "struct<>", "list<struct<>>",
                                  "map<string,decimal(1,2)>"])
def test_types_that_no_table_has_are_refused(tmp_path, kind):
    table = tmp_path / "t"
    bad(2, "table", "create", table, "--schema", f"id int64, c {kind}", says="c")
    assert not table.exists()


@pytest.mark.parametrize("name", ["_change_type", "_commit_version", "_Commit_Timestamp"])
def test_columns_of_changes_are_none_of_the_table(tmp_path, name):
    on = "delta.enableChangeDataFeed=true"
    table, other = tmp_path / "t", tmp_path / "u"
    (tmp_path / "a.jsonl").write_text('{"id": 1, "%s": 2}\n' % name)
    bad(2, "table", "create", table, "--schema", f"id int64, {name} int64", "--property", on,
        says=name)
    assert not table.exists()
    good("table", "create", table, "--schema", f"id int64, {name} int64")
    good("table", "append", table, tmp_path / "a.jsonl")
    bad(2, "table", "property", "set", table, on, says=name)
    good("table", "create", other, "--schema", "id int64", "--property", on)
    bad(2, "table", "append", other, tmp_path / "a.jsonl", "--evolve", "add", says=name)
    assert good("table", "info", other, "--json").json()["columns"] == ["id"]


def test_producers_that_make_a_table_at_once_all_append(rows):
    for turn in range(2):
        table = rows / f"t{turn}"
        producers = [start("table", "append", table, rows / "a.csv", "--create")
                     for _ in range(4)]
        assert [producer.wait() for producer in producers] == [0] * 4
        assert len(commits(table)) == 4
        assert len(good("table", "read", table).lines()) == 8
        good("table", "fsck", table)


def test_columns_that_are_not_there_are_told_of(rows):
    table, stats = rows / "t", "delta.dataSkippingStatsColumns="
    create = ("table", "create", table, "--schema")
    bad(2, *create, "a int64", "--partition-by", "z", says='no column "z"')
    bad(2, *create, "a int64", "--partition-by", "a,a", says="twice")
    bad(2, *create, "a int64", "--partition-by", "a", says="all of its columns")
    bad(2, "table", "append", table, rows / "a.csv", "--create", "--partition-by", "z",
        says='no column "z"')
    bad(2, *create, "a int64", "--property", stats + "a,nope", says='no column "nope"')
    for kind in ("bool", "binary", "list<int64>", "map<string,int64>", "struct<c:int64, d:bool>"):
        bad(2, *create, f"a int64, b {kind}", "--property", stats + "a,b", says='"b" is no number')
    assert not table.exists()
    good(*create, "a int64, `b.c` struct<d:int64>", "--property", stats + "A, `b.c`.d")
    bad(2, "table", "property", "set", table, stats + "a, `b.c`.e ,a", says='"`b.c`.e')
    good("table", "property", "set", table, stats + "a")
