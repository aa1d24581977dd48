"""Documents that are not Ion 1.0, each refused with the byte where it goes wrong: what the public
suite keeps in bad/. The text has a mark ¦ before the byte that must be named, the binary (in hex,
without its version marker) a |; where both a value's beginning and its flaw would do, the first
that our reader names. Each is read value by value, and as records within a struct."""

import re

import pytest
from program import run

TEXT = {
    # Structure (grammar: value, sequence, structure).
    "list not closed": "[1, 2¦",
    "sexp not closed": "(1 2¦",
    "struct not closed": "{a:1¦",
    "struct without value": "{a:¦}",
    "struct without name": "{¦1}",
    "struct without colon": "{a ¦1}",
    "struct of two colons": "{a:¦:1}",
    "struct name that is a keyword": "{¦null:1}",
    "struct name that is a boolean": "{¦true:1}",
    "struct name that is nan": "{¦nan:1}",
    "struct name that is a list": "{¦[]:1}",
    "struct of two commas": "{a:1,¦,b:2}",
    "struct begins with a comma": "{¦,a:1}",
    "struct without comma": "{a:1 ¦b:2}",
    "list of two commas": "[1,¦,2]",
    "list begins with a comma": "[¦,1]",
    "list without comma": "[1 ¦2]",
    "sexp with comma": "(1¦,2)",
    "comma at the top": "1¦,2",
    "closed by another": "[1¦}",
    "closed but not opened": "1 ¦]",
    "brace closed but not opened": "¦}",
    "field at the top": "a¦:1",
    # Annotations.
    "annotation of nothing": "a::¦",
    "annotation before a bracket": "[a::¦]",
    "annotation that is a keyword": "¦null::1",
    "annotation that is a boolean": "[¦true::1]",
    "annotation that is a number": "¦1::2",
    "annotation that is a string": '"a"¦::2',
    "annotation before a comma": "[a::¦,1]",
    # Nulls.
    "null of no type": "null.¦x",
    "null of a keyword": "null.¦true",
    "null without type": "null.¦",
    "null in other letters": "null.¦Int",
    # Numbers (spec.md, Integers, Floats and Decimals).
    "leading zero": "¦01",
    "leading zero of a negative": "¦-01",
    "leading zeros of a decimal": "¦00.5",
    "leading plus": "¦+1",
    "underscore at the end": "¦1_",
    "underscore twice": "¦1__0",
    "underscore before the point": "¦1_.0",
    "underscore after the point": "¦1._0",
    "hexadecimal without digits": "¦0x",
    "hexadecimal of other letters": "¦0xg",
    "hexadecimal with underscore first": "¦0x_1",
    "hexadecimal with underscore last": "¦0x1_",
    "binary of other digits": "¦0b2",
    "binary without digits": "¦0b",
    "exponent without digits": "¦1e",
    "exponent of a sign": "¦1e+",
    "exponent that is broken": "¦1e1.5",
    "decimal exponent without digits": "¦1d",
    "two points": "¦1.2.3",
    "two exponents": "¦1e2e3",
    "letters after digits": "¦12ab",
    "point first": "¦.5",
    "minus alone": "¦-",
    "minus of a word": "¦-a",
    "minus of nan": "¦-nan",
    "number before a string's end": "1¦~",
    # Timestamps (spec.md, Timestamps).
    "year alone": "¦2000-",
    "year zero": "¦0000T",
    "year of three digits": "¦200T",
    "year of five digits": "¦20000T",
    "month zero": "¦2000-00T",
    "month thirteen": "¦2000-13T",
    "month of one digit": "¦2000-1T",
    "month without T": "¦2000-01",
    "day zero": "¦2000-01-00",
    "day thirty-two": "¦2000-01-32",
    "day that a year has not": "¦2001-02-29",
    "day that a century has not": "¦1900-02-29T",
    "hour alone": "¦2000-01-01T10Z",
    "hour twenty-four": "¦2000-01-01T24:00Z",
    "minute sixty": "¦2000-01-01T10:60Z",
    "second sixty": "¦2000-01-01T10:00:60Z",
    "time without offset": "¦2000-01-01T10:00",
    "seconds without offset": "¦2000-01-01T10:00:00",
    "fraction without digits": "¦2000-01-01T10:00:00.Z",
    "fraction of minutes": "¦2000-01-01T10:00.5Z",
    "offset of hours": "¦2000-01-01T10:00+01",
    "offset of twenty-four hours": "¦2000-01-01T10:00+24:00",
    "offset of sixty minutes": "¦2000-01-01T10:00+01:60",
    "offset in small letters": "¦2000-01-01T10:00z",
    "offset out of the years": "¦0001-01-01T00:00+00:01",
    "separated by a blank": "2000-01-01 ¦10:00Z",
    # Strings and symbols (spec.md, Strings, Escape Characters).
    "string not closed": '"abc¦',
    "string over lines": '"abc¦\ndef"',
    "string with a control": '"a¦\x01b"',
    "string with an escape that is none": '"a¦\\q"',
    "string with an octal escape": '"¦\\1"',
    "hexadecimal escape cut": '"\\x1¦"',
    "unicode escape cut": '"\\u00e¦"',
    "long unicode escape cut": '"\\U0000004¦"',
    "escape beyond unicode": '"¦\\U00110000"',
    "lone high surrogate": '"¦\\ud800"',
    "lone low surrogate": '"¦\\udc00"',
    "two high surrogates": '"¦\\ud800\\ud800"',
    "long string not closed": "'''abc''¦",
    "long string with a control": "'''a¦\x02'''",
    "quoted symbol not closed": "'abc¦",
    "quoted symbol over lines": "'a¦\nb'",
    "backslash alone": "¦\\",
    "no character of Ion": "¦#",
    "operator at the top": "¦*",
    "question at the top": "[¦?]",
    # Clobs and blobs.
    "blob not closed": "{{aGk=¦",
    "blob closed by one": "{{aGk=¦} }",
    "blob of other characters": "{{a¦*k=}}",
    "blob without padding": "{{aGk¦}}",
    "blob of one character": "{{a¦}}",
    "blob with padding inside": "{{aGk=¦aGk=}}",
    "blob with three pads": "{{a¦===}}",
    "blob with a comment": "{{aGk=¦/*x*/}}",
    "clob not closed": '{{"abc"¦',
    "clob beyond ASCII": '{{"¦é"}}',
    "clob with a unicode escape": '{{"¦\\u0041"}}',
    "clob over lines": '{{"a¦\n"}}',
    "two clobs": '{{"a" ¦"b"}}',
    "clob with a comment": "{{'''a''' ¦/*x*/}}",
    # Comments and versions.
    "comment not closed": "1 /* 2¦",
    "slash": "¦/",
    "another version": "¦$ion_2_0",
    "a version that is not yet": "1 ¦$ion_1_1 2",
    # Symbols and their tables (symbols.md).
    "ID beyond the system's": "¦$10",
    "ID of a field": "{¦$99:1}",
    "ID of an annotation": "¦$99::1",
    "ID beyond the table's": '$ion_symbol_table::{symbols:["a"]} $10 ¦$11',
    "two lists of symbols": '$ion_symbol_table::{symbols:["a"],symbols:¦["b"]}',
    "two lists of imports": "$ion_symbol_table::{imports:[],imports:¦[]}",
    "import without max_id": '$ion_symbol_table::{¦imports:[{name:"x",version:1}]}',
    # Encoding.
    "not UTF-8": b'"a\xc2\xa6\xff"',
    "overlong": b'"\xc2\xa6\xc0\x80"',
    "surrogate in UTF-8": b'"\xc2\xa6\xed\xa0\x80"',
    "UTF-8 cut": b'"\xc2\xa6\xe2\x82',
}

