"""What rows of examples/sparkforge_writer.py may hold, and how what JSON has nothing for is refused."""

import collections
import dataclasses
import datetime
import enum
import json
import pathlib
import sys
import types

import guide
import numpy
import pandas
import pyarrow
import pytest
from log_samples import EXECUTION
from program import ROOT, good

sys.path.append(str(ROOT / "examples"))
from sparkforge_writer import LogWriter, WriterConfig, WriterValidationError  # noqa: E402

ROW = {"run_id": "r", "phase": "gold", "step_name": "s", "rows_processed": 10}
Step = collections.namedtuple("Step", ["step_name", "phase", "rows_processed"])
STEP = Step("s", "gold", 3)


class Row(tuple):
    """As Spark has them: a tuple with names."""

    def __new__(cls, **values):
        row = super().__new__(cls, values.values())
        row.names = list(values)
        return row

    def asDict(self, recursive):
        assert recursive
        return dict(zip(self.names, self))


@pytest.fixture
def writer(tmp_path, monkeypatch):
    guide.enter(tmp_path, monkeypatch)
    return LogWriter("pd", WriterConfig("a", "b"))


def rows_of(writer):
    return good("table", "read", writer.table).lines()


def refused(writer, value, field="metadata"):
    """What a row is refused by that holds a value."""
    with pytest.raises(WriterValidationError) as raised:
        writer.write_log_rows([ROW, {**ROW, field: value}])
    return raised.value


# --- Things with names -----------------------------------------------------------------------------

@pytest.mark.parametrize("one", [STEP, Row(step_name="s", phase="gold", rows_processed=3)])
@pytest.mark.parametrize("given", [
    list, tuple, iter, collections.deque, lambda rows: map(lambda row: row, rows),
    lambda rows: (row for row in rows), lambda rows: dict(enumerate(rows)).values(),
    lambda rows: numpy.array([None, *rows], dtype=object)[1:]])
def test_rows_are_tuples_with_names(writer, one, given):
    writer.write_log_rows(given([one]))
    [row] = rows_of(writer)
    assert (row["step_name"], row["rows_processed"]) == ("s", 3)


def test_tuples_with_names_at_any_depth(writer):
    Context = collections.namedtuple("Context", ["run_id", "pipeline_id"])
    Execution = collections.namedtuple("Execution", ["context", "step_results", "success"])
    execution = Execution(Context("r", "shop"), [STEP], True)
    writer.write_execution_result(execution)
    writer.write_execution_result({**EXECUTION, "step_results": (STEP,)})
    writer.write_execution_result_batch(iter([execution]))
    writer.write_step_results([STEP], execution_context=Context("r", "shop"))
    writer.write_log_rows([{**ROW, "metadata": Row(a=1, b=Step(1, 2, (3,)))}])
    rows = rows_of(writer)
    assert [row["pipeline_id"] for row in rows].count("shop") == 3
    [kept] = [row for row in rows if row["rows_processed"] == 10]
    assert json.loads(kept["metadata"]) == {
        "a": 1, "b": {"step_name": 1, "phase": 2, "rows_processed": [3]}}


def test_mappings_and_objects(writer):
    class Named:
        __slots__ = "step_name"

    class Slots(Named):
        __slots__ = ("phase",)

    class Mixed(Slots):
        pass

    class Phase(enum.Enum):
        GOLD = "gold"

    @dataclasses.dataclass
    class Whole:
        phase: Phase = Phase.GOLD
        step_name: str = "s"

    objects = [Slots(), Mixed()]
    for one in objects:
        one.phase, one.step_name = "gold", "s"
    objects[1].rows_processed = 5
    writer.write_log_rows([collections.UserDict(ROW), types.MappingProxyType(ROW),
                           collections.ChainMap({"step_name": "t"}, ROW), *objects, Whole(),
                           collections.UserDict({**ROW, "metadata": collections.UserList([1])})])
    rows = rows_of(writer)
    assert sorted(row["step_name"] for row in rows) == [*["s"] * 6, "t"]
    assert sorted(row["rows_processed"] for row in rows) == [0, 0, 5, 10, 10, 10, 10]
    writer.write_report({Phase.GOLD: {"sales": {"write": {"rows_written": 12}}}})
    assert len(rows_of(writer)) == 8


