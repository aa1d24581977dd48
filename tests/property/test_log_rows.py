"""Rows of run logs, whatever is said of steps: valid and invalid rows are those processed, a report
has a row a step, and times are the instants that they were."""

import datetime
import json
import tempfile
from fractions import Fraction

import deltalake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program import FULL, good

SETTINGS = settings(max_examples=150 if FULL else 15, deadline=None, derandomize=True,
                    suppress_health_check=list(HealthCheck))
UTC = datetime.timezone.utc
COUNTS = st.integers(0, 2**40)
RATES = st.one_of(st.integers(0, 10000).map(lambda n: n / 100), st.floats(0, 100))
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1,
                max_size=20)
# Around midnight, leap days, before 1970, in zones of any offset.
OFFSETS = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes)))
EDGES = st.sampled_from([datetime.datetime(2024, 2, 29), datetime.datetime(2024, 3, 1),
                         datetime.datetime(2000, 2, 29, 23, 59, 59, 999999),
                         datetime.datetime(1969, 12, 31, 23, 59, 59),
                         datetime.datetime(2023, 12, 31, 23, 59, 59, 999999)])
TIMES = st.builds(lambda edge, zone, micros: (edge + datetime.timedelta(microseconds=micros)
                                              ).replace(tzinfo=zone),
                  EDGES, OFFSETS, st.integers(-10**12, 10**12))


def write(kind, value):
    """What a run log has of a value, by another reader."""
    with tempfile.TemporaryDirectory() as folder:
        done = good("log", "write", folder + "/log", "--kind", kind, "--json", "--durability",
                    "none", "--threads", "1", stdin=json.dumps(value)).json()
        if done["version"] < 0:
            return done, []
        return done, deltalake.DeltaTable(folder + "/log").to_pyarrow_table().to_pylist()


def some(strategy):
    return st.one_of(st.none(), strategy)


ROWS = st.fixed_dictionaries({
    "phase": st.sampled_from(["bronze", "silver", "gold", "pipeline"]), "step_name": NAMES,
    "rows_processed": some(COUNTS), "validation_rate": some(RATES), "input_rows": some(COUNTS),
    "rows_written": some(COUNTS), "start_time": some(TIMES)})


@SETTINGS
@given(st.lists(ROWS, min_size=1, max_size=40))
def test_rows_add_up(rows):
    sent = [{**row, "start_time": row["start_time"] and row["start_time"].isoformat()}
            for row in rows]
    done, read = write("rows", sent)
    assert done["rows_written"] == len(read) == len(rows)
    for row, back in zip(rows, read):
        processed = next((row[name] for name in ("rows_processed", "input_rows", "rows_written")
                          if row[name] is not None), 0)
        assert back["rows_processed"] == processed
        assert back["valid_rows"] + back["invalid_rows"] == processed
        assert back["valid_rows"] >= 0 and back["invalid_rows"] >= 0
        if row["validation_rate"] is not None:
            exact = processed * Fraction(repr(row["validation_rate"])) / 100
            assert back["valid_rows"] == round(exact)
            assert back["validation_rate"] == row["validation_rate"]
        assert back["start_time"] == (row["start_time"] and row["start_time"].astimezone(UTC))
        assert (back["step_name"], back["phase"]) == (row["step_name"], row["phase"])


def block(fields):
    return some(st.fixed_dictionaries({name: some(value) for name, value in fields.items()}))


STEP = st.fixed_dictionaries({
    "transform": block({"start_at": TIMES, "input_rows": COUNTS, "output_rows": COUNTS}),
    "write": block({"end_at": TIMES, "mode": NAMES, "rows_written": COUNTS}),
    "validation": block({"start_at": TIMES, "valid_rows": COUNTS, "invalid_rows": COUNTS,
                         "validation_rate": RATES}),
    "table_fqn": some(NAMES)})
REPORT = st.fixed_dictionaries({phase: some(st.dictionaries(NAMES, some(STEP), max_size=6))
                                for phase in ("bronze", "silver", "gold")})


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value.isoformat() if isinstance(value, datetime.datetime) else value


@SETTINGS
@given(REPORT, st.booleans())
def test_a_report_has_a_row_a_step(report, run_first):
    whole = {"run": {"mode": "incremental"}, **report} if run_first else \
        {**report, "run": {"mode": "incremental"}}
    done, read = write("report", plain(whole))
    steps = [(phase, name) for phase in ("bronze", "silver", "gold")
             for name in report[phase] or {}]
    assert done["rows_written"] == len(steps)
    assert [(row["phase"], row["step_name"]) for row in read] == steps
    for row in read:
        step = report[row["phase"]][row["step_name"]] or {}
        transform, written, checked = (step.get(name) or {}
                                       for name in ("transform", "write", "validation"))
        assert row["run_mode"] == "incremental"
        assert row["valid_rows"] + row["invalid_rows"] == row["rows_processed"]
        if checked.get("valid_rows") is not None and checked.get("invalid_rows") is not None:
            assert row["rows_processed"] == checked["valid_rows"] + checked["invalid_rows"]
        assert row["rows_written"] == written.get("rows_written")
        assert row["input_rows"] == transform.get("input_rows")
        if transform.get("start_at"):
            assert row["start_time"] == transform["start_at"].astimezone(UTC)
