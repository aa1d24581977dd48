"""A model of a Delta table: the rows of each version, conditions with their three truths, and what
each operation makes of rows. Values are those that pyarrow gives; what readers say is compared with
them whatever the order."""

import collections
import dataclasses
import datetime
import decimal
import math
import struct

import pyarrow as pa

UTC = datetime.timezone.utc
NULL_CHANCE = 0.2
NEW = "a value of the table's"  # of an identity column, not known yet


@dataclasses.dataclass(frozen=True)
class Column:
    name: str
    kind: str
    nullable: bool = True

    @property
    def type(self):
        return TYPES[self.kind]

    @property
    def sql(self):
        return f"`{self.name}`"


TYPES = {
    "int": pa.int64(), "small": pa.int16(), "text": pa.string(), "date": pa.date32(),
    "moment": pa.timestamp("us", "UTC"), "local": pa.timestamp("us"), "real": pa.float64(),
    "price": pa.decimal128(10, 2), "flag": pa.bool_(), "bytes": pa.binary(),
    "pair": pa.struct([("a", pa.int64()), ("b", pa.string())]), "list": pa.list_(pa.int32()),
    "triple": pa.struct([("a", pa.int64()), ("b", pa.string()), ("c", pa.date32())]),
}
NESTED = ("pair", "list", "triple")
TEXTS = ["a", "b", "a b", "c/d", "é%20", "x" * 40, "x" * 40 + "y", "it's", "=", "", "10"]
REALS = [0.0, -0.0, 1.5, -2.25, math.nan, math.inf, -math.inf, 1e300, 7.0]
DAY = datetime.date(2024, 2, 27)
MOMENT = datetime.datetime(2024, 2, 27, 23, 59, 59, 999999)

VALUES = {
    "int": lambda g: g.choice([g.randrange(40), g.randrange(40), -(2**60), 2**60]),
    "small": lambda g: g.randrange(-5, 15),
    "text": lambda g: g.choice(TEXTS),
    "date": lambda g: DAY + datetime.timedelta(g.choice([0, 1, 2, 3, -20000])),
    "moment": lambda g: (MOMENT + datetime.timedelta(
        microseconds=g.choice([0, 1, 1000, 10**9, -10**15]))).replace(tzinfo=UTC),
    "local": lambda g: MOMENT + datetime.timedelta(microseconds=g.choice([0, 1, -999999, 10**12])),
    "real": lambda g: g.choice(REALS),
    "price": lambda g: decimal.Decimal(g.choice([0, 1, -1, 12345, -99999999, 99999999])).scaleb(-2),
    "flag": lambda g: g.random() < 0.5,
    "bytes": lambda g: g.choice([b"", b"\0\xff", b"abc"]),
    "pair": lambda g: {"a": g.choice([None, g.randrange(9)]), "b": g.choice([None, "p", "q"])},
    "triple": lambda g: {"a": g.choice([None, g.randrange(9)]), "b": g.choice([None, "p"]),
                         "c": g.choice([None, DAY])},
    "list": lambda g: [g.choice([None, g.randrange(5)]) for _ in range(g.randrange(3))],
}


def random_value(column, generator):
    if column.nullable and generator.random() < NULL_CHANCE:
        return None
    return VALUES[column.kind](generator)


# --- Conditions: true, false or null of a row -----------------------------------------------------


def literal(kind, value):
    if kind in ("int", "small"):
        return f"CAST({value} AS BIGINT)" if value < 0 else str(value)
    if kind == "text":
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if kind == "date":
        return f"DATE '{value}'"
    if kind == "moment":
        return f"TIMESTAMP '{value.strftime('%Y-%m-%d %H:%M:%S.%f')}Z'"
    if kind == "local":
        return f"TIMESTAMP_NTZ '{value.strftime('%Y-%m-%d %H:%M:%S.%f')}'"
    if kind == "real":
        return f"CAST('{'NaN' if math.isnan(value) else repr(value)}' AS DOUBLE)"
    if kind == "price":
        return f"CAST('{value}' AS DECIMAL(10,2))"
    raise AssertionError(kind)


ORDERED = ("int", "small", "text", "date", "moment", "local", "real", "price")


def order_key(kind, value):
    if kind == "real":  # NaN is above all, and the zeros are one
        return (math.isnan(value), 0.0 if math.isnan(value) else value + 0.0)
    if kind == "text":
        return value.encode()
    return value


COMPARE = {
    "=": lambda a, b: a == b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "!=": lambda a, b: a != b,
}


def comparison(column, generator):
    operator, value = generator.choice(list(COMPARE)), VALUES[column.kind](generator)
    wanted = order_key(column.kind, value)

    def holds(row):
        got = row[column.name]
        return None if got is None else COMPARE[operator](order_key(column.kind, got), wanted)
    return f"{column.sql} {operator} {literal(column.kind, value)}", holds


