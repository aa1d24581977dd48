"""Rows of CSV, JSON and Ion go to a table's columns whatever the case of their names, at any depth,
and what lies in maps makes their columns grow."""

import pytest
from program import bad, good

SCHEMA = "id int64, Name string, s struct<x: int64, deep: list<struct<Y: int64>>>"


@pytest.fixture
def table(tmp_path):
    good("table", "create", tmp_path / "t", "--schema", SCHEMA)
    return tmp_path / "t"


def rows(table):
    return sorted(good("table", "read", table).lines(), key=lambda row: row["id"])


INPUTS = {
    "csv": "ID,name\n1,a\n2,\n",
    "jsonl": '{"Id":1,"NAME":"a","S":{"X":5,"DEEP":[{"y":7}]}}\n{"name":null,"iD":2}\n',
    "ion": '{ID:1,name:"a",S:{X:5,Deep:[{y:7}]}} {NAME:null,Id:2}',
}


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("how", [(), ("--evolve", "add"), ("--evolve", "widen")])
def test_names_whatever_their_case(tmp_path, table, kind, how):
    (tmp_path / f"a.{kind}").write_text(INPUTS[kind])
    nested = None if kind == "csv" else {"x": 5, "deep": [{"Y": 7}]}
    expected = [{"id": 1, "Name": "a", "s": nested}, {"id": 2, "Name": None, "s": None}]
    good("table", "append", table, tmp_path / f"a.{kind}", *how)
    assert rows(table) == expected
    good("table", "overwrite", table, tmp_path / f"a.{kind}", *how)
    assert rows(table) == expected
    good("table", "merge", table, tmp_path / f"a.{kind}", "--on", "id")
    assert rows(table) == expected


def test_many_records_in_turn(tmp_path, table):
    """Names that were found are found again, in whatever order and spelling they come."""
    spellings = ["id", "ID", "Id", "iD"]
    for kind, text in (("jsonl", '{{"{0}":{1},"{2}":"n"}}\n'), ("ion", '{{{0}:{1},{2}:"n"}} ')):
        lines = [text.format(spellings[i % 4], i, ["Name", "NAME", "name"][i % 3])
                 for i in range(1000)]
        (tmp_path / f"m.{kind}").write_text("".join(lines))
        good("table", "overwrite", table, tmp_path / f"m.{kind}")
        found = rows(table)
        assert [row["id"] for row in found] == list(range(1000))
        assert {row["Name"] for row in found} == {"n"}


def test_names_that_are_not_one(tmp_path, table):
    (tmp_path / "two.csv").write_text("ID,Id,Name\n1,2,x\n")
    bad(1, "table", "append", table, tmp_path / "two.csv", says="ID")
    (tmp_path / "exact.csv").write_text("ID,id,Name\n1,2,x\n")
    bad(1, "table", "append", table, tmp_path / "exact.csv", says="ID")
    good("table", "append", table, tmp_path / "exact.csv", "--extra", "ignore")
    assert rows(table)[0]["id"] == 2
    # Elsewhere names are what they are.
    (tmp_path / "a.csv").write_text("ID\n1\n")
    bad(1, "convert", tmp_path / "a.csv", tmp_path / "b.csv", "--schema", "id int64", says="ID")


@pytest.mark.parametrize("kind,text", [
    ("jsonl", '{"id":1,"New":1}\n{"ID":2,"new":2,"NAME":"x"}\n'),
    ("ion", '{id:1,New:1} {ID:2,new:2,NAME:"x"}'),
])
def test_new_names_are_one_too(tmp_path, table, kind, text):
    (tmp_path / f"a.{kind}").write_text(text)
    good("table", "append", table, tmp_path / f"a.{kind}", "--evolve", "add")
    assert rows(table) == [{"id": 1, "Name": None, "s": None, "New": 1},
                           {"id": 2, "Name": "x", "s": None, "New": 2}]


@pytest.mark.parametrize("kind,first,second", [
    ("jsonl", '{"id":3,"m":{"k":{"d":6,"g":true}}}\n',
     '{"id":4,"l":{"a":[{"b":{"q":1,"r":"x"}}]},"m":{"z":{"G":false}}}\n'),
    ("ion", '{id:3,m:{k:{d:6,g:true}}}',
     '{id:4,l:{a:[{b:{q:1,r:"x"}}]},m:{z:{G:false}}}'),
])
def test_structs_in_maps_grow(tmp_path, kind, first, second):
    table = tmp_path / "t"
    good("table", "create", table, "--schema", "id int64, m map<string,struct<d:int64>>, "
         "l map<string,list<map<string,struct<q:int64>>>>, n map<string,int64>")
    for i, text in enumerate((first, second)):
        (tmp_path / f"{i}.{kind}").write_text(text)
        bad(1, "table", "append", table, tmp_path / f"{i}.{kind}", says=["g", "r"][i])
        good("table", "append", table, tmp_path / f"{i}.{kind}", "--evolve", "add")
    assert rows(table) == [
        {"id": 3, "m": {"k": {"d": 6, "g": True}}, "l": None, "n": None},
        {"id": 4, "m": {"z": {"d": None, "g": False}}, "l": {"a": [{"b": {"q": 1, "r": "x"}}]},
         "n": None}]
    (tmp_path / "odd.jsonl").write_text('{"id":5,"m":[1],"n":{"a":{"b":1}}}\n')
    bad(1, "table", "append", table, tmp_path / "odd.jsonl", "--evolve", "add")
