"""A batch of executions that is killed between its commits and written again: each row of it and
each one that was set apart is in its place once for each commit that stands, and nothing waits."""

import gzip
import json
import random
import subprocess
import time

import deltalake
import pytest
from program import FULL, names, run, start

SEED = 19370501
KILLS = 24 if FULL else 5
TRIES = 20  # of a kill that came too late each time
RUNS = 40


def execution(number, draw):
    """Of which some steps, or all, cannot be rows; or the whole of it, which is then a failure."""
    steps = [{"step_name": f"{number}-{i}", "phase": draw.choice(["gold", "silver", "brass"]),
              "rows_processed": draw.randrange(1000), "error_message": f"{draw.getrandbits(900):x}"}
             for i in range(draw.randrange(1, 6))]
    return {"context": {"run_id": f"r{number}"}, "step_results": steps}


def expected(executions):
    steps = [step for one in executions for step in one["step_results"]]
    wrong = sorted(step["step_name"] for step in steps if step["phase"] == "brass")
    return sorted(step["step_name"] for step in steps if step["phase"] != "brass"), wrong


def found(table, rejects):
    """Names of steps in the table, and of those set apart, each as often as it is there."""
    good = []
    if (table / "_delta_log").exists():
        read = deltalake.DeltaTable(str(table)).to_pyarrow_table(columns=["step_name"])
        good = sorted(read["step_name"].to_pylist())
    opened = gzip.open if rejects.suffix == ".gz" else open
    wrong = []
    if rejects.exists() and rejects.stat().st_size > 0:
        with opened(rejects, "rt", encoding="utf-8") as file:
            text = file.read()
        whole = text[:text.rfind("\n") + 1] # a torn line is cut by the next write
        for line in map(json.loads, whole.splitlines()):
            wrong += [step["step_name"] for step in json.loads(line["record"])["step_results"]]
    return good, sorted(wrong)


def halves(executions, names_there):
    """Executions of which the rows are there."""
    return [one for one in executions
            if any(step["step_name"] in names_there for step in one["step_results"])]


@pytest.mark.parametrize("name", ["rejects.jsonl", "rejects.jsonl.gz"])
@pytest.mark.parametrize("mode", ["append", "merge"])
def test_killed_and_written_again(tmp_path, name, mode):
    draw = random.Random(SEED)
    killed = kill = 0
    while kill < KILLS or (killed == 0 and kill < KILLS + TRIES):
        kill += 1
        folder = tmp_path / f"{mode}{kill}"
        folder.mkdir()
        table, rejects, rows = folder / "runs", folder / name, folder / "rows.jsonl"
        executions = [execution(i, draw) for i in range(RUNS)]
        rows.write_text("".join(json.dumps(one) + "\n" for one in executions))
        command = ["log", "write", table, "--kind", "execution-result", "--quality-action",
                   "reject", "--quality-rejects", rejects, "--write-mode", mode, "--batch-size",
                   str(draw.choice([3, 7])), "--durability", "none"]
        writer = start(*command, rows, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        log = table / "_delta_log"
        wanted = draw.randrange(6)
        while writer.poll() is None and sum(1 for _ in log.glob("*.json")) < wanted:
            time.sleep(0.0002)
        time.sleep(draw.random() * 0.002)
        writer.kill()
        killed += writer.wait() != 0
        # Another write completes it: what is set apart is what stands beside it.
        other = json.dumps({"context": {"run_id": "other"}, "step_results": [
            {"step_name": "other", "phase": "gold"}, {"step_name": "bad", "phase": "brass"}]})
        assert run(*command, stdin=other).code == 0
        assert [one for one in names(folder) if "pending" in one] == []
        there = found(table, rejects)
        stand = halves(executions, set(there[0]))
        good, wrong = expected(stand)
        alone = {step["step_name"] for one in executions for step in one["step_results"]
                 if all(each["phase"] == "brass" for each in one["step_results"])}
        assert there[0] == sorted([*good, "other"])
        # Executions without a row of their own go with those that they were to be written with.
        assert [step for step in there[1] if step not in alone] == sorted([*wrong, "bad"])
        assert len(set(there[1])) == len(there[1])
        # What is missing, written again, is there once.
        left = [one for one in executions if one not in stand]
        rows.write_text("".join(json.dumps(one) + "\n" for one in left))
        assert run(*command, rows).code == 0
        there = found(table, rejects)
        good, wrong = expected(executions)
        assert there[0] == sorted([*good, "other"])
        assert sorted(set(there[1])) == sorted([*wrong, "bad"])
        assert [step for step in there[1] if step not in alone] == \
            [step for step in sorted([*wrong, "bad"]) if step not in alone]
    assert killed > 0
