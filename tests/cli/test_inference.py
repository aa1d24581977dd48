"""Types found in a sample, for CSV and for JSON, and rows after the sample."""

import json

import pytest
from program import bad, good

# The texts of one CSV column, and the type that holds them all.
CSV_COLUMNS = [
    (["1", "2"], "int64"),
    (["", "1", ""], "int64"),
    (["", ""], "string"),
    (["1", "2.5"], "float64"),
    (["1", "1e3"], "float64"),
    (["1.50", "2"], "float64"),
    (["-0", "1"], "float64"),
    (["nan", "1.5"], "float64"),
    (["9223372036854775807"], "int64"),
    (["9223372036854775808"], "uint64"),
    (["18446744073709551616"], "decimal(38,0)"),
    (["-9223372036854775809"], "decimal(38,0)"),
    (["9" * 39], "string"),
    (["007", "8"], "string"),
    (["1", "01"], "string"),
    (["+1"], "string"),
    (["1_000"], "string"),
    (["1,000"], "string"),
    (["0x10"], "string"),
    (["12 "], "string"),
    (["true", "FALSE"], "bool"),
    (["true", "1"], "string"),
    (["yes"], "string"),
    (["2020-02-29"], "date"),
    (["2020-02-30"], "string"),
    (["2020-2-1"], "string"),
    (["Jan 1 2000"], "string"),
    (["01/02/2000"], "string"),
    (["20200101"], "int64"),
    (["10:11:12"], "string"),
    (["2020-01-01T10:00:00"], "timestamp(us)"),
    (["2020-01-01 10:00"], "timestamp(us)"),
    (["2020-01-01T10:00:00.123456789"], "timestamp(ns)"),
    (["2020-01-01T10:00:00Z"], "timestamp(us, UTC)"),
    (["2020-01-01T10:00:00+02:00", "2020-01-01T10:00:00Z"], "timestamp(us, UTC)"),
    (["2020-01-01", "2020-01-01T10:00:00"], "timestamp(us)"),
    (["2020-01-01T10:00:00", "2020-01-01T10:00:00Z"], "string"),
    (["2020-01-01", "x"], "string"),
    (["1", "x"], "string"),
    (["null"], "string"),
]


@pytest.mark.parametrize("texts, expected", CSV_COLUMNS, ids=lambda value: str(value)[:40])
def test_csv_types(tmp_path, texts, expected):
    lines = ['"' + text.replace('"', '""') + '"' if "," in text else text for text in texts]
    (tmp_path / "in.csv").write_text("v,w\n" + "".join(line + ",x\n" for line in lines))
    assert good("schema", tmp_path / "in.csv").text == f"v {expected}\nw string\n"
    good("convert", tmp_path / "in.csv", tmp_path / "out.csv")
    if expected == "string":
        back = (tmp_path / "out.csv").read_text()
        assert back == "v,w\n" + "".join(line + ",x\n" for line in lines)


JSON_COLUMNS = [
    (["1", "null"], "int64"),
    (["null"], "null"),
    (["1", "2.0"], "float64"),
    (["1", "18446744073709551615"], "uint64"),
    (["-1", "18446744073709551615"], "decimal(38,0)"),
    (["true"], "bool"),
    (['"007"'], "string"),
    (['"12"'], "string"),
    (['"2020-01-01"'], "date"),
    (['"2020-01-01T00:00:00Z"'], "timestamp(us, UTC)"),
    (['"2020-01-01"', '"soon"'], "string"),
    (["[1, 2]", "[]", "null"], "list<int64>"),
    (["[]"], "list<null>"),
    (['{"a": 1}', '{"b": "x"}'], "struct<a:int64, b:string>"),
    (['[{"a": 1}, {"a": null, "b": [true]}]'], "list<struct<a:int64, b:list<bool>>>"),
    (["1", '"x"'], None),
    (["1", "[1]"], None),
    (["{}", "[1]"], None),
    (["true", "1"], None),
]


@pytest.mark.parametrize("values, expected", JSON_COLUMNS, ids=lambda value: str(value)[:40])
def test_json_types(tmp_path, values, expected):
    source = tmp_path / "in.jsonl"
    source.write_text("".join(f'{{"v": {value}}}\n' for value in values))
    if expected is None:
        bad(1, "schema", source, says=["column v", "--mixed json"])
        assert good("schema", source, "--mixed", "json").text == "v json\n"
        rows = good("cat", source, "--mixed", "json").lines()
        assert [row["v"] for row in rows] == list(map(json.loads, values))
    else:
        assert good("schema", source).text == f"v {expected}\n"


