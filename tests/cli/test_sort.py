"""convert --sort: rows in order, stable, in bounded memory."""

import random

import polars as pl
import pytest
from program import TEMPORARY, bad, good, names


def table(rows, seed):
    draw = random.Random(seed)
    return pl.DataFrame({
        "row": list(range(rows)),
        "few": [draw.choice([None, "a", "b", "c\u00e4"]) for _ in range(rows)],
        "number": [draw.choice([None, draw.randint(-50, 50)]) for _ in range(rows)],
        "float": [draw.choice([None, -1.5, 0.25, 1e300, draw.random()]) for _ in range(rows)],
    }, schema={"row": pl.Int64, "few": pl.String, "number": pl.Int64, "float": pl.Float64})


def expected(frame, keys):
    columns = [key.lstrip("-") for key in keys]
    descending = [key.startswith("-") for key in keys]
    return frame.sort(columns, descending=descending, nulls_last=True, maintain_order=True)


@pytest.mark.parametrize("keys", [["few"], ["-number", "few"], ["few", "-float", "number"]])
@pytest.mark.parametrize("memory", ["1MiB", "256MiB"])
def test_rows_are_in_order_and_equal_ones_stay(tmp_path, keys, memory):
    frame = table(30_000, len(keys))
    frame.write_ndjson(tmp_path / "in.jsonl")
    good("convert", tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--sort", ",".join(keys),
         "--memory", memory)
    got = pl.read_ndjson(tmp_path / "out.jsonl", schema=frame.schema)
    assert got.equals(expected(frame, keys), null_equal=True)
    assert not [name for name in names(tmp_path) if TEMPORARY.fullmatch(name)]


def test_limit_is_of_the_sorted_rows(tmp_path):
    (tmp_path / "in.csv").write_text("a,b\n3,x\n1,y\n2,z\n")
    good("convert", tmp_path / "in.csv", tmp_path / "out.csv", "--sort", "-a", "--limit", "2")
    assert (tmp_path / "out.csv").read_text() == "a,b\n3,x\n2,z\n"


def test_what_cannot_be_sorted_by_is_named(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"name":"x","list":[1]}\n')
    for keys, says in [("nam", "did you mean"), ("list", "has no order"), ("name,name", "twice"),
                       ("name,", "without a name")]:
        bad(2, "convert", tmp_path / "in.jsonl", tmp_path / "out.jsonl", "--sort", keys, says=says)
    assert names(tmp_path) == ["in.jsonl"]


def test_no_rows(tmp_path):
    (tmp_path / "in.csv").write_text("a,b\n")
    good("convert", tmp_path / "in.csv", tmp_path / "out.csv", "--sort", "b")
    assert (tmp_path / "out.csv").read_text() == "a,b\n"
