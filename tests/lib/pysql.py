"""quire_sql_query in-process, for tests: ctypes over quire/sql.h, and SQLite itself beside it."""

import ctypes as c
import os
import sqlite3

import pyarrow as pa
from pyquire import ArrowStream, Error, ReadOptions, check, lib


class Column(c.Structure):
    _fields_ = [("name", c.c_char_p), ("expr", c.c_char_p)]


class Table(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("url", c.c_char_p),
        ("version_given", c.c_bool),
        ("time_given", c.c_bool),
        ("version", c.c_int64),
        ("time_ms", c.c_int64),
        ("read", c.POINTER(ReadOptions)),
        ("where", c.c_char_p),
        ("columns", c.POINTER(Column)),
        ("columns_size", c.c_size_t),
    ]


class Param(c.Structure):
    _fields_ = [
        ("name", c.c_char_p),
        ("kind", c.c_int),
        ("integer", c.c_int64),
        ("real", c.c_double),
        ("text", c.c_char_p),
    ]


class Options(c.Structure):
    _fields_ = [
        ("tables", c.POINTER(Table)),
        ("tables_size", c.c_size_t),
        ("params", c.POINTER(Param)),
        ("params_size", c.c_size_t),
        ("read", c.POINTER(ReadOptions)),
        ("timeout_ms", c.c_int64),
        ("folder", c.c_char_p),
        ("context", c.c_void_p),
        ("process_limit", c.c_bool),
        ("wide_sums", c.c_bool),
    ]


class View:
    """A table narrowed by a condition, with columns of (name, expression or None)."""

    def __init__(self, url, where=None, columns=()):
        self.url, self.where, self.columns = url, where, list(columns)


def _table(name, of):
    view = of if isinstance(of, View) else View(of)
    columns = (Column * (len(view.columns) + 1))(*[
        Column(name.encode(), expr.encode() if expr else None) for name, expr in view.columns])
    return Table(name.encode(), os.fspath(view.url).encode(), columns=columns,
                 where=view.where.encode() if view.where else None,
                 columns_size=len(view.columns))


def param(name, value):
    if value is None:
        return Param(name.encode(), 0)
    if isinstance(value, int):
        return Param(name.encode(), 1, value)
    if isinstance(value, float):
        return Param(name.encode(), 2, 0, value)
    return Param(name.encode(), 3, 0, 0, value.encode())


def query(sql, tables=None, params=None, context=None, timeout_ms=0, wide_sums=False):
    """The result as a pyarrow.Table; tables (a path or a View) and params by name."""
    tables, params = tables or {}, params or {}
    named = (Table * (len(tables) + 1))(*[
        _table(name, of) for name, of in tables.items()])
    values = (Param * (len(params) + 1))(*[param(*pair) for pair in params.items()])
    options = Options(named, len(tables), values, len(params), None, timeout_ms, None, context,
                      wide_sums=wide_sums)
    stream, error = ArrowStream(), Error()
    check(lib.quire_sql_query(sql.encode(), c.byref(options), c.byref(stream), c.byref(error)),
          error)
    with pa.RecordBatchReader._import_from_c(c.addressof(stream)) as batches:
        return batches.read_all()


def rows(sql, tables=None, **options):
    """The result as a list of tuples."""
    table = query(sql, tables, **options)
    columns = [column.to_pylist() for column in table.columns]
    return list(zip(*columns)) if columns else []


def reference(tables):
    """A database of Python's sqlite3 with the values that a query sees: {name: (columns with their
    declarations, rows)}."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA case_sensitive_like=ON")
    for name, (columns, values) in tables.items():
        database.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
        marks = ", ".join("?" * len(columns))
        database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', values)
    return database
