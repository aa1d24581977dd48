"""docs/guides/from-wdlp.md: its examples are run as they stand, and each thing that the WDLP
writer got wrong is a test."""

import datetime
import json
import math
import os
import pathlib
import signal
import stat
import subprocess
import time

import guide
import pyquire
import pytest
from program import PROGRAM, environment, good, names, run

BLOCKS = guide.blocks(guide.text("from-wdlp.md"))
FORMATS = {"csv": "csv", "tsv": "tsv", "json": "json", "jsonl": "jsonl", "ion": "10n",
           "ion-text": "iont", "parquet": "parquet"}


# --- The page -------------------------------------------------------------------------


def test_examples(tmp_path, monkeypatch):
    assert guide.run_page("from-wdlp.md", tmp_path, monkeypatch) == {"console", "python", "c"}


@pytest.fixture
def create_writer(monkeypatch):
    monkeypatch.setenv("PATH", f"{pathlib.Path(PROGRAM).resolve().parent}:{os.environ['PATH']}")
    python = {}
    exec(next(block for kind, block in BLOCKS if kind == "python"), python)
    create = python["create_writer"]
    create.error = python["WriterError"]
    return create


@pytest.mark.parametrize("format", FORMATS)
def test_exception_leaves_the_target(tmp_path, create_writer, format):
    target = tmp_path / f"out.{FORMATS[format]}"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError):
        with create_writer(format, str(target)) as writer:
            for i in range(1000):
                writer.write({"id": i})
            raise RuntimeError("in the middle")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == [target.name]


def test_a_record_without_a_form_is_an_error(tmp_path, create_writer):
    target = tmp_path / "out.jsonl"
    for value in [object(), math.nan, math.inf, {1, 2}]:
        with pytest.raises(create_writer.error):
            with create_writer("jsonl", str(target)) as writer:
                writer.write({"id": value})
    assert not target.exists()


def test_bad_records_are_told_at_the_end(tmp_path, create_writer):
    with pytest.raises(create_writer.error, match="row 2, column id"):
        with create_writer("ion", str(tmp_path / "out.10n"), "--schema", "id int8") as writer:
            writer.write({"id": 1})
            writer.write({"id": 1000})
    assert list(tmp_path.iterdir()) == []


# --- What it got wrong -------------------------------------------------------------------


def convert(tmp_path, records, format, *options):
    """The bytes that records become."""
    source, target = tmp_path / "in.jsonl", tmp_path / f"out.{FORMATS[format]}"
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    good("convert", *options, source, target)
    return target


def read(path, **options):
    return pyquire.read(path, **options).to_pylist()


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written(tmp_path, format):
    """A temporary in text mode took neither Parquet nor binary Ion."""
    records = [{"id": 1, "name": "ä"}, {"id": 2, "name": "b"}]
    assert read(convert(tmp_path, records, format)) == records


SCHEMA = "day date, at timestamp(us), utc timestamp(ms, UTC)"
MOMENTS = [
    {"day": "2024-02-29", "at": "2024-03-01T10:00:00.25", "utc": "2024-03-01T10:00:00Z"},
    {"day": "0001-01-01", "at": "1969-12-31T23:59:59.999999", "utc": None}]


@pytest.mark.parametrize("format", FORMATS)
def test_dates_and_times(tmp_path, format):
    """A date stays a date, and a local time one without an offset, in every format."""
    table = pyquire.read(convert(tmp_path, MOMENTS, format, "--schema", SCHEMA), schema=SCHEMA)
    utc, moment = datetime.timezone.utc, datetime.datetime
    assert table.column("day").to_pylist() == [datetime.date(2024, 2, 29), datetime.date(1, 1, 1)]
    assert table.column("at").to_pylist() == [
        moment(2024, 3, 1, 10, 0, 0, 250000), moment(1969, 12, 31, 23, 59, 59, 999999)]
    assert [at and at.astimezone(utc) for at in table.column("utc").to_pylist()] == [
        moment(2024, 3, 1, 10, tzinfo=utc), None]


