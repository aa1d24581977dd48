"""Ion at its edges: records that are refused, symbols without text, names that stand twice,
what a sample says that no column holds."""

import json

import pyarrow as pa
import pytest
from program import bad, good

UNKNOWN = '$ion_symbol_table::{imports:[{name:"foo",version:1,max_id:3}]}\n'


def binary_of(tmp_path, text):
    path = tmp_path / "binary.ion"
    path.write_bytes(good("cat", "--raw", "--from", "ion", "-", "--to", "ion", stdin=text).out)
    return path


def rejected(tmp_path, path, schema, **options):
    more = [word for name, value in options.items() for word in (f"--{name}", value)]
    rejects = tmp_path / "bad.jsonl"
    done = good("cat", path, "--schema", schema, "--rejects", rejects, *more)
    return done.text, [json.loads(line) for line in rejects.read_text().splitlines()]


def test_rejected_binary_records_are_text(tmp_path):
    path = binary_of(tmp_path, '{a:1}\n{a:"s",b:{{AAECAw==}},c:[n::1.50,sym]}\n{a:2}\n')
    text, records = rejected(tmp_path, path, "a int64, b binary", extra="ignore")
    assert text == '{"a":1,"b":null}\n{"a":2,"b":null}\n'
    assert [(record["row"], record["record"]) for record in records] == [
        (2, '{a:"s",b:{{AAECAw==}},c:[n::1.50,sym]}')]


def test_rejected_binary_records_bring_their_table(tmp_path):
    path = binary_of(tmp_path, UNKNOWN + "{a:1,b:$11}\n{a:x,b:$11}\n{a:y}")
    _, records = rejected(tmp_path, path, "a int64, b string")
    assert len(records) == 2
    assert good("cat", "--raw", "--from", "ion", "-", stdin=records[0]["record"]).text == (
        UNKNOWN[:-2] + ",symbols:[null]}\n{a:x,b:$11}\n")
    assert records[1]["record"] == "{a:y}" or records[1]["record"].endswith("\n{a:y}")


def test_rejected_binary_records_that_cannot_be_read(tmp_path):
    path = tmp_path / "bad.10n"
    # a: a list in which a string is not UTF-8
    path.write_bytes(bytes.fromhex("e00100ea e781 83d4 87b2 8161 d38a2101 d58ab3 82ff41 d38a2102"))
    text, records = rejected(tmp_path, path, "a int64")
    assert text == '{"a":1}\n{"a":2}\n'
    assert [record["record"] for record in records] == ["{{1Yqzgv9B}}"]


@pytest.mark.parametrize("form", ["ion", "ion-text"])
def test_names_without_text(tmp_path, form):
    text = UNKNOWN + "{$10:1,z:2}\n{z:3,$11:{$12:4}}\n"
    path = tmp_path / "unknown.ion"
    path.write_bytes(good("cat", "--raw", "--from", "ion", "-", "--to", form, stdin=text).out)
    assert good("cat", path).text == ('{"$10":1,"z":2,"$11":null}\n'
                                      '{"$10":null,"z":3,"$11":{"$12":4}}\n')
    schema = good("schema", path).text
    assert good("cat", path, "--schema", schema).text == good("cat", path).text
    bad(1, "cat", path, "--schema", "z int64, `$11` json", says='"$10"')


def test_raw_refuses_settings_of_columns(tmp_path):
    for setting in ["nan=error", "nulls=omit", "binary=hex", "decimals=string"]:
        bad(2, "cat", "--raw", "--from", "ion", "-", "--to", "json", "--set", setting,
            stdin="{a:nan}", says=setting.partition("=")[0])
    bad(2, "cat", "--raw", "--from", "ion", "-", "--set", "repeated=error", stdin="{a:1,a:2}",
        says="repeated")
    bad(2, "cat", "--raw", "--from", "json", "-", "--set", "repeated_keys=error",
        stdin='{"a":1,"a":2}', says="repeated_keys")
    assert good("cat", "--raw", "--from", "ion", "-", "--to", "json", "--set", "pretty=on",
                stdin="{a:1}").text == '[\n  {\n    "a": 1\n  }\n]\n'


