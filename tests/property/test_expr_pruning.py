"""--where over Parquet passes over row groups and pages by what the file says of them: what comes
out is what the same condition leaves of the rows in memory, which say nothing of themselves."""

import datetime
import math
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pyexpr
import pyquire
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program import good

ROWS = 600
DAY = datetime.date(1969, 6, 1)
AT = datetime.datetime(1969, 12, 31, 12)


def make_table(rng):
    """Columns that grow with some noise, so that groups and pages have bounds that matter."""
    def noisy(i, by):
        return i // 10 + rng.randint(-by, by)

    def some(value, often=0.1):
        return None if rng.random() < often else value

    n = range(ROWS)
    inner = [some({"x": some(noisy(i, 3)), "y": some(f"t{noisy(i, 1):03}")}) for i in n]
    return pa.table({
        "i": pa.array([some(noisy(i, 2)) for i in n], pa.int32()),
        "small": pa.array([some(noisy(i, 2)) for i in n], pa.int8()),
        "u": pa.array([some(noisy(i, 0)) for i in n], pa.uint16()),
        "big": pa.array([some(noisy(i, 2) * 10**12) for i in n], pa.int64()),
        "f": pa.array([some(rng.choice([noisy(i, 2) / 4, math.nan, -0.0, 0.0])) for i in n],
                      pa.float64()),
        "s": pa.array([some(f"v{noisy(i, 2):03}") for i in n], pa.string()),
        "d": pa.array([some(DAY + datetime.timedelta(days=noisy(i, 2))) for i in n], pa.date32()),
        "t": pa.array([some(AT + datetime.timedelta(hours=noisy(i, 2))) for i in n],
                      pa.timestamp("us")),
        "z": pa.array([some(AT + datetime.timedelta(hours=noisy(i, 2))) for i in n],
                      pa.timestamp("ns", "UTC")),
        "n": pa.array([None if i < ROWS // 2 else i for i in n], pa.int64()),
        "g": pa.array(inner, pa.struct([("x", pa.int64()), ("y", pa.string())])),
        "k": pa.array([some(f"k{i // 100}") for i in n]).dictionary_encode(),
    })


def literal(rng, name):
    number = rng.randint(-2, ROWS // 10 + 2)
    return {
        "i": lambda: str(number), "small": lambda: rng.choice([str(number), "300"]),
        "u": lambda: str(number), "big": lambda: f"{number}000000000000",
        "f": lambda: rng.choice([f"{number / 4}D", "0D", "-0.0D", "CAST('NaN' AS double)", "1.5"]),
        "s": lambda: f"'v{number:03}'",
        "d": lambda: rng.choice(["DATE ", ""]) + f"'{DAY + datetime.timedelta(days=number)}'",
        "t": lambda: f"TIMESTAMP_NTZ '{AT + datetime.timedelta(hours=number)}'",
        "z": lambda: rng.choice([f"TIMESTAMP '{AT + datetime.timedelta(hours=number)}'",
                                 "'9999-12-31'"]),
        "n": lambda: str(number * 10), "g.x": lambda: str(number), "G.Y": lambda: f"'t{number:03}'",
        "k": lambda: f"'k{number // 10}'",
    }[name]()


NAMES = ["i", "small", "u", "big", "f", "s", "d", "t", "z", "n", "g.x", "G.Y", "k"]


def condition(rng, depth=2):
    if depth > 0 and rng.random() < 0.6:
        word = rng.choice(["AND", "AND", "AND", "OR"])
        return f"({condition(rng, depth - 1)} {word} {condition(rng, depth - 1)})"
    name = rng.choice(NAMES)
    kind = rng.randint(0, 7)
    if kind <= 2:
        return f"{name} {rng.choice(['=', '<', '<=', '>', '>=', '<=>', '<>'])} {literal(rng, name)}"
    if kind == 3:
        return f"{literal(rng, name)} {rng.choice(['=', '<', '<=', '>', '>='])} {name}"
    if kind == 4:
        return f"{name} {rng.choice(['BETWEEN', 'NOT BETWEEN'])} {literal(rng, name)} AND " \
               f"{literal(rng, name)}"
    if kind == 5:
        items = ", ".join(rng.choice([literal(rng, name), "NULL"]) for _ in range(3))
        return f"{name} {rng.choice(['IN', 'NOT IN'])} ({items})"
    if kind == 6:
        return f"{name} IS {rng.choice(['', 'NOT '])}NULL"
    return f"NOT ({name} IS NULL)"


@settings(max_examples=4)
@given(st.integers(0, 2**32))
def test_as_without_pruning(tmp_path_factory, seed):
    rng = random.Random(seed)
    folder = tmp_path_factory.mktemp("pruning")
    table = make_table(rng)
    pq.write_table(table, folder / "in.parquet", row_group_size=150, data_page_size=64,
                   write_batch_size=20, write_page_index=True)
    pyquire.write(folder / "own.parquet", table, settings={
        "row_group_rows": 100, "page_rows": 20, "bloom_filter": "i,f,s"})
    for _ in range(12):
        where = condition(rng)
        pyquire.write(folder / "expected.jsonl", pyexpr.filtered(table, where))
        expected = (folder / "expected.jsonl").read_text()
        for name in ("in.parquet", "own.parquet"):
            got = good("cat", folder / name, "--where", where, "--to", "jsonl").text
            assert got == expected, (where, name)


def test_pages_are_passed_over(tmp_path):
    """A page that is damaged is not read where no row of it can be wanted."""
    path = tmp_path / "in.parquet"
    table = pa.table({"i": pa.array(range(1000), pa.int64())})
    pq.write_table(table, path, row_group_size=500, compression="none", use_dictionary=False)
    at = pq.ParquetFile(path).metadata.row_group(0).column(0).data_page_offset
    data = bytearray(path.read_bytes())
    data[at:at + 8] = b"\xff" * 8
    path.write_bytes(data)
    assert good("count", path, "--where", "i >= 900 AND i % 2 = 0").text == "50\n"
    assert good("count", path, "--where", "i IN (700, 999) AND i IS NOT NULL").text == "2\n"


@pytest.mark.parametrize("where, rows", [("i BETWEEN 10 AND 12", 3), ("5 > i", 5), ("i <=> 7", 1)])
def test_forms(tmp_path, where, rows):
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"i": pa.array(range(100), pa.int32())}), path, row_group_size=10)
    assert good("count", path, "--where", where).text == f"{rows}\n"
