"""convert: inputs of many shapes to one output, by its options."""

import gzip
import json
import os
import shutil

import pyarrow.parquet as pq
import pytest
from program import bad, good, names, run

CSV = "id,name,at\n1,a,2020-01-01\n2,\"b,c\",2020-01-02\n3,,\n"
LINES = ('{"id":1,"name":"a","at":"2020-01-01"}\n{"id":2,"name":"b,c","at":"2020-01-02"}\n'
         '{"id":3,"name":null,"at":null}\n')


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(CSV)
    return path


@pytest.mark.parametrize("extension", ["", ".gz", ".zst", ".lz4", ".sz", ".br"])
def test_there_and_back(source, tmp_path, extension):
    lines = tmp_path / ("out.jsonl" + extension)
    good("convert", source, lines)
    if extension == "":
        assert lines.read_text() == LINES
    elif extension == ".gz":
        assert gzip.decompress(lines.read_bytes()).decode() == LINES
    back = tmp_path / ("back.csv" + extension)
    good("convert", lines, back)
    assert good("cat", back, "--to", "csv").text == CSV


def test_compression_option(source, tmp_path):
    for compression in ("zstd:1", "zstd:19", "gzip:9", "none"):
        good("convert", source, tmp_path / "out.bin", "--to", "jsonl", "--compression", compression)
        result = good("cat", tmp_path / "out.bin", "--from", "jsonl")
        assert result.text == LINES
    bad(2, "convert", source, tmp_path / "x.jsonl", "--compression", "zstd:99", says="zstd")
    bad(2, "convert", source, tmp_path / "x.jsonl", "--compression", "zst", says="zstd")
    assert "x.jsonl" not in names(tmp_path)


def test_parquet(source, tmp_path):
    out = tmp_path / "out.parquet"
    good("convert", source, out, "--compression", "zstd:3", "--row-group-rows", "2",
         "--set", "compression.name=lz4_raw")
    metadata = pq.read_metadata(out)
    assert [metadata.row_group(i).num_rows for i in range(2)] == [2, 1]
    assert [metadata.row_group(0).column(i).compression for i in range(3)] == [
        "ZSTD", "LZ4", "ZSTD"]
    assert pq.read_table(out)["name"].to_pylist() == ["a", "b,c", None]
    good("convert", source, out, "--compression", "none")
    assert pq.read_metadata(out).row_group(0).column(0).compression == "UNCOMPRESSED"
    before = out.read_bytes()
    bad(2, "convert", source, out, "--compression", "zst", says="zstd")
    bad(2, "convert", source, out, "--set", "encoding.nam=plain", says=["nam", "name"])
    bad(2, "convert", source, tmp_path / "x.parquet.gz", says=["x.parquet.gz", "inside"])
    bad(2, "convert", source, tmp_path / "x.csv", "--row-group-rows", "2", says="row_group_rows")
    assert out.read_bytes() == before


def test_standard_input_and_output(source, tmp_path):
    assert good("convert", "-", "-", "--from", "csv", "--to", "jsonl", stdin=CSV).text == LINES
    assert good("convert", source, "-", "--to", "jsonl").text == LINES
    good("convert", "-", tmp_path / "out.csv", "--from", "jsonl", stdin=LINES)
    assert (tmp_path / "out.csv").read_text() == CSV
    compressed = gzip.compress(CSV.encode())
    assert good("cat", "-", "--from", "csv", stdin=compressed).text == LINES


def test_several_inputs(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,a\n")
    (tmp_path / "b.csv").write_text("y,x\nb,2.5\n")
    (tmp_path / "c.jsonl").write_text('{"x":3,"z":true}\n')
    good("convert", tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.jsonl",
         tmp_path / "out.jsonl")
    assert list(map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())) == [
        {"x": 1, "y": "a", "z": None}, {"x": 2.5, "y": "b", "z": None},
        {"x": 3, "y": None, "z": True}]


def test_globs_and_folders(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02}.csv").write_text(f"n\n{number}\n")
    (folder / "README").write_text("not a table")
    for name in ("*.csv", "0?.csv"):
        got = good("cat", folder / name).lines()
        assert got == [{"n": n} for n in range(12 if name == "*.csv" else 10)]
    assert len(good("cat", folder).lines()) == 12
    assert good("count", folder).text == "12\n"


