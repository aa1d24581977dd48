"""Ten processes write to one run log at once and are killed at any moment. Of those that append
reports, what they said was written is there once, what they did not say is there once at most, and
whole. Those that merge write again what they did not hear of: all of it is there once."""

import json
import random
import signal
import subprocess
import threading
import time

import deltalake
from program import FULL, PROGRAM, environment

WRITERS = 10
MERGERS = 3
REPORTS = 100 if FULL else 10  # of each writer
KILL_EACH = 4                  # every so many answers, while the next one is being written
STEPS = 3
SEED = 20240229


def merges(writer):
    return writer >= WRITERS - MERGERS


def report(writer, number):
    if merges(writer):
        return [{"run_id": f"w{writer}-{number}", "phase": "gold", "step_name": f"step_{step}",
                 "rows_written": number} for step in range(STEPS)]
    return {"run": {"mode": "incremental", "pipeline": f"w{writer}"},
            "gold": {f"step_{step}": {"write": {"rows_written": number}} for step in range(STEPS)}}


def start(table, folder, writer, number):
    """Writes the reports from a number on, one a file, answering each with a line."""
    names = []
    for count in range(number, REPORTS):
        path = folder / f"{writer}_{count}.json"
        path.write_text(json.dumps(report(writer, count)))
        names.append(path)
    return subprocess.Popen(
        [PROGRAM, "log", "write", table, "--json", "--durability", "none", "--max-retries", "20",
         "--retry-delay-secs", "0.01", "--threads", "1", "--pipeline-id", f"w{writer}",
         *(["--kind", "rows", "--write-mode", "merge"] if merges(writer) else []), *names],
        stdout=subprocess.PIPE, text=True, env=environment(), process_group=0)


def drive(table, folder, writer, said, unsaid, kills):
    """Runs one writer, killed now and then by what it answered; what was under way when it was
    killed is written again by those alone that merge."""
    chance = random.Random(SEED + writer)
    number = 0
    while number < REPORTS:
        process = start(table, folder, writer, number)
        until = number + chance.randrange(1, KILL_EACH + 1)
        for line in process.stdout:
            answer = json.loads(line)
            assert answer["success"], answer
            said[answer["run_id"]] = number
            number += 1
            if number == until and number < REPORTS:
                time.sleep(chance.random() * 0.02)
                process.send_signal(signal.SIGKILL)
                kills.append(writer)
                break
        # Answers that were on their way count, too, where they are whole.
        for line in process.stdout:
            if not line.endswith("\n"):
                break
            said[json.loads(line)["run_id"]] = number
            number += 1
        code = process.wait()
        process.stdout.close()
        assert code in (0, -signal.SIGKILL), code
        if code != 0 and number < REPORTS and not merges(writer):
            unsaid.append((writer, number))
            number += 1


def test_killed_writers_lose_and_double_nothing(tmp_path):
    table, said, unsaid, kills = tmp_path / "logs", {}, [], []
    threads = [threading.Thread(target=drive, args=(table, tmp_path, writer, said, unsaid, kills))
               for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = deltalake.DeltaTable(table).to_pyarrow_table(
        columns=["run_id", "pipeline_id", "step_name", "rows_written"]).to_pylist()
    runs = {}
    for row in rows:
        runs.setdefault(row["run_id"], []).append(row)
    # Every run is whole, and stands once.
    assert all(len(run) == STEPS == len({row["step_name"] for row in run})
               for run in runs.values())
    written = [(int(run[0]["pipeline_id"][1:]), run[0]["rows_written"]) for run in runs.values()]
    assert len(written) == len(set(written))
    assert set(said) <= set(runs)
    assert {pair for key, pair in zip(runs, written) if key not in said} <= set(unsaid)
    assert len(said) + len(unsaid) == WRITERS * REPORTS and kills
    versions = sorted(int(path.name[:20]) for path in (table / "_delta_log").glob("*.json")
                      if path.name[:20].isdigit() and len(path.name) == 25)
    assert versions == list(range(versions[0], versions[-1] + 1))
