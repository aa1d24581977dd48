"""What a platform of 500 steps logs in 90 days: steps have durations, volumes and rates of their
own, which vary from run to run."""

import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

STEPS, DAYS = 500, 90
END = np.datetime64("2026-11-29T12:00:00", "us").astype(np.int64)
DAY_US = 86_400_000_000
TIME = pa.timestamp("us", "UTC")
WORDS = ["extract", "clean", "join", "aggregate"], ["orders", "users", "events", "items", "visits"]
# Columns that are not null.
NEEDED = {"run_id", "run_mode", "execution_id", "pipeline_id", "schema", "phase", "step_name",
          "duration_secs", "rows_processed", "valid_rows", "invalid_rows", "validation_rate",
          "success", "created_at"}


def _names():
    return pa.array([f"{WORDS[0][i % 4]}_{WORDS[1][i % 5]}_{i}" for i in range(STEPS)])


def make(rows, part, parts, execution=STEPS):
    """The rows of one of some equal parts of the time; so many of them are an execution."""
    own, all_steps = np.random.default_rng(part), np.random.default_rng(1000)
    typical = np.exp(all_steps.normal(2, 1, STEPS))
    volume = np.exp(all_steps.normal(8, 1.5, STEPS))
    run, step = np.arange(rows) // STEPS, np.arange(rows) % STEPS
    runs = int(run[-1]) + 1
    span = DAYS * DAY_US // parts
    started = END - DAYS * DAY_US + part * span + run * (span // runs)
    start = started + step * 1_000_000
    seconds = np.round(typical[step] * np.exp(own.normal(0, .4, rows)), 3)
    end = start + (seconds * 1e6).astype(np.int64)
    processed = (volume[step] * np.exp(own.normal(0, .2, rows))).astype(np.int64) + 1
    invalid = np.where(own.random(rows) < .3, (processed * own.random(rows) * .06).astype(np.int64),
                       0)
    success = own.random(rows) > .01
    names = _names().take(pa.array(step))
    constant = np.zeros(rows, np.int32)

    def same(text):
        return pa.array([text]).take(pa.array(constant))

    def numbered(form, of_row):
        count = int(of_row[-1]) + 1
        names = pa.array([form.format(part * count + i) for i in range(count)])
        return names.take(pa.array(of_row))

    columns = {
        "run_id": numbered("run-{}", run), "run_mode": same("incremental"),
        "run_started_at": pa.array(started, TIME), "run_ended_at": pa.array(started, TIME),
        "execution_id": numbered("01920000-0000-7000-8000-{:012x}", np.arange(rows) // execution), "pipeline_id": same("shop"),
        "schema": same("analytics"),
        "phase": pa.array(["bronze", "silver", "gold"]).take(pa.array(step * 3 // STEPS)),
        "step_name": names, "step_type": pa.nulls(rows, pa.string()),
        "start_time": pa.array(start, TIME), "end_time": pa.array(end, TIME),
        "duration_secs": pa.array(seconds),
        "table_fqn": pc.binary_join_element_wise("analytics", names, "."),
        "write_mode": same("append"), "input_rows": pa.array(processed),
        "output_rows": pa.array(processed - invalid),
        "rows_written": pa.array(np.where(success, processed - invalid, 0)),
        "rows_processed": pa.array(processed), "table_total_rows": pa.nulls(rows, pa.int64()),
        "valid_rows": pa.array(processed - invalid), "invalid_rows": pa.array(invalid),
        "validation_rate": pa.array(np.round(100 * (processed - invalid) / processed, 2)),
        "success": pa.array(success),
        "error_message": pa.array(np.where(success, None, "no space left"), pa.string()),
        "memory_usage_mb": pa.array(np.round(own.random(rows) * 2000, 1)),
        "cpu_usage_percent": pa.array(np.round(own.random(rows) * 100, 1)),
        "metadata": pa.nulls(rows, pa.string()), "created_at": pa.array(end, TIME),
    }
    return pa.table(columns, pa.schema([pa.field(name, values.type, name not in NEEDED)
                                        for name, values in columns.items()]))


def report(count):
    """A pipeline report of some steps."""
    start = datetime.datetime(2026, 11, 29, tzinfo=datetime.timezone.utc)
    made = {"run": {"mode": "incremental", "started_at": f"{start:%Y-%m-%dT%H:%M:%SZ}",
                    "ended_at": "2026-11-29T01:00:00Z"}, "bronze": {}, "silver": {}, "gold": {}}
    for i in range(count):
        at = start + datetime.timedelta(seconds=i % 3000)
        times = {"start_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "end_at": f"{at:%Y-%m-%dT%H:%M:%S.5Z}"}
        check = {**times, "valid_rows": 990 + i % 10, "invalid_rows": 10 - i % 10,
                 "validation_rate": 99 + i % 10 / 10}
        phase = ("bronze", "silver", "gold")[i % 3]
        step = {"validation": check, "table_fqn": f"analytics.table_{i}"}
        if phase != "bronze":
            step["transform"] = {**times, "input_rows": 1000, "output_rows": 990 + i % 10}
            step["write"] = {**times, "mode": "append", "rows_written": 990 + i % 10}
        made[phase][f"step_{i}"] = step
    return made
