"""Rows of run logs, whatever is said of steps: valid and invalid rows are those processed, a report
has a row a step, times are the instants that they were, and inputs one after the other are one."""

import datetime
import decimal
import json
import tempfile
from fractions import Fraction

import deltalake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from program import FULL, good, run

SETTINGS = settings(max_examples=150 if FULL else 15, deadline=None, derandomize=True,
                    suppress_health_check=list(HealthCheck))
UTC = datetime.timezone.utc
COUNTS = st.one_of(st.integers(0, 2**40), st.integers(2**53 - 9, 2**53 + 9),
                   st.integers(2**63 - 9, 2**63 - 1))
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


def write(kind, value, *options):
    """What a run log has of a value, or a text, by another reader."""
    text = value if isinstance(value, str) else json.dumps(value)
    with tempfile.TemporaryDirectory() as folder:
        done = good("log", "write", folder + "/log", "--kind", kind, "--json", "--durability",
                    "none", "--threads", "1", *options, stdin=text).json()
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
    # Rows that were completed can be written again, as they are exported.
    again = [{name: value.isoformat() if isinstance(value, datetime.datetime) else value
              for name, value in row.items()} for row in read]
    assert write("rows", again)[1] == read


# Counts that are given beside a rate, which is rounded or cut to some digits.
SPLITS = st.tuples(st.integers(0, 2**62 - 1), st.integers(0, 2**62 - 1), st.integers(0, 4),
                   st.sampled_from([decimal.ROUND_HALF_EVEN, decimal.ROUND_HALF_UP,
                                    decimal.ROUND_DOWN]))


def rate_of(valid, invalid, digits, rounding):
    """As a producer would write it."""
    exact = decimal.Decimal(valid) * 100 / max(valid + invalid, 1)
    return float(exact.quantize(decimal.Decimal(1).scaleb(-digits), rounding))


@SETTINGS
@given(st.lists(SPLITS, min_size=1, max_size=40))
def test_a_rate_may_be_rounded(splits):
    shared = {"phase": "gold", "step_name": "s"}
    rows = [{**shared, "valid_rows": valid, "invalid_rows": invalid,
             "validation_rate": rate_of(valid, invalid, *form)} for valid, invalid, *form in splits]
    _, read = write("rows", rows)
    assert [{name: back[name] for name in row} for row, back in zip(rows, read)] == rows
    assert all(back["rows_processed"] == back["valid_rows"] + back["invalid_rows"] for back in read)


@SETTINGS
@given(st.integers(0, 1000), st.integers(1, 1000), st.floats(0, 100))
def test_a_rate_that_is_of_other_counts(valid, invalid, rate):
    """A rate agrees within its last digit, and within a row; else it is told of."""
    row = {"phase": "gold", "step_name": "s", "valid_rows": valid, "invalid_rows": invalid,
           "validation_rate": rate}
    digits = max(0, min(2, -decimal.Decimal(repr(rate)).normalize().as_tuple().exponent))
    points = abs(Fraction(repr(rate)) - Fraction(valid * 100, valid + invalid))
    apart = min(points * 10**digits, points * (valid + invalid) / 100)
    done = run("log", "write", "mem://x", "--kind", "rows", stdin=json.dumps(row))
    assert done.code == 0, (row, done.err)
    assert ("log rates: number=1 rows=1 first=\"/0/validation_rate: " in done.err) == (apart >= 1), row


@SETTINGS
@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 9999), st.booleans()), min_size=1,
                max_size=40))
def test_a_part_and_its_rate(parts):
    """As many rows as make the rate, where there are any."""
    rows = []
    for known, hundredths, is_valid in parts:
        share = hundredths if is_valid else 10000 - hundredths
        total = round(Fraction(known * 10000, share))
        if (known * 10000) % share * 2 == share:  # half a row
            continue
        valid = known if is_valid else total - known
        if total == 0 or abs(Fraction(valid * 10000, total) - hundredths) < Fraction(99, 100):
            rows.append({"phase": "gold", "step_name": f"{total}",
                         "valid_rows" if is_valid else "invalid_rows": known,
                         "validation_rate": hundredths / 100})
    if not rows:
        return
    for row, back in zip(rows, write("rows", rows)[1]):
        assert back["rows_processed"] == int(row["step_name"])
        assert back["valid_rows"] + back["invalid_rows"] == back["rows_processed"]
        assert {name: back[name] for name in row} == row


INSTANTS = st.builds(
    lambda edge, second, fraction, minutes, separator, zulu: (
        edge + datetime.timedelta(seconds=second), fraction, minutes, separator, zulu),
    EDGES, st.integers(-86400, 86400), st.text("0123456789", max_size=14),
    st.integers(-23 * 60 - 59, 23 * 60 + 59), st.sampled_from("Tt "), st.sampled_from("Zz"))