BINARY = {
    # Descriptors (binary.md, Illegal Type Descriptors).
    "bool of two": "|12",
    "bool of fourteen": "|1e",
    "float of one byte": "|41 00",
    "float of fourteen": "|4e 84 00000000",
    "timestamp of none": "|60",
    "timestamp of one byte": "|61 80",
    "negative without magnitude": "|30",
    "annotations of two bytes": "|e2 81 84",
    "annotations that are null": "|ef",
    "reserved": "|f0",
    "reserved and long": "|ff",
    # Lengths.
    "integer cut": "|22 01",
    "string cut": "|83 61 62",
    "length that does not end": "|8e 01 02",
    "length beyond the input": "|be ff 00",
    "length beyond 63 bits": "|8e 7f7f7f7f7f7f7f7f7f7f ff",
    "item beyond its list": "b2 |22 01 20",
    "field beyond its struct": "d2 84 |81 61",
    "name without value": "d3 84 20 84 |",
    "ordered struct without fields": "|d1 80",
    "padding beyond the input": "|05 00 00",
    # Integers, floats, decimals.
    "negative zero": "31 |00",
    "negative zero of two bytes": "32 |00 00",
    "exponent that does not end": "51 |01",
    # Timestamps.
    "offset that does not end": "62 |00 00",
    "offset of a day": "64 |0b a0 0f d0",
    "month zero": "64 |c0 0f d0 80",
    "month thirteen": "64 |c0 0f d0 8d",
    "day that is none": "65 |80 0f d1 82 9d",
    "hour alone": "66 |80 0f d0 81 81 80",
    "hour twenty-four": "67 |80 0f d0 81 81 98 80",
    "minute sixty": "67 |80 0f d0 81 81 80 bc",
    "second sixty": "68 |80 0f d0 81 81 80 80 bc",
    "year zero": "62 |c0 80",
    "year ten thousand": "63 |c0 4e 90",
    "fraction of a whole second": "6a 80 0f d0 81 81 80 80 80 |80 01",
    "fraction that is negative": "6a 80 0f d0 81 81 80 80 80 c1 |81",
    "fraction as large as a second": "6a 80 0f d0 81 81 80 80 80 |c1 0a",
    # Text and symbols.
    "string not UTF-8": "82 61 |ff",
    "string cut within a character": "82 61 |c3",
    "symbol beyond the table": "71 |0a",
    "field beyond the table": "d2 |8a 20",
    "annotation beyond the table": "e3 81 |8a 20",
    "symbol ID of many bytes": "79 |ff ff ff ff ff ff ff ff ff",
    # Annotation wrappers.
    "wrapper without annotations": "e3 |80 20 20",
    "wrapper without value": "e3 |82 84 84",
    "wrapper around padding": "e3 81 84 |00",
    "wrapper around a wrapper": "e6 81 84 |e3 81 84 20",
    "wrapper that goes on": "e4 81 84 20 |20",
    # Versions and tables.
    "another version": "|e0 02 00 ea",
    "a version marker cut": "|e0 01 00",
    "a version marker in a list": "b4 |e0 01 00 ea",
    "two lists of symbols": "e9 81 83 d6 87 b1 20 87 |b1 20",
}