# --- Times -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_times_of_numpy(writer, unit):
    frame = pandas.DataFrame({"at": [pandas.Timestamp("2024-02-29T12:00:10")]})
    writer.write_log_rows([
        {**ROW, "duration_secs": numpy.timedelta64(10, "s").astype(f"m8[{unit}]"),
         "start_time": numpy.datetime64("2024-02-29T12:00:00", unit),
         "end_time": frame["at"].values[0].astype(f"M8[{unit}]"),
         "metadata": {"waits": numpy.array([1500, 2000], "m8[ms]").astype(f"m8[{unit}]")}},
        {**ROW, "step_name": "none", "duration_secs": numpy.timedelta64("NaT", unit),
         "start_time": numpy.datetime64("NaT", unit)}])
    row, none = sorted(rows_of(writer), key=lambda row: row["step_name"], reverse=True)
    local = datetime.datetime(2024, 2, 29, 12).astimezone()
    assert row["duration_secs"] == 10
    assert datetime.datetime.fromisoformat(row["start_time"].replace("Z", "+00:00")) == local
    assert datetime.datetime.fromisoformat(row["end_time"].replace("Z", "+00:00")) == \
        local + datetime.timedelta(seconds=10)
    waits = json.loads(row["metadata"])["waits"]
    assert waits == ([1.0, 2.0] if unit == "s" else [1.5, 2.0])
    assert none["start_time"] is None and none["duration_secs"] == 0


def test_times_that_cannot_be(writer):
    east, west = (datetime.timezone(datetime.timedelta(hours=hours)) for hours in (5, -5))
    for value in (datetime.datetime(1, 1, 1, tzinfo=east),
                  datetime.datetime(9999, 12, 31, 23, tzinfo=west)):
        assert refused(writer, value, "start_time").context["column"] == "start_time"
    for value in (numpy.timedelta64(1), numpy.timedelta64(1, "M"), numpy.timedelta64(1, "ps")):
        assert "no number of seconds" in str(refused(writer, value, "duration_secs"))


# --- What JSON has nothing for ---------------------------------------------------------------------

def test_texts_of_paths_errors_and_arrow(writer):
    writer.write_log_rows([{
        **ROW, "success": False, "error_message": ValueError("no column day"),
        "table_fqn": pathlib.PurePosixPath("/a/b"), "rows_processed": pyarrow.scalar(5),
        "metadata": {"path": pathlib.Path("/c"), "error": OSError("é"), "é": "ü"}}])
    [row] = rows_of(writer)
    assert (row["error_message"], row["table_fqn"]) == ("ValueError: no column day", "/a/b")
    assert row["rows_processed"] == 5
    assert json.loads(row["metadata"]) == {"path": "/c", "error": "OSError: é", "é": "ü"}
    assert "é" in row["metadata"] and "\\u" not in row["metadata"]


@pytest.mark.parametrize("value", [
    b"bytes", bytearray(b"b"), memoryview(b"m"), print, lambda: 1, ValueError, object(), 1j,
    datetime.time(3), float("nan"), numpy.float64("inf"), {("a", 1): 2}, {numpy.int64(1): 2}])
def test_values_without_a_form(writer, value):
    """Each by its row and its place."""
    error = refused(writer, {"deep": [0, value]})
    assert (error.context["row"], error.context["column"]) == (2, "deep")
    assert error.context["pointer"] == "/1/metadata/deep/1"
    assert writer.get_metrics()["total_rows_written"] == 0


def test_missing_values_of_pandas(writer):
    frame = pandas.DataFrame([ROW, {**ROW, "error_message": "e", "rows_written": 3}])
    with pytest.raises(WriterValidationError, match="NaN|nan") as raised:
        writer.write_log_rows(frame.to_dict("records"))
    assert (raised.value.context["row"], raised.value.context["column"]) == (1, "error_message")
    assert "df.astype(object).where(df.notna(), None)" in raised.value.suggestions[0]
    writer.write_log_rows(frame.astype(object).where(frame.notna(), None).to_dict("records"))
    assert [row["rows_written"] for row in rows_of(writer)] == [None, 3]


def test_an_error_of_what_gives_rows_is_its_own(writer):
    def broken():
        yield ROW
        raise RuntimeError("producer")

    with pytest.raises(RuntimeError, match="producer"):
        writer.write_log_rows(broken())