def test_append(source, tmp_path):
    for name in ("out.csv", "out.jsonl", "out.csv.gz"):
        target = tmp_path / name
        for rows in (3, 6, 9):
            good("convert", source, target, "--append")
            assert good("count", target).text == f"{rows}\n"
    assert (tmp_path / "out.csv").read_text().count("id,name") == 1
    bad(2, "convert", source, tmp_path / "out.json", "--append", says="json")


def test_append_needs_the_same_columns(source, tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("other\n1\n")
    assert run("convert", source, target, "--append").code in (1, 2)
    assert target.read_text() == "other\n1\n"


def test_select_and_limit(tmp_path):
    (tmp_path / "in.jsonl").write_text(
        '{"a":1,"b":{"c":[1],"d":"x"},"e":true}\n{"a":2,"b":{"c":[],"d":null},"e":false}\n')
    source = tmp_path / "in.jsonl"
    good("convert", source, tmp_path / "out.jsonl", "--select", "e,b.d,a", "--limit", "1")
    assert (tmp_path / "out.jsonl").read_text() == '{"e":true,"b":{"d":"x"},"a":1}\n'
    assert good("cat", source, "--select", "b.c").text == '{"b":{"c":[1]}}\n{"b":{"c":[]}}\n'
    bad(2, "cat", source, "--select", "b.cc", says="b.c")
    bad(2, "cat", source, "--select", "aa", says="aa")
    good("convert", source, tmp_path / "none.jsonl", "--limit", "0")
    assert (tmp_path / "none.jsonl").read_bytes() == b""


def test_zero_rows(tmp_path):
    (tmp_path / "in.csv").write_text("a,b\n")
    for name, content in (("o.csv", "a,b\n"), ("o.jsonl", ""), ("o.json", "[]\n")):
        good("convert", tmp_path / "in.csv", tmp_path / name)
        assert (tmp_path / name).read_text().split() == content.split()


def test_schema_by_text_file_and_example(source, tmp_path):
    text = "id decimal(5,1), name string, at timestamp(ms)"
    expected = {"id": "1.0", "name": "a", "at": "2020-01-01T00:00:00.000"}
    assert good("cat", source, "--schema", text).lines()[0] == expected
    (tmp_path / "s.schema").write_text(text.replace(", ", "\n").replace("5\n", "5, "))
    assert good("cat", source, "--schema", tmp_path / "s.schema").lines()[0] == expected
    (tmp_path / "s.json").write_text(good("schema", source, "--schema", text, "--json").text)
    assert good("cat", source, "--schema", tmp_path / "s.json").lines()[0] == expected
    (tmp_path / "example.csv").write_text("id,name,at\n1.5,x,2020-01-01T00:00:00Z\n")
    got = good("schema", source, "--schema", tmp_path / "example.csv").text
    assert got == "id float64\nname string\nat timestamp(us, UTC)\n"


def test_schema_is_what_schema_reads(tmp_path):
    (tmp_path / "in.jsonl").write_text(
        '{"a":1,"odd name":{"x":[1.5],"y":{"z":true}},"t":"2020-01-01T00:00:00Z","n":null}\n')
    printed = good("schema", tmp_path / "in.jsonl").text
    (tmp_path / "in.schema").write_text(printed)
    again = good("schema", tmp_path / "in.jsonl", "--schema", tmp_path / "in.schema").text
    assert again == printed


def test_intervals(tmp_path):
    """Types that pyarrow has no class for (tests/interop has the others)."""
    text = "m,d\nP14M,P3DT0.5S\n-P1M,-P1D\n,PT0S\n"
    (tmp_path / "in.csv").write_text(text)
    schema = ["--schema", "m interval_months, d interval_day_time"]
    good("convert", tmp_path / "in.csv", tmp_path / "1.jsonl", *schema)
    good("convert", tmp_path / "1.jsonl", tmp_path / "2.csv", *schema)
    good("convert", tmp_path / "2.csv", tmp_path / "3.jsonl", *schema)
    assert (tmp_path / "3.jsonl").read_bytes() == (tmp_path / "1.jsonl").read_bytes()
    first = json.loads((tmp_path / "1.jsonl").read_text().splitlines()[0])
    assert first["m"] in ("P14M", "P1Y2M") and first["d"].startswith("P3DT0.5")


# Records that do not fit --------------------------------------------------------------------

BAD = "id,n\n1,10\n2,x\n3,30\n4,300\n"


def test_rejects(tmp_path):
    source, rejects = tmp_path / "in.csv", tmp_path / "bad.jsonl"
    source.write_text(BAD)
    result = good("convert", source, tmp_path / "out.jsonl", "--schema", "id int8, n int8",
                  "--rejects", rejects, "--json")
    assert result.json()["rows"] == 2 and result.json()["rejected"] == 2
    assert (tmp_path / "out.jsonl").read_text() == '{"id":1,"n":10}\n{"id":3,"n":30}\n'
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [set(line) for line in lines] == [
        {"path", "row", "byte", "column", "reason", "record"}] * 2
    assert [(line["row"], line["byte"], line["column"], line["record"]) for line in lines] == [
        (2, 12, "n", "2,x"), (4, 21, "n", "4,300")]
    assert all(line["path"] == str(source) and line["reason"] for line in lines)
    assert "2 records" in result.err and "bad.jsonl" in result.err


def test_rejects_of_json(tmp_path):
    source, rejects = tmp_path / "in.jsonl", tmp_path / "bad.jsonl"
    source.write_text('{"n":1}\n{"n":"x"}\n{"n":2,"extra":1}\n{"n":3\n{"n":4}\n')
    good("convert", source, tmp_path / "out.jsonl", "--schema", "n int8", "--rejects", rejects)
    assert (tmp_path / "out.jsonl").read_text() == '{"n":1}\n{"n":4}\n'
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(line["row"], line["record"]) for line in lines] == [
        (2, '{"n":"x"}'), (3, '{"n":2,"extra":1}'), (4, '{"n":3')]