def test_mixed_items(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"v":[1,2.5]}\n{"v":["x"]}\n')
    bad(1, "schema", source, says=["column v", "--mixed json"])
    assert good("schema", source, "--mixed", "json").text == "v list<json>\n"
    assert good("cat", source, "--mixed", "json").text == source.read_text()


def test_fields_that_come_late(tmp_path):
    """The schema is never that of the first record alone."""
    source = tmp_path / "in.jsonl"
    source.write_text('{"a":1}\n' * 500 + '{"b":"x","a":null}\n{}\n')
    assert good("schema", source).text == "a int64\nb string\n"
    assert good("cat", source).lines()[-2:] == [{"a": None, "b": "x"}, {"a": None, "b": None}]


@pytest.fixture
def late(tmp_path):
    """The 12,000th record is a float, which the sample of 10,000 has not seen."""
    path = tmp_path / "in.csv"
    path.write_text("n,m\n" + "1,2\n" * 11_999 + "1.5,2\n" + "1,2\n")
    return path


def test_a_later_row_that_does_not_fit(late, tmp_path):
    out = tmp_path / "out.jsonl"
    bad(1, "convert", late, out, says=["row 12000", "column n", f"byte {4 + 4 * 11_999}", "1.5"])
    assert not out.exists()
    good("convert", late, out, "--infer-rows", "12000")
    assert '{"n":1.5,"m":2}\n' in out.read_text()
    report = good("convert", late, out, "--on-bad", "null", "--json").json()
    assert (report["rows"], report["nulled"]) == (12_001, 1)
    report = good("convert", late, out, "--rejects", tmp_path / "bad.jsonl", "--json").json()
    assert (report["rows"], report["rejected"]) == (12_000, 1)


def test_a_late_field(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"a":1}\n' * 10_500 + '{"a":1,"b":2}\n')
    bad(1, "cat", source, says=["row 10501", "b"])
    assert good("cat", source, "--extra", "ignore").text == '{"a":1}\n' * 10_501


def test_several_files_are_one_sample(tmp_path):
    """What one file holds alone would not tell the types of all."""
    (tmp_path / "1.csv").write_text("n,t\n1,\n")
    (tmp_path / "2.csv").write_text("n,t\n2.5,2020-01-01\n")
    (tmp_path / "3.csv").write_text("n,t\n,2020-01-01T10:00:00\n")
    assert good("schema", tmp_path / "*.csv").text == "n float64\nt timestamp(us)\n"
    assert len(good("cat", tmp_path / "*.csv").lines()) == 3
    (tmp_path / "4.csv").write_text("n,t\nx,y\n")
    assert good("schema", tmp_path / "*.csv").text == "n string\nt string\n"
    rows = good("cat", tmp_path / "*.csv").lines()
    assert [row["n"] for row in rows] == ["1", "2.5", None, "x"]
    assert rows[1]["t"] == "2020-01-01"


def test_a_column_empty_in_all_files_is_text(tmp_path):
    for name in ["1.csv", "2.csv"]:
        (tmp_path / name).write_text("n,t\n1,\n")
    assert good("schema", tmp_path / "*.csv").text == "n int64\nt string\n"


def test_repeated_keys(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"a":1,"b":0,"a":2}\n')
    assert good("cat", source).text == '{"a":2,"b":0}\n'
    assert good("cat", source, "--set", "repeated_keys=first").text == '{"a":1,"b":0}\n'
    bad(1, "cat", source, "--set", "repeated_keys=error", says=["row 1", "a"])


def test_keys_that_no_column_can_have(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"v":{"a\\u0000b":1}}\n')
    bad(1, "cat", source, says=["U+0000", "--mixed json"])
    assert good("cat", source, "--mixed", "json").text == source.read_text()


def test_repeated_columns(tmp_path):
    (tmp_path / "in.csv").write_text("a,a,,a_2\n1,2,3,4\n")
    names = list(good("cat", tmp_path / "in.csv").lines()[0])
    assert len(set(names)) == 4 and names[0] == "a"
