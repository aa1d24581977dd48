"""A writer of a run log that is killed while it overwrites or merges: the table is what it was, or
what it was to be, and what is left beside it goes with log maintain --vacuum."""

import json
import os
import pathlib
import random
import subprocess
import time
import urllib.parse

import deltalake
import pytest
from log_samples import ROW
from program import FULL, good, start

KILLS = 30 if FULL else 5
TRIES = 20  # of a kill that came too late each time
ROWS = 3000
SEED = 19690720
EIGHT_DAYS = 8 * 86400


def source(path, marker):
    """Rows of which the tenth is in the table already."""
    draw = random.Random(SEED)
    with open(path, "w", encoding="utf-8") as file:
        for number in range(ROWS):
            file.write(json.dumps({**ROW, "step_name": f"s{number}", "rows_processed": marker,
                                   "error_message": f"{draw.getrandbits(2000):x}"}) + "\n")
    return path


def content(table):
    read = deltalake.DeltaTable(str(table)).to_pyarrow_table(columns=["step_name",
                                                                      "rows_processed"])
    return sorted(zip(*(column.to_pylist() for column in read.columns)))


def named(table):
    """The data files that the newest version has."""
    return {urllib.parse.unquote(uri).rsplit("/", 1)[1]
            for uri in deltalake.DeltaTable(str(table)).file_uris()}


def data_files(table):
    return {path.name for path in table.iterdir() if path.is_file()}


def kill_while_writing(table, rows, mode, delay):
    """Some time after its first file is there, if that is before it is through."""
    before = data_files(table)
    writer = start("log", "write", table, rows, "--kind", "rows", "--write-mode", mode,
                   "--partition-count", "6", "--durability", "none", stderr=subprocess.DEVNULL)
    while data_files(table) == before and writer.poll() is None:
        time.sleep(0.0002)
    time.sleep(delay)
    writer.kill()
    return writer.wait()


@pytest.mark.parametrize("mode", ["overwrite", "merge"])
@pytest.mark.parametrize("narrow", [False, True])
def test_killed_while_it_changes(tmp_path, mode, narrow):
    """narrow: the table gains columns by the same commit."""
    table, chance = tmp_path / "runs", random.Random(SEED)
    schema = "run_id string, phase string, step_name string, duration_secs float32, " \
             "rows_processed int32, end_time timestamp(us, UTC)"
    seed = []
    if narrow:
        good("table", "create", table, "--schema", schema)
        seed = ["--no-enable-schema-evolution", "--schema-validation-mode", "lenient"]
    good("log", "write", table, "--kind", "rows", *seed, stdin=json.dumps(
        [{**ROW, "step_name": name, "end_time": "2026-03-01T04:00:00Z"}
         for name in ("s0", "s1", "old")]))
    killed = kill = 0
    while kill < KILLS or (killed == 0 and kill < KILLS + TRIES):
        kill += 1
        before, files = content(table), data_files(table)
        version = deltalake.DeltaTable(str(table)).version()
        code = kill_while_writing(table, source(tmp_path / "rows", kill), mode,
                                  chance.random() * 0.02)
        killed += code != 0
        after = content(table)
        if deltalake.DeltaTable(str(table)).version() == version:
            assert after == before and code != 0 and data_files(table) > files
            continue
        new = [(f"s{number}", kill) for number in range(ROWS)]
        kept = [row for row in before if row[0] == "old"] if mode == "merge" else []
        assert after == sorted(new + kept)
    assert killed
    # What no version names, and what only old ones do, goes when it is old.
    long_ago = time.time() - EIGHT_DAYS
    for path in pathlib.Path(table).iterdir():
        if path.is_file():
            os.utime(path, (long_ago, long_ago))
    wanted = content(table)
    removed = {json.loads(line)["remove"]["path"]
               for log in (table / "_delta_log").glob("*.json")
               for line in log.read_text().splitlines() if "remove" in json.loads(line)}
    good("log", "maintain", table, "--vacuum")
    assert data_files(table) - removed == named(table) and content(table) == wanted