def refusal(tmp_path, name, document):
    path = tmp_path / name
    path.write_bytes(document)
    done = run("cat", "--raw", path, "--to", "ion-text")
    byte = re.search(r"byte (\d+)", done.err)
    return done.code, int(byte.group(1)) if byte else None, done.err


@pytest.mark.parametrize("name", TEXT)
def test_text(tmp_path, name):
    document = TEXT[name]
    document = document if isinstance(document, bytes) else document.encode()
    before, mark, after = document.partition("¦".encode())
    assert mark
    assert refusal(tmp_path, "bad.iont", before + after)[:2] == (1, len(before))
    # What comes before does not change it, but for its place.
    code, byte, _ = refusal(tmp_path, "later.iont", b"{good:1}\n" + before + after)
    assert (code, byte) == (1, 9 + len(before))


@pytest.mark.parametrize("name", BINARY)
def test_binary(tmp_path, name):
    before, mark, after = BINARY[name].partition("|")
    assert mark
    document = bytes.fromhex("e00100ea" + before + after)
    assert refusal(tmp_path, "bad.10n", document)[:2] == (1, 4 + len(bytes.fromhex(before)))


# What is only wrong at the top: elsewhere it is a symbol, or a struct like any.
AT_THE_TOP = {"another version", "a version that is not yet", "two lists of symbols",
              "two lists of imports", "import without max_id"}


@pytest.mark.parametrize("name", TEXT)
def test_text_as_records(tmp_path, name):
    """The decoder of columns refuses it too, also where it stands in a record."""
    document = TEXT[name]
    document = document if isinstance(document, bytes) else document.encode()
    document = document.replace("¦".encode(), b"")
    wholes = [b"{good:1}\n" + document, b"{good:1}\n{bad:" + document + b"}\n"]
    for whole in wholes[:1] if name in AT_THE_TOP else wholes:
        path = tmp_path / "records.iont"
        path.write_bytes(whole)
        done = run("cat", path, "--extra", "evolve", "--mixed", "json", "--to", "jsonl")
        assert (done.code, "byte " in done.err) == (1, True)
