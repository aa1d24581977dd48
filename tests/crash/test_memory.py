"""The memory budget holds however long the input is: the greatest resident size of
the process, as the kernel measured it, for megabytes, for many times the budget, and for
gigabytes."""

import pathlib
import subprocess
import sys

import polars as pl
import pytest
from program import FULL, PROGRAM, environment, names

MEGABYTE = 1 << 20
BUDGET = 32 * MEGABYTE
BESIDES = 64 * MEGABYTE  # the program, its libraries, what compressors keep
SIZES = [10, 1000, 10_000] if FULL else [10, 400]
PEAK = pathlib.Path(__file__).resolve().parents[1] / "lib" / "peak.py"

CSV = (r"id,text,number,at,flag\n", r'123456,"some text, quoted",3.25,2020-01-01T10:00:00Z,true\n')
JSON = ("", r'{"id":123456,"text":"some text","list":[1,2,3],"at":"2020-01-01"}\n')


def run_with_input(lines, megabytes, *arguments, code=0):
    """Runs the program over this much input; its memory must stay within bounds."""
    done = subprocess.run(
        [sys.executable, "-S", PEAK, *lines, str(megabytes), PROGRAM, *arguments, "--memory",
         str(BUDGET)],
        capture_output=True, text=True, check=True, env=environment())
    first, message = done.stdout.split("\n", 1)
    status, resident = map(int, first.split())
    assert status == code, message
    assert MEGABYTE < resident < BUDGET + BESIDES, f"{resident >> 20} MB for {megabytes} MB"
    return message


@pytest.mark.parametrize("megabytes", SIZES)
def test_csv(megabytes):
    run_with_input(CSV, megabytes, "convert", "-", "-", "--from", "csv", "--to", "jsonl")


@pytest.mark.parametrize("megabytes", SIZES)
def test_jsonl(megabytes):
    run_with_input(JSON, megabytes, "convert", "-", "-", "--from", "jsonl", "--to", "csv")


ION_TABLE = r'$ion_symbol_table::{symbols:["a","' + 2000 * "s" + r'"]} {$10:1} {$10:2}\n'


@pytest.mark.parametrize("megabytes", [10, 300])
def test_ion_symbol_tables(megabytes):
    """A table that no record to come refers to is freed."""
    run_with_input(("", ION_TABLE), megabytes, "convert", "-", "-", "--from", "ion-text", "--to",
                   "jsonl")


@pytest.mark.parametrize("megabytes", SIZES)
def test_to_parquet(megabytes, tmp_path):
    """One row group if it fits: what is encoded waits in memory, within the budget."""
    run_with_input(CSV, megabytes, "convert", "-", tmp_path / "out.parquet", "--from", "csv",
                   "--set", "row_group_rows=1000000000", "--set", "row_group_bytes=16GB")


@pytest.mark.parametrize("rows", [3_000_000, 30_000_000] if FULL else [3_000_000])
def test_from_parquet(rows, tmp_path):
    """Millions of rows in one row group, the budget a part of it."""
    path = tmp_path / "in.parquet"
    pl.select(id=pl.int_range(rows), text=pl.int_range(rows) * 7919 % 1_000_003,
              half=pl.int_range(rows) / 2).with_columns(
        pl.col("text").cast(pl.String)).write_parquet(path, row_group_size=rows)
    run_with_input(CSV, 0, "convert", path, "-", "--to", "csv")
    run_with_input(CSV, 0, "convert", path, tmp_path / "out.parquet")


@pytest.mark.parametrize("megabytes", [10, 300] if not FULL else [10, 300, 2000])
@pytest.mark.parametrize("key", ["id", "-text,number"])
def test_sort(megabytes, key, tmp_path):
    """More than the memory is sorted in parts, none of which is left."""
    run_with_input(CSV, megabytes, "convert", "-", tmp_path / "out.parquet", "--from", "csv",
                   f"--sort={key}")
    assert names(tmp_path) == ["out.parquet"]


@pytest.mark.parametrize("command", ["count", "stats", "tail"])
def test_commands(command):
    run_with_input(CSV, 300, command, "-", "--from", "csv")


@pytest.mark.parametrize("compression", ["gzip:1", "zstd", "lz4"])
def test_compressed_output(compression):
    run_with_input(CSV, 200, "convert", "-", "-", "--from", "csv", "--to", "csv", "--compression",
                   compression)


def test_one_record_that_never_ends():
    """Refused when a record takes a quarter of the budget, not when memory is out."""
    message = run_with_input((r'a\n"', "no end to it "), 400, "cat", "-", "--from", "csv", code=1)
    assert "byte 2" in message
