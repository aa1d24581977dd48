"""Commands that show: cat, head, tail, count, schema, stats, diff, the registries,
clean, version and help."""

import gzip
import os

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from program import bad, good, names, run

ROWS = 100


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,word,at\n" + "".join(
        f"{n},{'' if n % 10 == 0 else f'w{n % 7}'},2020-01-{n % 28 + 1:02}\n"
        for n in range(ROWS)))
    return path


def test_head_and_tail(source):
    assert [row["id"] for row in good("head", source, "--json").lines()] == list(range(10))
    assert [row["id"] for row in good("tail", source, "--json").lines()] == list(range(90, 100))
    assert [row["id"] for row in good("tail", source, "-n", "3", "--to", "jsonl").lines()] == \
        [97, 98, 99]
    assert good("head", source, "-n", "0", "--json").out == b""
    assert len(good("tail", source, "-n", "1000", "--json").lines()) == ROWS
    assert good("tail", source, "-n", "0", "--json").out == b""
    assert len(good("cat", source, "-n", "5").lines()) == 5


def test_drawn_table(source):
    lines = good("head", source, "-n", "3").text.splitlines()
    assert len({len(line) for line in lines[:-1]}) == 1
    assert "id" in lines[1] and "word" in lines[1]
    assert "date" in lines[2]
    assert lines[-1].startswith("3 rows")


def test_drawn_table_of_wide_characters(tmp_path):
    import unicodedata

    (tmp_path / "in.jsonl").write_text('{"a":"日本","n":1}\n{"a":"e\\u0301","n":22}\n')
    lines = good("head", tmp_path / "in.jsonl").text.splitlines()

    def width(line):
        return sum(0 if unicodedata.combining(c) else
                   2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)

    assert len({width(line) for line in lines[:-1]}) == 1


def test_count(source, tmp_path):
    assert good("count", source).text == f"{ROWS}\n"
    assert good("count", source, source, "--json").json() == {"rows": 2 * ROWS, "files": 2}
    (tmp_path / "in.json").write_text('[{"a":1},\n{"a":2}]')
    assert good("count", tmp_path / "in.json").text == "2\n"
    (tmp_path / "odd.csv").write_text('a,b\n"x\n\ny",1\n\n2,3\n')
    assert good("count", tmp_path / "odd.csv").text == "2\n"


@pytest.mark.parametrize("name, content", [
    ("in.jsonl", '{"a":1}\n{"a":"x","b":2}\n{"c":[1,{"d":2}]}\n'),
    ("in.json", '[{"a":1},{"a":{}},{"a":123456789012345678901234567890123456789012}]'),
    ("in.iont", '{t:1}{t:"x"}{u:2000-01-01T}')])
def test_count_needs_no_types(tmp_path, name, content):
    """Records are counted whatever their fields are; --extra error looks at them."""
    source = tmp_path / name
    source.write_text(content)
    assert good("count", source).text == "3\n"
    assert good("count", source, "--infer-rows", "1").text == "3\n"
    assert good("count", source, source, "--threads", "1").text == "6\n"
    assert good("count", "-", "--from", name[3:].replace("iont", "ion"),
                stdin=content).text == "3\n"
    bad(1, "count", source, "--mixed", "error", says="no common type")
    source.write_text(content[:-3])
    bad(1, "count", source, says="byte")


def test_schema(source):
    assert good("schema", source).text == "id int64\nword string\nat date\n"
    fields = good("schema", source, "--json").json()["fields"]
    assert fields[0] == {"name": "id", "type": "int64", "nullable": True}


def test_metadata_of_a_pattern(source, tmp_path):
    """A pattern or a folder that stands for one file is that file."""
    good("convert", source, tmp_path / "sub" / "one.parquet")
    whole = good("meta", tmp_path / "sub" / "one.parquet").text
    assert good("meta", tmp_path / "sub" / "o*.parquet").text == whole
    assert good("meta", tmp_path / "sub").text == whole
    good("convert", source, tmp_path / "sub" / "other.parquet")
    bad(2, "meta", tmp_path / "sub" / "o*.parquet", says=["2 files", "one of them"])
    bad(3, "meta", tmp_path / "none*.parquet", says="nothing matches")