def test_raw_keeps_numbers_beyond_doubles():
    numbers = '{"a":1e999,"b":-12.5E-400,"c":0e999,"d":-2.5e3}\n'
    for form in ["ion", "ion-text"]:
        values = good("cat", "--raw", "--from", "json", "-", "--to", form, stdin=numbers).out
        assert good("cat", "--raw", "--from", "ion", "-", stdin=values).text == (
            "{a:1d999,b:-125d-401,c:0.0e0,d:-2500.0e0}\n")
    assert good("cat", "--raw", "--from", "json", "-", "--to", "json", stdin=numbers).text == numbers


def write_arrow(path, table):
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.mark.parametrize("table", [
    pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]),
    pa.table({"a": pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], ["x", "x"])})])
def test_names_that_stand_twice_are_not_written(tmp_path, table):
    source = write_arrow(tmp_path / "twice.arrow", table)
    for form in ["ion", "iont"]:
        bad(2, "convert", source, tmp_path / f"out.{form}", says="the same name")
        assert not (tmp_path / f"out.{form}").exists()


def test_maps_keep_repeated_keys(tmp_path):
    table = pa.table({"m": pa.array([[("a", 1), ("a", 2)], []], pa.map_(pa.string(), pa.int64()))})
    source = write_arrow(tmp_path / "map.arrow", table)
    good("convert", source, tmp_path / "map.ion")
    good("diff", source, tmp_path / "map.ion", "--schema", source)


@pytest.mark.parametrize("values, says", [
    (["2001-05-06T01:02:03Z", "2001-05-06T01:02:03-00:00"],
     "both timestamps with an offset and timestamps without an offset"),
    (["2300-01-01T00:00:00.1234567Z"], "timestamps in nanoseconds do not reach"),
    (["2001-05-06T", '"x"'], "both strings and dates"),
    (["1d100"], "more digits together than the 76"),
    (["1d-40", "1d40"], "--numbers float"),
    ([63 * "[" + "1" + 63 * "]", 64 * "[" + "1" + 64 * "]"], "nested deeper than the")])
def test_samples_that_no_column_holds(tmp_path, values, says):
    text = "".join(f"{{a:{value}}}\n" for value in values)
    as_text = tmp_path / "values.iont"
    as_text.write_text(text)
    for path in [as_text, binary_of(tmp_path, text)]:
        done = bad(1, "cat", path, says=says)
        assert "column a" in done.err
        lines = good("cat", path, "--mixed", "json").text.splitlines()
        assert len(lines) == len(values)


def test_decimals_beyond_all_as_floats(tmp_path):
    text = "{a:1d100}\n{a:2.5}\n"
    assert good("cat", "--from", "ion", "-", "--numbers", "float", stdin=text).text == (
        '{"a":1e+100}\n{"a":2.5}\n')


def test_binary_is_known_by_its_marker(tmp_path):
    path = binary_of(tmp_path, '{a:1,s:"a string that is long"}')
    assert good("cat", "-", stdin=path.read_bytes()).text == (
        '{"a":1,"s":"a string that is long"}\n')
    plain = tmp_path / "plain"
    plain.write_bytes(path.read_bytes()[:-3])
    bad(1, "cat", plain, says="the input ends within a value")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "+05:30"])
def test_timestamps_of_all_years(tmp_path, unit, zone):
    """Binary and text say the same, and it is what was written."""
    scale = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    seconds = [-62_135_553_600, -58_127_932_801, -58_127_932_800, -9_000_000_000, -1, 0, 951_782_400,
               1_700_000_000, 253_402_200_000]
    values = [second * scale + part for second in seconds
              for part in sorted({0, scale // 2, scale - 1, 127 % scale, 128 % scale})]
    values = [value for value in values if abs(value) < 2**63] + [None]
    table = pa.table({"at": pa.array(values, pa.timestamp(unit, zone)), "n": range(len(values))})
    source = write_arrow(tmp_path / "at.arrow", table)
    for form in ["ion", "iont"]:
        good("convert", source, tmp_path / f"at.{form}")
        good("diff", source, tmp_path / f"at.{form}", "--schema", source)
    for second in [-62_135_596_801, 253_402_300_800]:
        if abs(second * scale) < 2**63:
            late = pa.table({"at": pa.array([0, None, second * scale], pa.timestamp(unit, zone))})
            source = write_arrow(tmp_path / "late.arrow", late)
            bad(1, "convert", source, tmp_path / "late.ion", says=["row 3", "column at"])
