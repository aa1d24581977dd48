"""Bad input, answered well: the exit status, the place, and what to do about it.

Whatever fails leaves no output and no temporary file."""

import gzip
import re

import pytest
from program import FULL, SANITIZED, bad, good, names, run

ROWS = b"a,b\n1,2\n3,4\n"


def refused(tmp_path, content, code, *arguments, name="in.csv", says=()):
    """Converting this content fails, says these words, and leaves nothing behind."""
    source = tmp_path / name
    source.write_bytes(content)
    result = bad(code, "convert", source, tmp_path / "out.jsonl", *arguments, says=says)
    assert names(tmp_path) == [name]
    assert result.out == b""
    assert result.err.count("\n") == 1
    return result


def test_no_such_file(tmp_path):
    bad(3, "convert", tmp_path / "nope.csv", tmp_path / "out.csv",
        says=["nope.csv", "No such file"])
    bad(3, "convert", tmp_path / "*.csv", tmp_path / "out.csv", says=["*.csv", "matches"])
    assert names(tmp_path) == []


def test_folder(tmp_path):
    """As an input its files of known formats are read, of which there are none."""
    (tmp_path / "d.csv").mkdir()
    bad(3, "cat", tmp_path / "d.csv", says=["d.csv", "folder"])
    (tmp_path / "in.csv").write_bytes(ROWS)
    result = run("convert", tmp_path / "in.csv", tmp_path / "d.csv")
    assert result.code in (2, 3) and "d.csv" in result.err
    assert names(tmp_path) == ["d.csv", "in.csv"] and names(tmp_path / "d.csv") == []


@pytest.mark.parametrize("name, code", [("in.csv", 1), ("in.json", 1), ("in.jsonl", 0)])
def test_empty_file(tmp_path, name, code):
    """No header and no array are faults; no lines are no records."""
    if code == 0:
        (tmp_path / name).write_bytes(b"")
        assert good("cat", tmp_path / name).out == b""
        assert good("count", tmp_path / name).text == "0\n"
    else:
        refused(tmp_path, b"", code, name=name, says="empty")


def test_empty_file_with_a_schema(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"")
    assert good("cat", tmp_path / "in.csv", "--schema", "a int64", "--to", "json").json() == []


def test_binary_file_as_csv(tmp_path):
    content = bytes(range(256)) * 40
    refused(tmp_path, content, 1, says=["byte", "binary"])


def test_zeros_as_csv(tmp_path):
    refused(tmp_path, b"a,b\n1,\0\0\0\n", 1, "--schema", "a int8, b int8",
            says=["byte 6", "NUL"])


@pytest.mark.parametrize("row, words", [
    (b"5", ["1 field, not 2", "ragged=pad"]), (b"5,6,7", ["3 fields, not 2", "delimiter"])])
def test_too_few_and_too_many_fields(tmp_path, row, words):
    place = f"row 3, byte {len(ROWS)}"
    refused(tmp_path, ROWS + row + b"\n", 1, says=[place, *words])


def test_too_few_fields_may_be_padded(tmp_path):
    (tmp_path / "in.csv").write_bytes(ROWS + b"5\n")
    result = good("cat", tmp_path / "in.csv", "--set", "ragged=pad")
    assert result.lines()[2] == {"a": 5, "b": None}


@pytest.mark.parametrize("name, content, byte", [
    ("in.csv", b"a,b\n1,x\n2,y\xff\n", 10),
    ("in.jsonl", b'{"b":"x"}\n{"b":"y\xff"}\n', 17),
])
def test_invalid_utf8(tmp_path, name, content, byte):
    result = refused(tmp_path, content, 1, name=name,
                     says=["row 2", "invalid_utf8=replace", "UTF-8"])
    assert int(re.search(r"byte (\d+)", result.err)[1]) in range(byte - 1, byte + 1)
    replaced = good("cat", tmp_path / name, "--set", "in.invalid_utf8=replace").lines()
    assert replaced[1]["b"] == "y\ufffd"


def test_number_too_large_for_its_column(tmp_path):
    refused(tmp_path, b"a,b\n1,2\n300,4\n", 1, "--schema", "a int8, b int8",
            says=["row 2", "column a", "byte 8", "300", "int8"])


def test_number_too_large(tmp_path):
    refused(tmp_path, b'{"a":1}\n{"a":' + b"9" * 40 + b"}\n", 1, name="in.jsonl",
            says=["row 2", "column a", "byte 13"])
    refused(tmp_path, b'{"a":1e999}\n', 1, name="in.jsonl", says=["row 1", "column a"])
    got = good("cat", tmp_path / "in.jsonl", "--from", "jsonl", "--schema", "a json")
    assert got.text == '{"a":1e999}\n'


def test_large_integers_are_exact(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"a":18446744073709551616}\n{"a":-1}\n')
    got = good("cat", tmp_path / "in.jsonl", "--set", "decimals=number").text
    assert got == '{"a":18446744073709551616}\n{"a":-1}\n'
    got = good("cat", tmp_path / "in.jsonl", "--numbers", "float").lines()
    assert got == [{"a": 2.0**64}, {"a": -1.0}]


def test_mixed_types(tmp_path):
    content = b'{"a":1}\n{"a":"x"}\n'
    refused(tmp_path, content, 1, name="in.jsonl", says=["column a", "--mixed json"])
    got = good("schema", tmp_path / "in.jsonl", "--mixed", "json").text
    assert got.split() == ["a", "json"]
    assert good("cat", tmp_path / "in.jsonl", "--mixed", "json").out == content