def test_long_metadata(source, tmp_path):
    """What is shown of a long text ends between two characters, wherever these lie."""
    path = tmp_path / "out.parquet"
    for shift in range(4):
        text = "x" * shift + "\N{EURO SIGN}" * 3000
        good("convert", source, path, "--set", f"key_value.note={text}")
        shown = good("meta", path).text
        assert "x" * shift + "\N{EURO SIGN}" * 20 in shown
    table = pa.table({"a": [1]}).replace_schema_metadata({"note": b"\xff" * 5000})
    pq.write_table(table, path)
    assert "note" in good("meta", path).text


def test_stats(source):
    stats = {row["column"]: row for row in good("stats", source, "--json").lines()}
    assert list(stats) == ["id", "word", "at"]
    assert (stats["id"]["min"], stats["id"]["max"]) == ("0", str(ROWS - 1))
    assert (stats["word"]["nulls"], stats["word"]["distinct"]) == (10, 7)
    assert (stats["at"]["type"], stats["at"]["min"]) == ("date", "2020-01-01")
    assert all(row["rows"] == ROWS for row in stats.values())
    assert "word" in good("stats", source).text
    assert "encodings" not in good("stats", source).text
    assert stats["id"]["stored_bytes"] is None and stats["id"]["encodings"] is None


