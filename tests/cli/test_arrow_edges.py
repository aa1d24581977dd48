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
