"""A file is the same table wherever it is cut into chunks, and the same fault."""

import documents
import pyarrow as pa
import pyquire
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import assert_same

MEMORY_MIN = 1 << 20
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("chunks")


def read(path, threads, memory, **options):
    """The table, or the whole message of the fault."""
    context = pyquire.context(threads=threads, memory=memory)
    try:
        return pyquire.read(path, ctx=context, **options)
    except (pyquire.QuireError, pa.ArrowException, OSError) as error:
        return str(error).split(". Detail")[0]
    finally:
        pyquire.close_context(context)


def assert_same_whatever(path, **options):
    whole = read(path, 1, 0, **options)
    for threads, memory in ((1, MEMORY_MIN), (4, MEMORY_MIN), (4, 0)):
        other = read(path, threads, memory, **options)
        if isinstance(whole, str):
            assert other == whole
        else:
            assert not isinstance(other, str), other
            assert_same(other, whole)
    return whole


@settings(max_examples=25)
@given(SEEDS)
def test_csv(folder, seed):
    path = folder / "in.csv"
    path.write_bytes(documents.csv_document(seed))
    assert assert_same_whatever(path).num_rows > 100


@settings(max_examples=12)
@given(SEEDS, st.booleans())
def test_json(folder, seed, lines):
    path = folder / ("in.jsonl" if lines else "in.json")
    path.write_bytes(documents.json_document(seed, lines))
    table = assert_same_whatever(path, schema="n int64, v json, w json")
    assert table.num_rows > 100


@settings(max_examples=25)
@given(SEEDS, st.floats(0, 1),
       st.sampled_from([b'"', b"\xff", b"x,y,z,", b"\n1,2\n", b"\0", b"abc"]))
def test_damaged_csv(folder, seed, share, damage):
    """Something is put in the middle: read, or refused at one place."""
    path = folder / "in.csv"
    content = documents.csv_document(seed)
    at = len(content) // 4 + int(share * len(content) / 2)
    path.write_bytes(content[:at] + damage + content[at:])
    assert_same_whatever(path, schema="n int64, text string, real float64, day date")


@settings(max_examples=25)
@given(SEEDS, st.floats(0, 1), st.booleans(),
       st.sampled_from([b'"', b"\xff", b"}", b"]", b"{", b",", b"\n", b"\0", b"1"]))
def test_damaged_json(folder, seed, share, lines, damage):
    path = folder / ("in.jsonl" if lines else "in.json")
    content = documents.json_document(seed, lines)
    at = len(content) // 4 + int(share * len(content) / 2)
    path.write_bytes(content[:at] + damage + content[at:])
    assert_same_whatever(path, schema="n int64, v json, w json")


@settings(max_examples=10)
@given(SEEDS)
def test_written_alike(folder, seed):
    """Threads and memory do not change what is written either."""
    source = folder / "in.csv"
    source.write_bytes(documents.csv_document(seed))
    table = pyquire.read(source)
    for format in ("csv", "tsv", "json", "jsonl"):
        outputs = set()
        for threads, memory in ((1, 0), (4, 0), (1, MEMORY_MIN), (4, MEMORY_MIN)):
            context = pyquire.context(threads=threads, memory=memory)
            path = folder / ("out." + format)
            pyquire.write(path, table, ctx=context)
            pyquire.close_context(context)
            outputs.add(path.read_bytes())
        assert len(outputs) == 1, format


def test_closed_part_way(folder):
    """Workers that still parse what nobody will take are waited for."""
    path = folder / "in.csv"
    path.write_bytes(documents.csv_document(1) * 2)
    for _ in range(50):
        context = pyquire.context(threads=4, memory=MEMORY_MIN)
        stream = pyquire.reader(path, ctx=context, settings={"infer": "off"})
        assert stream.read_next_batch().num_rows > 0
        stream.close()
        pyquire.close_context(context)
