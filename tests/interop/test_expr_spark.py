"""Expressions: what Quire gives, what Spark gives, and where they differ on purpose.

spark_expressions.tsv has a line an expression: Spark's type and value, and Quire's where they
differ. One test holds Quire to the file, another holds the file to Spark itself. Spark runs
without ANSI mode, as tables are checked by default: it gives null where Quire fails (bad casts,
overflow), which are the most of the differences."""

import datetime
import decimal
import json
import math
import pathlib

import pyarrow as pa
import pyexpr
import pyquire
import pytest

LINES = pathlib.Path(__file__).with_name("spark_expressions.tsv")
BATCH = pa.record_batch({"none": pa.nulls(1, pa.int32())})
TYPES = {"int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
         "bool": "boolean", "date32[day]": "date", "timestamp[us, tz=UTC]": "timestamp",
         "timestamp[us]": "timestamp_ntz", "null": "void"}
TOGETHER = 60  # expressions of one statement


def cases():
    for line in LINES.read_text(encoding="utf-8").splitlines()[1:]:
        text, spark, *quire = line.split("\t")
        yield json.loads(f'"{text}"'), spark, quire[0] if quire else spark


CASES = list(cases())


def show(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return '"interval"'
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return "x" + bytes(value).hex()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return "NULL" if value is None else repr(value)


def of_quire(text):
    try:
        expression = pyexpr.Expression(text, BATCH.schema)
    except pyquire.QuireError as error:
        assert error.name in ("USAGE", "UNSUPPORTED"), (text, error)
        return "refused"
    name = str(expression.type).replace("decimal128", "decimal").replace(", ", ",")
    name = TYPES.get(str(expression.type), name)
    try:
        return f"{name} {show(expression.evaluate(BATCH)[0].as_py())}"
    except pyquire.QuireError as error:
        assert error.name == "INPUT" and error.row == 1, (text, error)
        return "error"


def same(got, expected):
    """Functions of reals may differ in their last digit between libraries."""
    if got == expected:
        return True
    kinds = got.split(" ")[0], expected.split(" ")[0]
    if kinds != ("double", "double") or "NULL" in got + expected:
        return False
    return math.isclose(float(got.split(" ")[1]), float(expected.split(" ")[1]), rel_tol=1e-15)


def test_quire_gives_what_is_written():
    wrong = [(text, got, quire) for text, _, quire in CASES
             if not same(got := of_quire(text), quire)]
    assert not wrong
    assert len(CASES) > 900 and sum(spark == quire for _, spark, quire in CASES) > 900


def of_spark(session, texts):
    columns = ",\n".join(f"({text}\n) AS c{i}" for i, text in enumerate(texts))
    frame = session.sql(f"SELECT {columns}")
    row = frame.collect()[0]
    return [f"{field.dataType.simpleString()} {show(value)}"
            for field, value in zip(frame.schema, row)]


def test_spark_gives_what_is_written(spark):
    given = [(text, expected) for text, expected, _ in CASES if expected != "refused"]
    for start in range(0, len(given), TOGETHER):
        part = given[start:start + TOGETHER]
        got = of_spark(spark, [text for text, _ in part])
        wrong = [(text, value, expected) for (text, expected), value in zip(part, got)
                 if not same(value, expected)]
        assert not wrong


def test_spark_refuses_what_is_written(spark):
    refused = [text for text, expected, _ in CASES if expected == "refused"]
    assert refused
    for text in refused:
        with pytest.raises(Exception):
            of_spark(spark, [text])