def test_nothing_rejected(source, tmp_path):
    good("convert", source, tmp_path / "out.jsonl", "--rejects", tmp_path / "bad.jsonl")
    assert (tmp_path / "bad.jsonl").read_bytes() == b""


def test_rejects_need_a_file_of_their_own(source, tmp_path):
    out = tmp_path / "out.jsonl"
    bad(2, "convert", source, out, "--on-bad", "reject", says="--rejects")
    bad(2, "convert", source, out, "--rejects", out, says="rejects")
    bad(2, "convert", source, out, "--rejects", source, says="rejects")
    assert names(tmp_path) == ["in.csv"]


def test_on_bad_null(tmp_path):
    (tmp_path / "in.csv").write_text(BAD)
    result = good("convert", tmp_path / "in.csv", tmp_path / "out.jsonl", "--schema",
                  "id int8, n int8", "--on-bad", "null", "--json")
    assert result.json()["nulled"] == 2 and result.json()["rows"] == 4
    assert "2 values" in result.err
    assert '{"id":2,"n":null}\n' in (tmp_path / "out.jsonl").read_text()


# The output -----------------------------------------------------------------------------------


def test_missing_folders_are_made(source, tmp_path):
    good("convert", source, tmp_path / "a" / "b" / "out.jsonl")
    assert (tmp_path / "a" / "b" / "out.jsonl").read_text() == LINES
    bad(3, "convert", source, tmp_path / "c" / "out.jsonl", "--no-parents", says="folder")
    assert not (tmp_path / "c").exists()


def test_output_is_an_input(source, tmp_path):
    os.symlink(source, tmp_path / "link.csv")
    os.link(source, tmp_path / "hard.csv")
    for name in ("in.csv", "./in.csv", "link.csv", "hard.csv", str(source)):
        bad(2, "convert", "in.csv", name, cwd=tmp_path, says="input")
    bad(2, "convert", "link.csv", "in.csv", cwd=tmp_path, says="input")
    assert source.read_text() == CSV