@pytest.mark.parametrize("format", ["ion", "ion-text", "parquet"])
def test_dates_and_times_without_a_schema(tmp_path, format):
    """Formats that have types give them back."""
    types = pyquire.read(convert(tmp_path, MOMENTS, format, "--schema", SCHEMA)).schema.types
    assert [str(type).partition("[")[0] for type in types] == ["date32", "timestamp", "timestamp"]
    assert [type.tz for type in types[1:]] == [None, "UTC"]


def test_dates_and_times_in_ion(tmp_path):
    path = convert(tmp_path, MOMENTS, "ion-text", "--schema", SCHEMA)
    assert path.read_text().splitlines() == [
        "{day:2024-02-29,at:2024-03-01T10:00:00.250000-00:00,utc:2024-03-01T10:00:00.000Z}",
        "{day:0001-01-01,at:1969-12-31T23:59:59.999999-00:00,utc:null.timestamp}"]


@pytest.mark.parametrize("format", FORMATS)
def test_nulls_missing_and_empty(tmp_path, format):
    """They are three things; the first two are null."""
    records = [{"id": 1, "text": None}, {"id": 2}, {"id": 3, "text": ""}]
    rows = read(convert(tmp_path, records, format))
    assert [row["text"] for row in rows] == [None, None, ""]


def test_nulls_of_csv_and_ion(tmp_path):
    records = [{"a": None, "b": ""}, {"a": "x", "b": None}]
    assert convert(tmp_path, records, "csv").read_text() == 'a,b\n,""\nx,\n'
    assert convert(tmp_path, records, "ion-text").read_text() == (
        '{a:null.string,b:""}\n{a:"x",b:null.string}\n')
    assert convert(tmp_path, records, "ion-text", "--set", "nulls=omit").read_text() == (
        '{b:""}\n{a:"x"}\n')


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("known", [True, False])
def test_zero_records(tmp_path, format, known):
    options = ["--schema", "id int64, day date"] if known else []
    if not known and format in ("csv", "tsv"):  # a line of no names would be no file of these
        (tmp_path / "none.jsonl").touch()
        done = run("convert", tmp_path / "none.jsonl", tmp_path / f"out.{format}")
        assert (done.code, "at least one column" in done.err) == (2, True)
        assert not (tmp_path / f"out.{format}").exists()
        return
    path = convert(tmp_path, [], format, *options)
    assert path.exists()
    assert good("count", path).text == "0\n"
    if known and format in ("csv", "parquet"):
        assert pyquire.read(path).schema.names == ["id", "day"]


FLOATS = [0.1, 1.0, -0.0, 1e300, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 123456789.123456789]


@pytest.mark.parametrize("format", FORMATS)
def test_floats_come_back_equal(tmp_path, format):
    rows = read(convert(tmp_path, [{"x": x} for x in FLOATS], format), schema="x float64")
    assert [math.copysign(1, row["x"]) for row in rows] == [math.copysign(1, x) for x in FLOATS]
    assert [row["x"] for row in rows] == FLOATS


@pytest.mark.parametrize("format", ["ion", "ion-text", "csv", "parquet"])
def test_floats_that_are_not_finite(tmp_path, format):
    (tmp_path / "in.csv").write_text("x\nnan\ninf\n-inf\n1.5\n")
    path = tmp_path / f"out.{FORMATS[format]}"
    good("convert", tmp_path / "in.csv", path, "--schema", "x float64")
    rows = [row["x"] for row in read(path, schema="x float64")]
    assert math.isnan(rows[0]) and rows[1:] == [math.inf, -math.inf, 1.5]


def test_json_is_json(tmp_path):
    """json.dumps writes NaN, which no other reader takes; here it is neither read nor written."""
    (tmp_path / "in.jsonl").write_text('{"x": 1.5}\n{"x": NaN}\n')
    done = run("convert", tmp_path / "in.jsonl", tmp_path / "out.csv")
    assert (done.code, "row 2" in done.err) == (1, True)
    (tmp_path / "in.csv").write_text("x\nnan\n1.5\n")
    good("convert", tmp_path / "in.csv", tmp_path / "out.jsonl", "--schema", "x float64")
    assert (tmp_path / "out.jsonl").read_text() == '{"x":null}\n{"x":1.5}\n'