@SETTINGS
@given(st.lists(INSTANTS, min_size=1, max_size=60))
def test_times_of_any_form(instants):
    """What is finer than a microsecond is cut off, whichever side of 1970 it is on."""
    rows, expected = [], []
    for moment, fraction, minutes, separator, zulu in instants:
        whole = moment.replace(microsecond=0)
        sign, distance = "-" if minutes < 0 else "+", abs(minutes)
        zone = f"{sign}{distance // 60:02}:{distance % 60:02}" if minutes else zulu
        text = whole.isoformat().replace("T", separator) + ("." + fraction if fraction else "")
        rows.append({"phase": "gold", "step_name": "s", "created_at": text + zone})
        expected.append(whole.replace(tzinfo=UTC, microsecond=int((fraction + "000000")[:6]))
                        - datetime.timedelta(minutes=minutes))
    assert [row["created_at"] for row in write("rows", rows)[1]] == expected


@SETTINGS
@given(st.lists(ROWS, max_size=12), st.lists(ROWS, max_size=12),
       st.sampled_from(["", "\n", " \r\n\t", "\n\n"]), st.sampled_from(["rows", "step-results"]),
       st.booleans(), st.booleans())
def test_two_inputs_are_one(first, second, between, kind, lists, listed):
    """Values one after the other, lists of them, and both, are the rows of one list."""
    given = ["--context", '{"run_id": "r", "execution_id": "e"}']
    if kind == "rows":
        given = ["--run-id", "r", "--execution-id", "e"]

    def text(rows, as_list):
        sent = [plain(row) for row in rows]
        return json.dumps(sent) if as_list else between.join(json.dumps(row) for row in sent)

    both = text(first, lists) + between + text(second, listed)
    one, other = write(kind, both, *given)[1], write(kind, text(first + second, True), *given)[1]
    assert [{**row, "created_at": None} for row in one] == [
        {**row, "created_at": None} for row in other]
    assert len(one) == len(first) + len(second)


def block(fields):
    return some(st.fixed_dictionaries({name: some(value) for name, value in fields.items()}))


# Both are not beyond 64 bits together.
SMALL = st.integers(0, 2**62 - 1)
STEP = st.fixed_dictionaries({
    "transform": block({"start_at": TIMES, "input_rows": COUNTS, "output_rows": COUNTS}),
    "write": block({"end_at": TIMES, "mode": NAMES, "rows_written": COUNTS}),
    "validation": st.one_of(
        block({"start_at": TIMES, "validation_rate": RATES}),
        block({"start_at": TIMES, "valid_rows": SMALL, "invalid_rows": SMALL})),
    "table_fqn": some(NAMES)})
REPORT = st.fixed_dictionaries({phase: some(st.dictionaries(NAMES, some(STEP), max_size=6))
                                for phase in ("bronze", "silver", "gold")})


def plain(value):
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
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


STEP_RESULT = st.fixed_dictionaries({
    "step_name": NAMES, "phase": st.sampled_from(["bronze", "silver", "gold"]),
    "success": some(st.booleans()), "rows_processed": some(COUNTS), "rows_written": some(COUNTS),
    "validation_rate": some(RATES), "start_time": some(TIMES)})
EXECUTION = st.fixed_dictionaries({
    "context": st.fixed_dictionaries({"pipeline_id": NAMES, "started_at": some(TIMES)}),
    "step_results": st.lists(STEP_RESULT, max_size=5), "success": st.just(True)})


@SETTINGS
@given(st.lists(EXECUTION, min_size=1, max_size=6))
def test_executions_have_a_row_a_step(executions):
    """And one for an execution without steps."""
    done, read = write("execution-result", plain(executions))
    wanted = [(execution["context"], step) for execution in executions
              for step in execution["step_results"] or [{}]]
    assert done["rows_written"] == len(wanted) == len(read)
    for (context, step), row in zip(wanted, read):
        assert row["pipeline_id"] == context["pipeline_id"]
        assert row["run_started_at"] == (context["started_at"] and
                                         context["started_at"].astimezone(UTC))
        assert row["step_name"] == step.get("step_name", "pipeline")
        assert row["valid_rows"] + row["invalid_rows"] == row["rows_processed"]
        if step.get("rows_processed") is not None:
            assert row["rows_processed"] == step["rows_processed"]
        assert row["rows_written"] == step.get("rows_written")
        assert row["success"] == (True if step.get("success") is None else step["success"])
    assert len({row["execution_id"] for row in read}) == len(executions)
