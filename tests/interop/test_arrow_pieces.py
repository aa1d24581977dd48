"""A body that is copied comes in pieces, and is looked at as it comes: what is wrong in it is
found wherever it lies, as in a mapped one, and what is right is no mistake at a seam."""

import struct

import pyarrow as pa
import pyquire
import pytest

PIECE = 256 << 10
COPIED = {"memory_map": "off"}
ROWS = 100_000


def file_of(path, table, compression=None):
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_file(str(path), table.schema, options=options) as writer:
        writer.write_table(table)
    return path.read_bytes()


def refused(path, data, settings):
    path.write_bytes(data)
    with pytest.raises(pyquire.QuireError) as failed:
        pyquire.drain(str(path), settings=settings)
    return str(failed.value)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A file of strings in rows of eight bytes, and where its offsets and its bytes begin."""
    path = tmp_path_factory.mktemp("pieces") / "in.arrow"
    table = pa.table({"s": pa.array([f"{i:08}" for i in range(ROWS)])})
    data = file_of(path, table)
    bytes_at = data.index(b"000000000000000100000002")
    offsets_at = data.index(struct.pack("<4i", 0, 8, 16, 24))
    return path, data, offsets_at, bytes_at


def seams(begin, size, body):
    """Places about the seams of pieces, and the first and last ones."""
    places = {0, 1, size - 1}
    for seam in range(body + PIECE, begin + size, PIECE):
        places |= {at for at in range(seam - begin - 1, seam - begin + 2) if 0 <= at < size}
    return sorted(places)


def test_text_that_is_none(plain):
    path, data, offsets_at, bytes_at = plain
    for at in seams(bytes_at, ROWS * 8, offsets_at):
        bad = data[:bytes_at + at] + b"\xff" + data[bytes_at + at + 1:]
        assert f"row {at // 8 + 1}," in refused(path, bad, COPIED)
        assert f"row {at // 8 + 1}," in refused(path, bad, {})


def test_text_beyond_ascii(plain):
    path, data, offsets_at, bytes_at = plain
    for at in seams(bytes_at, ROWS * 8, offsets_at):
        at -= at % 8  # the characters of a row
        path.write_bytes(data[:bytes_at + at] + "ä€äa".encode() + data[bytes_at + at + 8:])
        table = pyquire.read(str(path), settings=COPIED)
        assert table["s"][at // 8].as_py() == "ä€äa"
        assert table["s"][0].as_py() == ("ä€äa" if at == 0 else "00000000")


def test_offsets_that_go_back(plain):
    path, data, offsets_at, _ = plain
    for at in seams(offsets_at, ROWS * 4, offsets_at):
        row = at // 4
        bad = bytearray(data)
        struct.pack_into("<i", bad, offsets_at + 4 * row, row * 8 + 9)
        assert f"row {row + 1}," in refused(path, bytes(bad), COPIED)


@pytest.mark.parametrize("compression", ["lz4", "zstd"])
def test_compressed_buffers_are_looked_at(tmp_path, compression):
    path = tmp_path / "in.arrow"
    values = pa.array([b"abc", b"d\xff", b"e"])
    wrong = pa.Array.from_buffers(pa.string(), 3, values.buffers())
    offsets = pa.array([0, 9, 3], pa.int32()).buffers()[1]
    items = pa.Array.from_buffers(pa.list_(pa.int64()), 2, [None, offsets],
                                  children=[pa.array(range(9))])
    for column, row in [(wrong, 2), (items, 1)]:
        data = file_of(path, pa.table({"v": column}), compression)
        assert f"row {row}," in refused(path, data, COPIED)
        assert f"row {row}," in refused(path, data, {})