def one_of(column, generator):
    values = [VALUES[column.kind](generator) for _ in range(generator.randrange(1, 4))]
    wanted = [order_key(column.kind, value) for value in values]
    text = ", ".join(literal(column.kind, value) for value in values)
    return (f"{column.sql} IN ({text})", lambda row: None if row[column.name] is None else
            order_key(column.kind, row[column.name]) in wanted)


def between(column, generator):
    low, high = sorted((VALUES[column.kind](generator) for _ in range(2)),
                       key=lambda value: order_key(column.kind, value))
    ends = [order_key(column.kind, end) for end in (low, high)]
    return (f"{column.sql} BETWEEN {literal(column.kind, low)} AND {literal(column.kind, high)}",
            lambda row: None if row[column.name] is None else
            ends[0] <= order_key(column.kind, row[column.name]) <= ends[1])


def is_null(column, generator):
    if generator.random() < 0.5:
        return f"{column.sql} IS NULL", lambda row: row[column.name] is None
    return f"{column.sql} IS NOT NULL", lambda row: row[column.name] is not None


def is_true(column, generator):
    if column.kind == "flag":
        return column.sql, lambda row: row[column.name]

    def field(row):
        value = None if row[column.name] is None else row[column.name]["a"]
        return None if value is None else value > 3
    return f"{column.sql}.a > 3", field


def negated(condition):
    text, holds = condition
    return f"NOT ({text})", lambda row: None if holds(row) is None else not holds(row)


def both(left, right):
    def holds(row):
        values = (left[1](row), right[1](row))
        return False if False in values else None if None in values else True
    return f"({left[0]}) AND ({right[0]})", holds


def either(left, right):
    def holds(row):
        values = (left[1](row), right[1](row))
        return True if True in values else None if None in values else False
    return f"({left[0]}) OR ({right[0]})", holds


def random_condition(columns, generator, depth=2):
    shape = generator.randrange(8)
    if depth > 0 and shape < 3:
        parts = [random_condition(columns, generator, depth - 1) for _ in range(2)]
        return negated(parts[0]) if shape == 0 else (both if shape == 1 else either)(*parts)
    column = generator.choice(columns)
    ways = [is_null]
    if column.kind in ORDERED:
        ways += [comparison, comparison, one_of, between]
    if column.kind in ("flag", "pair", "triple"):
        ways += [is_true, is_true]
    return generator.choice(ways)(column, generator)


# --- What is set ----------------------------------------------------------------------------------


def random_set(column, generator):
    """An expression, and what it is of a row."""
    name = column.name

    def of(function):
        return lambda row: None if row[name] is None else function(row[name])
    if column.nullable and generator.random() < 0.2:
        return "NULL", lambda row: None
    if column.kind == "text" and generator.random() < 0.5:
        return f"concat({column.sql}, '+')", of(lambda value: value + "+")
    if column.kind == "int" and generator.random() < 0.5:
        return f"{column.sql} % 7", of(lambda value: int(math.fmod(value, 7))
                                      if abs(value) < 2**50 else (abs(value) % 7) *
                                      (1 if value > 0 else -1))
    if column.kind == "date" and generator.random() < 0.5:
        return f"date_add({column.sql}, 1)", of(lambda value: value + datetime.timedelta(1))
    if column.kind in ORDERED:
        value = VALUES[column.kind](generator)
        return literal(column.kind, value), lambda row: value
    if column.kind == "flag":
        return f"NOT {column.sql}", of(lambda value: not value)
    return column.sql, lambda row: row[name]


# --- Rows -----------------------------------------------------------------------------------------


def plain(value):
    if isinstance(value, float):
        return "nan" if math.isnan(value) else struct.pack(">d", value)
    if isinstance(value, dict):
        return tuple((key, plain(item)) for key, item in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", *map(plain, value))
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value


def frozen(row, names):
    return tuple(plain(row.get(name)) for name in names)


def reads(kind, other):
    """Whether values of a column are read as those of another."""
    return kind == other or {kind, other} in ({"small", "int"}, {"pair", "triple"})


def as_columns(row, columns):
    """A row as a table with other columns has it."""
    fields = {"pair": "ab", "triple": "abc"}
    row = {column.name: row.get(column.name) for column in columns}
    for column in columns:
        if column.kind in fields and row[column.name] is not None:
            row[column.name] = {name: row[column.name].get(name) for name in fields[column.kind]}
    return row


def counted(rows, names):
    return collections.Counter(frozen(row, names) for row in rows)


def to_arrow(columns, rows):
    schema = pa.schema([pa.field(column.name, column.type, column.nullable) for column in columns])
    return pa.table({column.name: pa.array([row[column.name] for row in rows], column.type)
                     for column in columns}, schema)