@pytest.mark.parametrize("values, type", [
    ([None, None, 3], "int64"), ([None, "x"], "string"), ([1, 1.5], "double"),
    ([1, None, 2**63], "uint64"), ([None, [1], [2.5]], "list"), ([None, {"a": 1}], "struct")])
@pytest.mark.parametrize("format", ["ion", "parquet"])
def test_types_are_not_those_of_the_first_record(tmp_path, format, values, type):
    path = convert(tmp_path, [{"x": value} for value in values], format)
    table = pyquire.read(path)
    assert str(table.schema.field("x").type).startswith(type)
    assert len(table) == len(values)


def test_types_that_come_after_the_sample(tmp_path):
    records = [{"x": i} for i in range(20)] + [{"x": 0.5, "late": True}]
    path = convert(tmp_path, records, "ion", "--infer-rows", "5", "--extra", "evolve")
    assert read(path)[-1] == {"x": 0.5, "late": True}


@pytest.mark.parametrize("extra", ["error", "ignore", "evolve"])
def test_other_fields(tmp_path, extra):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.10n"
    source.write_text('{"a":1}\n{"b":2}\n')
    done = run("convert", "--infer-rows", "1", "--extra", extra, source, target)
    expected = {"error": None, "ignore": [{"a": 1}, {"a": None}],
                "evolve": [{"a": 1, "b": None}, {"a": None, "b": 2}]}[extra]
    assert (read(target) if done.code == 0 else None) == expected
    assert done.code == 0 or '"b"' in done.err


@pytest.mark.parametrize("format", FORMATS)
def test_text_that_needs_care(tmp_path, format):
    texts = ["a,b", 'say "hi"', "two\nlines", "tab\there", "'''", "\\", "\u2028", "😀", " pad ",
             "null", "$10", "-00:00", "{{}}", "//", "\r\n", "012"]
    records = [{"text": text} for text in texts]
    assert read(convert(tmp_path, records, format), schema="text string") == records


@pytest.mark.parametrize("format", FORMATS)
def test_the_umask_counts(tmp_path, format):
    before = os.umask(0o027)
    try:
        path = convert(tmp_path, [{"a": 1}], format)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    convert(tmp_path, [{"a": 2}], format)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604  # that of the file it replaces


@pytest.mark.parametrize("format", FORMATS)
def test_a_kill_leaves_what_clean_knows(tmp_path, format):
    target = tmp_path / f"out.{FORMATS[format]}"
    target.write_bytes(b"old")
    process = subprocess.Popen([PROGRAM, "convert", "--from", "jsonl", "-", str(target)],
                               stdin=subprocess.PIPE, env=environment())
    process.stdin.write(b'{"id":1}\n' * 200_000)
    process.stdin.flush()
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.stdin.close()
    process.wait()
    assert target.read_bytes() == b"old"
    good("clean", "--older", "0s", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("format", FORMATS)
def test_a_failure_is_not_committed(tmp_path, format):
    """Whatever was written before the record that failed."""
    source, target = tmp_path / "in.jsonl", tmp_path / f"out.{FORMATS[format]}"
    source.write_text('{"id":1}\n' * 50_000 + '{"id":"x"}\n')
    target.write_bytes(b"old")
    done = run("convert", source, target)
    assert (done.code, "row 50001, column id" in done.err) == (1, True)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == sorted([source.name, target.name])


def test_folders_are_made_unless_not_wanted(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"a":1}\n')
    assert run("convert", "--no-parents", tmp_path / "in.jsonl", tmp_path / "a/b.10n").code == 3
    assert not (tmp_path / "a").exists()
    good("convert", tmp_path / "in.jsonl", tmp_path / "a/b.10n")
    assert read(tmp_path / "a/b.10n") == [{"a": 1}]