def test_stats_of_what_is_stored(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "in.parquet"
    rows = 5000
    pq.write_table(pa.table({"a": range(rows), "a.b": ["x", "y"] * (rows // 2),
                             "s": [{"p": n, "q": [n] * (n % 3)} for n in range(rows)]}), path,
                   row_group_size=2000, use_dictionary=["a.b"])
    metadata = pq.read_metadata(path)
    wanted = {"a": [0, set()], "a.b": [0, set()], "s": [0, set()]}
    for group in range(metadata.num_row_groups):
        for column in map(metadata.row_group(group).column, range(metadata.num_columns)):
            name = column.path_in_schema if column.path_in_schema == "a.b" else \
                column.path_in_schema.partition(".")[0]
            wanted[name][0] += column.total_compressed_size
            wanted[name][1] |= set(column.encodings)
    stats = {row["column"]: row for row in good("stats", path, "--json").lines()}
    for name, (size, encodings) in wanted.items():
        assert stats[name]["stored_bytes"] == size
        assert set(stats[name]["encodings"].split(", ")) == encodings
    twice = {row["column"]: row for row in good("stats", path, path, "--json").lines()}
    assert twice["s"]["stored_bytes"] == 2 * wanted["s"][0]
    assert "encodings" in good("stats", path).text


def test_diff_of_columns_of_one_name(tmp_path):
    """The nth is compared with the nth."""
    a, b = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.Table.from_arrays([[1], [2]], names=["x", "x"]), a)
    pq.write_table(pa.Table.from_arrays([[1], [5], [7]], names=["x", "x", "x"]), b)
    assert good("diff", a, a, "--json").json()["same"] is True
    found = run("diff", a, b, "--json").json()["differences"]
    assert [(difference["a"], difference["b"]) for difference in found] == \
        [(None, "int64"), ("2", "5")]


def test_diff(source, tmp_path):
    other = tmp_path / "other.jsonl"
    good("convert", source, other)
    assert good("diff", source, other, "--json").json()["same"] is True
    lines = other.read_text().splitlines(keepends=True)
    lines[41] = lines[41].replace('"id":41', '"id":-41')
    other.write_text("".join(lines))
    result = bad(1, "diff", source, other)
    assert "row 42, column id" in result.text and result.err == ""
    difference = run("diff", source, other, "--json").json()["differences"][0]
    assert (difference["row"], difference["column"], difference["a"], difference["b"]) == \
        (42, "id", "41", "-41")
    other.write_text("".join(lines[:50]))
    assert "50" in bad(1, "diff", source, other).text
    good("convert", source, other, "--select", "id,word")
    assert "at" in bad(1, "diff", source, other).text
    bad(3, "diff", source, tmp_path / "nope.csv", says="nope.csv")


def test_diff_of_nested_values(tmp_path):
    """What differs within has its texts, too."""
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    a.write_text('{"s":{"x":1,"l":[1,2]}}\n{"s":null}\n{"s":{"x":1,"l":[3]}}\n')
    b.write_text('{"s":{"x":2,"l":[1,2]}}\n{"s":{"x":1,"l":[]}}\n{"s":{"x":1,"l":[3,4]}}\n')
    found = run("diff", a, b, "--json").json()["differences"]
    assert [(one["column"], one["a"], one["b"]) for one in found] == [
        ("s.x", "1", "2"), ("s", None, "a value"), ("s.l", "1 items", "2 items")]


def test_messages_name_the_format(tmp_path):
    """Formats that share their code go by their own names."""
    twice = tmp_path / "twice.arrow"
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pa.ipc.new_file(twice, table.schema) as writer:
        writer.write_table(table)
    for form in ["csv", "tsv", "json", "jsonl", "ion", "ion-text"]:
        says = f"write {form} {tmp_path / form}: column a: two columns have the same name"
        bad(2, "convert", twice, tmp_path / form, "--to", form, says=says)
    bad(1, "cat", "--from", "tsv", "-", stdin="a\tb\n1\n", says="read tsv")
    bad(1, "cat", "--from", "ion-text", "-", stdin="{a:", says="read ion-text")


def test_registries():
    formats = {row["name"]: row for row in good("formats", "--json").lines()}
    assert list(formats) == [
        "csv", "tsv", "json", "jsonl", "ion", "ion-text", "table", "parquet",
        "arrow", "arrow-stream"
    ]
    assert not formats["table"]["read"] and formats["csv"]["extensions"] == [".csv"]
    assert "infer" in {option["name"] for option in formats["csv"]["read_options"]}
    codecs = {row["name"]: row for row in good("codecs", "--json").lines()}
    assert list(codecs) == ["none", "gzip", "zstd", "lz4", "snappy", "brotli"]
    assert codecs["zstd"]["extensions"] == [".zst"]
    assert [row["name"] for row in good("stores", "--json").lines()] == ["file", "mem"]
    assert good("queues", "--json").out == b""
    for command in ("formats", "codecs", "stores"):
        assert len(good(command).text.splitlines()) > 3


def test_table_is_not_read(source, tmp_path):
    bad(2, "cat", source, "--from", "table", says="table")


def test_version_and_help():
    assert "formats: csv" in good("version").text
    assert good("--version").text == good("version").text
    version = good("version", "--json").json()
    assert version["codecs"]["gzip"] in (True, False)
    assert version["features"]["encryption"] in (True, False)
    for command in ("convert", "cat", "head", "tail", "count", "schema", "stats", "diff", "formats",
                    "codecs", "stores", "queues", "clean", "version", "help"):
        text = good(command, "--help").text
        assert text == good("help", command).text
        assert text.startswith(f"quire {command}")
        assert command in good("help").text
    assert "--infer-rows" in good("convert", "--help").text


def temporary(folder, name, pid=1234):
    path = folder / f".{name}.quire-{pid}-0123456789abcdef.tmp"
    path.write_text("left over")
    return path


def test_clean(tmp_path):
    (tmp_path / "deep").mkdir()
    old = [temporary(tmp_path, "out.csv"), temporary(tmp_path / "deep", "x", 7)]
    new = temporary(tmp_path, "new")
    kept = [".out.csv.quire-12-0123.tmp", "out.csv.quire-12-0123456789abcdef.tmp",
            ".out.csv.quire-0-0123456789abcdef.tmp", ".out.csv.quire-12-0123456789ABCDEF.tmp",
            ".out.csv.quire-12-0123456789abcdef.tmp.bak", "out.csv"]
    for name in kept:
        (tmp_path / name).write_text("mine")
    for path in [*old, *(tmp_path / name for name in kept)]:
        os.utime(path, (0, 0))
    report = good("clean", tmp_path, "--json").json()
    assert report["count"] == 2
    assert names(tmp_path) == sorted([*kept, "deep", new.name])
    assert good("clean", tmp_path, "--older", "0s").text.startswith("removed")
    assert names(tmp_path) == sorted([*kept, "deep"])
    bad(3, "clean", tmp_path / "nope", says="nope")
    bad(2, "clean", tmp_path, "--older", "soon", says="soon")


def test_raw_copies(tmp_path):
    """Values as they are: annotations, order and repeated fields, in any form and back."""
    text = "a::{x:1,x:1.50,t:2001T}\n(b c)\n"
    binary = good("cat", "--raw", "--from", "ion", "-", "--to", "ion", stdin=text).out
    assert binary.startswith(b"\xe0\x01\x00\xea")
    assert good("cat", "--raw", "--from", "ion", "-", stdin=binary).text == text
    assert good("cat", "--raw", "--from", "ion", "-", "--to", "jsonl", stdin=binary).text == (
        '{"x":1,"x":1.50,"t":"2001T"}\n["b","c"]\n')
    bad(2, "cat", "--raw", "--from", "csv", "-", stdin="a\n", says="csv")
    bad(1, "cat", "--raw", "--from", "ion", "-", stdin="{a:1} {", says="byte 7")
    table = tmp_path / "shared.iont"
    table.write_text('$ion_shared_symbol_table::{name:"s",symbols:["k"]}')
    importing = '$ion_symbol_table::{imports:[{name:"s",version:1}]} {$10:1}'
    bad(1, "cat", "--raw", "--from", "ion", "-", stdin=importing, says="not in the catalog")
    assert good("cat", "--raw", "--from", "ion", "-", "--catalog", table,
                stdin=importing).text == "{k:1}\n"


def test_raw_copies_a_part(tmp_path):
    """The first and the last values of all files together, whatever form they have."""
    text, lines, binary = tmp_path / "a.iont", tmp_path / "b.jsonl", tmp_path / "a.ion"
    text.write_text("a::1 b::{x:1,x:2} [1,2] (c d) 'e'")
    lines.write_text('{"a":1.10}\n{"a":1e999}\n[1]\n')
    binary.write_bytes(good("cat", "--raw", text, "--to", "ion").out)
    for source in [text, binary]:
        assert good("head", "--raw", "-n", "2", source).text == "a::1\nb::{x:1,x:2}\n"
        assert good("cat", "--raw", "-n", "1", source).text == "a::1\n"
        assert good("tail", "--raw", "-n", "2", source).text == "(c d)\ne\n"
        assert good("tail", "--raw", source).text == good("cat", "--raw", source).text
        assert good("head", "--raw", "-n", "0", source).text == ""
        assert good("tail", "--raw", "-n", "0", source, "--to", "json").text == "[]\n"
        assert good("head", "--raw", "-n", "6", source, lines, "--json").text == (
            '1\n{"x":1,"x":2}\n[1,2]\n["c","d"]\n"e"\n{"a":1.10}\n')
        assert good("tail", "--raw", "-n", "4", source, lines).text == (
            "e\n{a:1.10}\n{a:1d999}\n[1]\n")
        assert good("tail", "--raw", "-n", "1", lines, source).text == "e\n"
        tail = good("tail", "--raw", "-n", "3", source, "--to", "ion").out
        assert good("head", "--raw", "-n", "2", "--from", "ion", "-", stdin=tail).text == (
            "[1,2]\n(c d)\n")
    assert good("tail", "--raw", "-n", "2", lines, "--to", "json").text == (
        '[\n{"a":1e999},\n[1]\n]\n')
    bad(2, "tail", "--raw", text, "--to", "csv", says="csv")
    bad(2, "head", "--raw", text, "--extra", "ignore", says="--extra")


def test_raw_tail_of_a_pipe(tmp_path):
    """What comes once is kept until its values are counted, and decompressed only once."""
    lines = b'{"a":1}\n{"a":2}\n{"a":3}\n'
    other = tmp_path / "b.iont"
    other.write_text("x")
    for stdin in [lines, gzip.compress(lines)]:
        assert good("tail", "--raw", "-n", "2", "--from", "jsonl", "-", stdin=stdin).text == (
            "{a:2}\n{a:3}\n")
    assert good("tail", "--raw", "-n", "3", "--from", "ion", other, "-", stdin=b"y z").text == (
        "x\ny\nz\n")
    bad(1, "tail", "--raw", "-n", "1", "--from", "ion", "-", stdin=b"{a:1} {", says="byte 7")
    gone = "$ion_symbol_table::{imports:[{name:\"q\",version:1,max_id:3}]} {$10:1} $11 $12"
    assert good("tail", "--raw", "-n", "1", "--from", "ion", "-", stdin=gone).text == (
        "$ion_symbol_table::{imports:[{name:\"q\",version:1,max_id:3}],symbols:[null]}\n$12\n")
