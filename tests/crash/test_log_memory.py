"""A report takes no more memory the longer it is: its steps are held one at a time."""

import json
import pathlib
import random
import subprocess
import sys

from program import FULL, PROGRAM, environment

STEPS = 100_000 if FULL else 30_000
BOUND = 100 << 20
PEAK = pathlib.Path(__file__).resolve().parents[1] / "lib" / "peak.py"


def step(number):
    second = f"2024-02-29T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    return {"transform": {"start_at": second + "Z", "end_at": second + ".5Z",
                          "input_rows": 1000 + number, "output_rows": 990},
            "write": {"start_at": second + "Z", "end_at": second + ".5Z", "mode": "append",
                      "rows_written": number},
            "validation": {"valid_rows": 999, "invalid_rows": 1 + number,
                           "validation_rate": round(99900 / (1000 + number), 2)},
            "table_fqn": f"silver.table_{number % 100}", "owner": f"team {number % 7}"}


def write(source, table, *options, first="", row="x", megabytes=0, bound=BOUND):
    done = subprocess.run(
        [sys.executable, "-S", PEAK, first, row, str(megabytes), PROGRAM, "log", "write", table,
         *([source] if source else []), *options], capture_output=True, text=True, check=True,
        env=environment())
    code, resident = map(int, done.stdout.split("\n", 1)[0].split())
    assert code == 0, done.stdout
    assert (1 << 20) < resident < bound, f"{resident >> 20} MB"
    return resident


def test_long_reports(tmp_path):
    report = tmp_path / "report.json"
    # What is said of the run stands behind the steps.
    with open(report, "w", encoding="utf-8") as file:
        file.write('{"silver": {')
        for number in range(STEPS):
            file.write(f'{"," if number else ""}"step {number}": {json.dumps(step(number))}')
        file.write('}, "run": {"mode": "incremental"}}')
    write(report, tmp_path / "log", "--enable-anomaly-detection")
    info = subprocess.run([PROGRAM, "log", "info", tmp_path / "log", "--json"],
                          capture_output=True, check=True, env=environment())
    assert json.loads(info.stdout)["row_count"] == STEPS


def test_rows_through_a_pipe(tmp_path):
    row = r'{"run_id":"r","phase":"gold","step_name":"s","rows_processed":1000,"owner":"x"}\n'
    # Rows that are all alike fill a row group, the most that waits; by --memory it is less.
    for megabytes in [10, 100, 200] if FULL else [10]:
        write(None, tmp_path / f"log{megabytes}", "--kind", "rows", row=row, megabytes=megabytes,
              bound=BOUND * 5 // 4)
    write(None, tmp_path / "little", "--kind", "rows", "--memory", "32MB", row=row, megabytes=10,
          bound=BOUND * 2 // 3)


def test_buffers_are_what_is_allowed(tmp_path):
    """Values of which no two are equal wait in a row group until it is full."""
    rows, draw = tmp_path / "rows.jsonl", random.Random(11)
    with open(rows, "w", encoding="utf-8") as file:
        for number in range(12_000):
            file.write(json.dumps({"run_id": f"r{number}", "phase": "gold", "step_name": "s",
                                   "error_message": f"{draw.getrandbits(12_000):x}"}) + "\n")
    most = write(rows, tmp_path / "much", "--kind", "rows", "--memory-fraction", "1",
                 bound=BOUND * 4)
    least = write(rows, tmp_path / "little", "--kind", "rows", "--memory-fraction", "0.000001",
                  bound=BOUND * 2 // 3)
    assert most > least + (16 << 20)
