"""Names in back quotes, as conditions have them, wherever columns are named."""

import pytest
from program import bad, good

COLUMNS = ["id", "a b", "e=f", "x,y", "q`q", "d.e"]


@pytest.fixture
def table(tmp_path):
    header = ",".join(f'"{name}"' for name in COLUMNS)
    (tmp_path / "a.csv").write_text(f"{header}\n1,2,3,4,5,6\n2,3,4,5,6,7\n")
    good("table", "append", tmp_path / "t", tmp_path / "a.csv", "--create",
         "--partition-by", "`x,y`,`e=f`", "--set", "header=on")
    return tmp_path / "t"


def rows(table, *more):
    return sorted((list(row.values()) for row in good("table", "read", table, *more).lines()),
                  key=str)


def test_select(table):
    assert rows(table, "--select", "`x,y`,id") == [[4, 1], [5, 2]]
    assert rows(table, "--select", "`a b`,`e=f`,`q``q`,`d.e`") == [[2, 3, 5, 6], [3, 4, 6, 7]]
    assert rows(table, "--select", "a b,q`q,d.e") == [[2, 5, 6], [3, 6, 7]]
    bad(2, "table", "read", table, "--select", "`a b", says="does not end")
    bad(2, "table", "read", table, "--select", "id,", says="without a name")
    sort = good("convert", table.parent / "a.csv", table.parent / "s.jsonl", "--sort", "-`a b`")
    assert sort.code == 0 and '"a b":3' in (table.parent / "s.jsonl").read_text().split("\n")[0]


def test_fields_of_a_struct(tmp_path):
    (tmp_path / "n.jsonl").write_text('{"s t":{"u,v":1,"w":2}}\n')
    found = good("cat", tmp_path / "n.jsonl", "--to", "jsonl", "--select", "`s t`.`u,v`").lines()
    assert found == [{"s t": {"u,v": 1}}]


def test_set(table):
    good("table", "update", table, "--set", "`e=f`=`a b` + 10", "--set", "`a b`=0", "--set",
         "`q``q`=7", "--set", "id=id", "--where", "`x,y` = 4")
    assert rows(table, "--where", "id = 1") == [[1, 0, 12, 4, 7, 6]]
    bad(2, "table", "update", table, "--set", "`nothing`=1", "--all", says='no column "nothing"')


def test_on(tmp_path, table):
    good("table", "merge", table, tmp_path / "a.csv", "--on", "`x,y`,`a b`,`q``q`")
    assert len(rows(table)) == 2


def test_zorder(table):
    good("table", "optimize", table, "--zorder", "`a b`,`q``q`")
    bad(2, "table", "optimize", table, "--zorder", "id,`x,y`", says='"x,y" partitions the table')


def test_create(tmp_path):
    good("table", "create", tmp_path / "n", "--schema", "`a,b` int64, c int64",
         "--partition-by", "`a,b`")
    info = good("table", "info", tmp_path / "n", "--json").json()
    assert info["partition_columns"] == ["a,b"]
