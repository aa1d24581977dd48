"""Arrow IPC at its edges: what a file says of itself that cannot be, batches that memory has
no room for, values that are none of their type."""

import struct

import numpy as np
import pyarrow as pa
import pytest
from program import bad, good

DAY = 86_400


def write_arrow(path, table, **options):
    with pa.ipc.new_file(str(path), table.schema,
                         options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return path


def test_batches_that_memory_has_no_room_for(tmp_path):
    table = pa.table({"z": np.zeros(11_000_000, dtype=np.int64)})
    packed = write_arrow(tmp_path / "packed.arrow", table, compression="zstd")
    for command in [("convert", packed, tmp_path / "out.arrow"), ("stats", packed)]:
        bad(1, *command, "--memory", "16MB", says=["88000000 bytes", "--memory"])
    good("stats", packed, "--memory", "32MB")
    assert good("count", packed, "--memory", "16MB").text == "11000000\n"
    plain = write_arrow(tmp_path / "plain.arrow", table)
    good("stats", plain, "--memory", "16MB")  # it stays where it lies
    bad(1, "stats", plain, "--memory", "16MB", "--set", "memory_map=off", says="88000000 bytes")


def of_buffers(type, values):
    return pa.Array.from_buffers(type, len(values), values.buffers())


@pytest.mark.parametrize("form", ["ion", "iont", "jsonl", "csv", "parquet"])
@pytest.mark.parametrize("column, row", [
    (of_buffers(pa.time32("s"), pa.array([0, None, DAY], pa.int32())), 3),
    (of_buffers(pa.time64("us"), pa.array([DAY * 1_000_000 - 1, -1], pa.int64())), 2),
    (of_buffers(pa.date64(), pa.array([DAY * 1000, 1], pa.int64())), 2),
    (pa.Array.from_buffers(pa.decimal128(5, 2), 2, [None, pa.py_buffer(
        (99_999).to_bytes(16, "little") + (100_000).to_bytes(16, "little"))]), 2)])
def test_values_that_are_none_of_their_type(tmp_path, form, column, row):
    source = write_arrow(tmp_path / "in.arrow", pa.table({"v": column}))
    target = tmp_path / f"out.{form}"
    bad(1, "convert", source, target, says=[f"row {row}", "column v"])
    assert not target.exists()
    good("convert", source, target, "--limit", str(row - 1))


def test_values_that_are_none_of_their_type_within_others(tmp_path):
    times = of_buffers(pa.time32("s"), pa.array([0, DAY, 1], pa.int32()))
    items = pa.ListArray.from_arrays(pa.array([0, 1, 3]), times)
    source = write_arrow(tmp_path / "items.arrow", pa.table({"s": pa.StructArray.from_arrays(
        [items], ["items"])}))
    bad(1, "convert", source, tmp_path / "out.jsonl", says=["row 2", "column s.items"])
    # What lies under nulls is nobody's.
    hidden = pa.StructArray.from_arrays([times], ["t"], mask=pa.array([False, True, False]))
    source = write_arrow(tmp_path / "hidden.arrow", pa.table({"s": hidden}))
    assert good("cat", source).text.splitlines()[1] == '{"s":null}'


def test_damage_is_no_usage(tmp_path):
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([pa.array(range(1000))], ["a"])
    with pa.ipc.new_stream(sink, batch.schema,
                           options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_batch(batch)
    data = bytearray(sink.getvalue().to_pybytes())
    data[data.index(b"\x28\xb5\x2f\xfd") + 4] ^= 1  # the frame now asks for a dictionary
    path = tmp_path / "damaged.arrows"
    path.write_bytes(data)
    bad(1, "cat", path, says="message 2")


def test_lengths_that_cannot_be(tmp_path):
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([pa.nulls(12345)], ["a"])
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    path = tmp_path / "long.arrows"
    for length in [2**62, 2**59]:
        path.write_bytes(sink.getvalue().to_pybytes().replace(struct.pack("<q", 12345),
                                                              struct.pack("<q", length)))
        for command in ["count", "head", "stats"]:
            bad(1, command, path, says="message 2")


@pytest.mark.parametrize("form", ["jsonl", "csv", "ion", "iont", "parquet", "arrow"])
def test_zones_that_are_not_known(tmp_path, form):
    """A name is kept as it stands; what is under it are instants."""
    table = pa.table({"a": pa.array([1, None], pa.timestamp("s", "Nowhere/Land")),
                      "b": pa.array([[1], []], pa.list_(pa.timestamp("us", "+25:99")))})
    source = write_arrow(tmp_path / "in.arrow", table)
    text = good("schema", source).text
    assert text == "a timestamp(s, Nowhere/Land)\nb list<timestamp(us, +25:99)>\n"
    schema, out = tmp_path / "schema", tmp_path / f"out.{form}"
    schema.write_text(text)
    good("convert", source, out)
    assert good("diff", source, out, "--schema", schema, "--json").json()["same"] is True
    assert good("cat", "--schema", schema, out, "-n", "1").text == (
        '{"a":"1970-01-01T00:00:01Z","b":["1970-01-01T00:00:00.000001Z"]}\n')
    local = '{"a":"1970-01-01T00:00:01"}\n'
    bad(1, "cat", "--from", "jsonl", "-", "--schema", "a timestamp(s, Nowhere/Land)", stdin=local,
        says="is not a timestamp(s, Nowhere/Land)")


def test_extension_types_through_schemas(tmp_path):
    """The text of a schema has what they are stored as, its JSON all of them."""
    flags = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 1], pa.int8()))
    source = write_arrow(tmp_path / "in.arrow", pa.table({"b": flags}))
    for form, option, expected in [("text", [], pa.int8()), ("json", ["--json"], pa.bool8())]:
        schema, out = tmp_path / form, tmp_path / f"{form}.arrow"
        schema.write_text(good("schema", source, *option).text)
        good("convert", source, out, "--schema", schema)
        assert pa.ipc.open_file(str(out)).schema.field("b").type == expected


def test_dictionaries_of_nested_values_in_csv(tmp_path):
    lists = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0], pa.int8()),
                                           pa.array([["a"], ["b", "c"]]))
    structs = pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1], pa.int8()),
                                             pa.array([{"x": 1}, {"x": 2}]))
    source = write_arrow(tmp_path / "in.arrow", pa.table({"d": lists, "e": structs}))
    out, schema = tmp_path / "out.csv", tmp_path / "schema"
    schema.write_text(good("schema", source).text)
    good("convert", source, out)
    assert good("diff", source, out, "--schema", schema, "--json").json()["same"] is True
    out.write_text('d,e\n"[""a""]","{""x"":""y""}"\n')
    bad(1, "cat", out, "--schema", schema, says=["column e", "string"])


def test_damaged_buffers_name_their_column(tmp_path):
    table = pa.table({"first": list(range(1000)), "second": list(range(1000))})
    path = tmp_path / "in.arrow"
    with pa.ipc.new_stream(str(path), table.schema,
                           options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    content = bytearray(path.read_bytes())
    content[content.rindex(bytes.fromhex("28b52ffd")) + 4] ^= 1
    path.write_bytes(content)
    bad(1, "cat", path, says=["column second", "message 2"])