def test_mode_is_kept_and_umask_honoured(source, tmp_path):
    target = tmp_path / "out.jsonl"
    good("convert", source, target, umask=0o027)
    assert target.stat().st_mode & 0o777 == 0o640
    target.chmod(0o604)
    good("convert", source, target, umask=0o077)
    assert target.stat().st_mode & 0o777 == 0o604


def test_symlinked_target(source, tmp_path):
    (tmp_path / "real").mkdir()
    os.symlink("real/out.jsonl", tmp_path / "link.jsonl")
    (tmp_path / "real" / "out.jsonl").write_text("old")
    good("convert", source, tmp_path / "link.jsonl")
    assert (tmp_path / "link.jsonl").is_symlink()
    assert (tmp_path / "real" / "out.jsonl").read_text() == LINES


def test_json_report(source, tmp_path):
    report = good("convert", source, tmp_path / "out.jsonl", "--json").json()
    assert report["rows"] == 3
    assert report["bytes"] == len(LINES)
    assert report["bytes_read"] == len(CSV)
    assert report["output"].endswith("out.jsonl")
    assert report["inputs"] == 1 and report["format"] == "jsonl"
    assert (report["nulled"], report["rejected"]) == (0, 0)


def test_quiet_when_piped(source, tmp_path):
    result = good("convert", source, tmp_path / "out.jsonl")
    assert (result.out, result.err) == (b"", "")


@pytest.mark.parametrize("form", ["ion", "iont"])
def test_json_text_in_ion(tmp_path, form):
    """Values kept as JSON text are so in Ion too: a string is not the text of a string."""
    values = ["x", 1.5, [1, None, {"a": "\N{EURO SIGN}"}], None, 10 ** 30, "[1]", {}]
    source, ion = tmp_path / "in.jsonl", tmp_path / f"out.{form}"
    rows = [{"t": value, "l": [value, 1], "id": n} for n, value in enumerate(values)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    good("convert", "--mixed", "json", source, ion)
    good("convert", "--mixed", "json", source, tmp_path / "out.parquet")
    schema = good("schema", ion.with_suffix(".parquet")).text
    assert good("cat", ion, "--schema", schema).lines() == rows
    assert "the same" in good("diff", "--schema", schema, ion, tmp_path / "out.parquet").text
    dictionary = "t dictionary<json>, l list<json>, id int64"
    good("convert", "--schema", dictionary, source, ion)
    assert good("cat", ion, "--schema", dictionary).lines() == rows


def test_foreign_json_annotation(tmp_path):
    """What is not JSON text, or has more annotations, is the string that it is."""
    (tmp_path / "in.iont").write_text('{t:json::"[1]"}{t:json::"["}{t:a::json::"[1]"}{t:"[1]"}')
    assert [row["t"] for row in good("cat", tmp_path / "in.iont", "--schema", "t json").lines()] == \
        [[1], "[", "[1]", "[1]"]


def test_folders_that_are_not_asked_for(tmp_path):
    """A pattern or a folder is not looked into deeper than it reaches."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.csv").write_text(CSV)
    (tmp_path / "sub" / "b.csv").write_text(CSV)
    os.makedirs(tmp_path / "deep" / "/".join("d" * 600))
    for name, rows in [("", 3), ("*.csv", 3), ("*/*.csv", 3), ("[s]ub/?.csv", 3), ("s*/*", 3)]:
        assert good("count", tmp_path / name).text == f"{rows}\n", name
    assert good("count", "*.csv", cwd=tmp_path).text == "3\n"
    assert good("count", ".", cwd=tmp_path).text == "3\n"
    bad(3, "count", tmp_path / "none*.csv", says="nothing matches")
    shutil.rmtree(tmp_path / "deep")


@pytest.mark.parametrize("name", ["a b", "50%25", "h\u00e4"])
def test_folder_by_url(tmp_path, name):
    """What a folder or a pattern in a URL names is found where the URL leads."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "a.csv").write_text(CSV)
    for url in (folder.as_uri(), folder.as_uri() + "/a.csv", folder.as_uri() + "/*.csv"):
        assert good("count", url).text == "3\n"
        assert len(good("cat", url).lines()) == 3