def test_truncated_gzip(tmp_path):
    content = gzip.compress(b"a\n" + b"".join(b"%d\n" % i for i in range(50_000)))
    for size in (5, 100, len(content) // 2, len(content) - 1):
        result = refused(tmp_path, content[:size], 1, name="in.csv.gz", says="gzip")
        assert "byte" in result.err


def test_damaged_gzip(tmp_path):
    content = bytearray(gzip.compress(b"a\n" + b"1234567\n" * 1000))
    content[-6] ^= 1
    refused(tmp_path, bytes(content), 1, name="in.csv.gz", says="gzip")


def test_not_compressed(tmp_path):
    refused(tmp_path, ROWS, 1, name="in.csv.gz", says="gzip")


@pytest.mark.parametrize("content, byte", [
    (b'[{"a":1},{"a":2},]', 17), (b'[{"a":1} {"a":2}]', 9), (b'[{"a":tru}]', 6),
    (b'[{"a":1}', 8), (b'{"a":1}]', 7), (b'[{"a":01}]', 7), (b'[{"a":1}]x', 9)])
def test_wrong_json(tmp_path, content, byte):
    result = refused(tmp_path, content, 1, name="in.json", says="byte")
    assert abs(int(re.search(r"byte (\d+)", result.err)[1]) - byte) <= 3


def test_deep_json(tmp_path):
    for depth in (100, 100_000):
        content = b'{"a":' + b"[" * depth + b"]" * depth + b"}\n"
        refused(tmp_path, content, 1, name="in.jsonl", says=["byte", "nested"])


def test_schema_that_does_not_fit(tmp_path):
    (tmp_path / "in.csv").write_bytes(ROWS)
    source = tmp_path / "in.csv"
    bad(1, "cat", source, "--schema", "a date, b int64", says=["row 1", "column a", "date"])
    bad(1, "cat", source, "--schema", "a int64", says=["b", "extra"])
    assert good("cat", source, "--schema", "a int64", "--extra", "ignore").lines() == \
        [{"a": 1}, {"a": 3}]
    schema = "a int64, b int64, c string"
    assert good("cat", source, "--schema", schema).lines()[0] == {"a": 1, "b": 2, "c": None}
    bad(1, "cat", source, "--schema", schema, "--missing", "error", says="c")
    bad(1, "cat", source, "--schema", "a int64, b int64, c string not null", says="c")
    bad(2, "cat", source, "--schema", "a int65, b int64", says="int65")
    bad(2, "cat", source, "--schema", tmp_path, says=[str(tmp_path), "folder"])
    bad(3, "cat", source, "--schema", tmp_path / "none.schema", says="no such file")


def test_text_beside_objects(tmp_path):
    """What would not help is not advised."""
    (tmp_path / "in.csv").write_bytes(b"a\nx\n")
    (tmp_path / "in.jsonl").write_bytes(b'{"a":{"b":1}}\n')
    for more in ([], ["--mixed", "json"]):
        result = bad(1, "cat", tmp_path / "in.jsonl", tmp_path / "in.csv", *more,
                     says=["column a", "common type"])
        assert "--mixed json" not in result.err


def test_names_of_memory_objects(tmp_path):
    (tmp_path / "in.csv").write_bytes(ROWS)
    bad(2, "convert", tmp_path / "in.csv", "mem://out.csv",
        says=["write mem://out.csv", "no name", "mem://NAME/KEY"])


def test_no_columns(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")
    bad(2, "convert", tmp_path / "in.jsonl", tmp_path / "out.csv", says=["column", "--schema"])
    assert names(tmp_path) == ["in.jsonl"]


def test_appended_columns(tmp_path):
    (tmp_path / "in.csv").write_bytes(ROWS)
    (tmp_path / "out.csv").write_bytes(b"b,a\n9,8\n")
    bad(1, "convert", "--append", tmp_path / "in.csv", tmp_path / "out.csv",
        says=["column 1", '"b"', "--select"])
    good("convert", "--append", "--select", "b,a", tmp_path / "in.csv", tmp_path / "out.csv")
    (tmp_path / "out.csv").write_bytes(b"b\n9\n")
    bad(1, "convert", "--append", tmp_path / "in.csv", tmp_path / "out.csv", says="1 column,")


# An unclosed quote at a known byte of a large file ------------------------------------------

SIZE = 1 << 20 if SANITIZED else 1 << 30 if FULL else 50 << 20


def write_unclosed(path, size, at):
    """Rows of ten bytes; in the row at byte `at` the second field is a quote for ever."""
    row = b"1234,5678\n"
    rows = 100_000
    with open(path, "wb") as file:
        file.write(b"id__,name\n")
        left = at - 10
        while left > 0:
            block = row * min(left // 10, rows)
            file.write(block)
            left -= len(block)
        file.write(b'1234,"')
        while file.tell() < size:
            file.write(row * rows)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_unclosed_quote(tmp_path, share):
    """With little memory the record is too long for it, else it has no end: both say
    where the quote is."""
    at = max(20, int(SIZE * share) // 10 * 10)
    source = tmp_path / "in.csv"
    write_unclosed(source, SIZE, at)
    for memory in ("2MB", "4GB"):
        bad(1, "convert", source, tmp_path / "out.csv", "--memory", memory, "--durability", "none",
            says=[f"byte {at + 5}:", "quote"])
    assert names(tmp_path) == ["in.csv"]
    source.unlink()
