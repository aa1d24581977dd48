"""--extra evolve: every field gets a column and every type holds all values."""

import json
import os

import pytest
from program import bad, good

LATE = ["".join(f'{{"a":{i}}}\n' for i in range(12_000)),
        '{"a":0.5,"s":{"x":1}}\n{"s":{"y":[true]},"b":"2020-01-01"}\n']


def test_fields_and_types_after_the_sample(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(LATE))
    assert "--extra evolve" in bad(1, "convert", source, target).err
    good("convert", "--extra", "evolve", source, target)
    last = [json.loads(line) for line in target.read_text().splitlines()[-2:]]
    assert last == [{"a": 0.5, "s": {"x": 1, "y": None}, "b": None},
                    {"a": None, "s": {"x": None, "y": [True]}, "b": "2020-01-01"}]
    assert good("schema", "--extra", "evolve", source).text == (
        "a float64\ns struct<x:int64, y:list<bool>>\nb date\n")


def test_csv_types_widen_and_files_bring_columns(tmp_path):
    first, second = tmp_path / "1.csv", tmp_path / "2.csv.gz"
    first.write_text("a,b\n" + "1,x\n" * 12_000 + "2.5,x\n")
    assert "--extra evolve" in bad(1, "convert", first, tmp_path / "out.csv").err
    good("convert", "--extra", "evolve", first, tmp_path / "out.csv")
    (tmp_path / "plain.csv").write_text("c,a\n2020-01-01,1\n")
    good("convert", tmp_path / "plain.csv", second, "--set", "in.infer=off")
    assert good("schema", "--extra", "evolve", first, second).text == (
        "a float64\nb string\nc date\n")


def test_csv_records_do_not_grow(tmp_path):
    """A field that the header does not name has no name to be a column by."""
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,2\n1,2,3\n")
    assert "row 2" in bad(1, "convert", "--extra", "evolve", source, tmp_path / "out.csv").err
    assert not (tmp_path / "out.csv").exists()


def test_schema_is_extended(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"z":1,"a":2}\n')
    given = ("--schema", "a float32, n int8")
    assert '"z"' in bad(1, "cat", *given, source).err
    assert good("schema", "--extra", "evolve", *given, source).text == (
        "a float32\nn int8\nz int64\n")
    assert good("cat", "--extra", "evolve", *given, source, "--to", "csv").text == (
        "a,n,z\n2.0,,1\n")


def test_mixtures_follow_mixed(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"a":1}\n' * 11_000 + '{"a":{"b":2}}\n')
    assert "--mixed json" in bad(1, "cat", "--extra", "evolve", source).err
    out = good("cat", "--extra", "evolve", "--mixed", "json", source, "--to", "jsonl")
    assert out.lines()[-1] == {"a": {"b": 2}}


@pytest.mark.parametrize("name", ["-", "pipe.jsonl"])
def test_what_is_read_once_only(tmp_path, name):
    if name != "-":
        os.mkfifo(tmp_path / name)  # nobody writes: it is not even opened
    message = bad(2, "cat", "--from", "jsonl", "--extra", "evolve", name, cwd=tmp_path,
                  stdin='{"a":1}\n').err
    assert "reads its input twice" in message and "--schema" in message


def test_count_needs_one_pass():
    assert good("count", "--from", "jsonl", "--extra", "evolve", "-",
                stdin='{"a":1}\n{"b":1}\n').text == "2\n"


def test_append(tmp_path):
    """Old JSON lines may lack what new ones have; a CSV header cannot change."""
    source, lines, table = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "out.csv"))
    source.write_text('{"a":1}\n{"b":2}\n')
    lines.write_text('{"a":0}\n')
    table.write_text("a\n0\n")
    good("convert", "--extra", "evolve", "--append", source, lines)
    assert lines.read_text() == '{"a":0}\n{"a":1,"b":null}\n{"a":null,"b":2}\n'
    message = bad(1, "convert", "--extra", "evolve", "--append", source, table).err
    assert "1 column, the new ones 2" in message
    assert table.read_text() == "a\n0\n"


def test_memory_does_not_grow_with_the_input(tmp_path):
    """Names that are data are refused before they fill the memory."""
    source = tmp_path / "in.jsonl"
    source.write_text("".join(f'{{"key {i}":{i}}}\n' for i in range(200_000)))
    message = bad(1, "schema", "--extra", "evolve", "--memory", "4MB", source).err
    assert "different fields" in message and "map<string" in message


def test_key_with_nul_names_a_column_escaped(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"a\\u0000b":1}\n{"c":2,"a\\u0000b":null}\n')
    assert "--mixed json" in bad(1, "cat", source).err
    assert good("schema", "--mixed", "json", source).text == '`a\\u0000b` int64\nc int64\n'
    for extra in ("error", "evolve"):
        out = good("cat", "--mixed", "json", "--extra", extra, source, "--to", "csv")
        assert out.text == "a\\u0000b,c\n1,\n,2\n"


@pytest.mark.parametrize("form", ["ion", "ion-text"])
def test_ion_types_and_fields_after_the_sample(form, tmp_path):
    text, source = tmp_path / "in.iont", tmp_path / "in.ion"
    text.write_text("{a:1,t:2020-01-01T00:00+01:00,d:1.5,n:null.bool}\n" * 12_000 +
                    "{a:2.5e0,t:2020-01-01T00:00:00.123+02:00,d:100.25,s:{x:sym}}\n"
                    "x::{b:{{AAE=}}}\n")
    source.write_bytes(good("cat", "--raw", text, "--to", form).out)
    assert "--extra evolve" in bad(1, "convert", "--from", form, source, tmp_path / "out.csv").err
    evolve = ("--extra", "evolve", "--from", form)
    assert good("schema", *evolve, source).text == (
        "a float64\nt timestamp(ms, UTC)\nd decimal(5,2)\nn bool\n"
        "s struct<x:dictionary<string>>\nb binary\n")
    last = good("cat", *evolve, source, "--to", "jsonl",
                "--set", "in.annotations=marks").lines()[-2:]
    assert [row["marks"] for row in last] == [[], ["x"]]
    assert [row["s"] for row in last] == [{"x": "sym"}, None]
    assert good("schema", *evolve, "--schema", "b binary, d float32", source).text.startswith(
        "b binary\nd float32\na float64\n")


def test_ion_and_json_become_one(tmp_path):
    (tmp_path / "1.iont").write_text("{a:1,b:2020-01-01}")
    (tmp_path / "2.jsonl").write_text('{"a":1.5,"c":"x"}\n')
    assert good("schema", "--extra", "evolve", tmp_path / "1.iont", tmp_path / "2.jsonl").text == (
        "a float64\nb date\nc string\n")
