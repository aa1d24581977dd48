"""Delta tables by libquire, for tests: the calls of quire/table.h, quire/table_write.h and
quire/table_change.h."""

import ctypes as c
import os

import pyarrow as pa
from pyquire import ArrowSchema, ArrowStream, Error, Setting, _stream_of, check, lib


class Identity(c.Structure):
    _fields_ = [("column", c.c_char_p), ("start", c.c_int64), ("step", c.c_int64),
                ("by_default", c.c_bool)]


class CreateOptions(c.Structure):
    _fields_ = [
        ("partition_by", c.POINTER(c.c_char_p)),
        ("partition_by_size", c.c_size_t),
        ("properties", c.POINTER(Setting)),
        ("properties_size", c.c_size_t),
        ("name", c.c_char_p),
        ("description", c.c_char_p),
        ("if_not_exists", c.c_bool),
        ("durability", c.c_int),
        ("identities", c.POINTER(Identity)),
        ("identities_size", c.c_size_t),
    ]


class ReadOptions(c.Structure):
    _fields_ = [
        ("columns", c.POINTER(c.c_char_p)),
        ("columns_size", c.c_size_t),
        ("columns_given", c.c_bool),
        ("where", c.c_char_p),
        ("context", c.c_void_p),
    ]


class FileLimits(c.Structure):
    _fields_ = [("rows_max", c.c_int64), ("bytes_max", c.c_int64)]


class AppendOptions(c.Structure):
    _fields_ = [
        ("app", c.c_char_p),
        ("app_version", c.c_int64),
        ("compression", c.c_char_p),
        ("durability", c.c_int),
        ("context", c.c_void_p),
        ("evolve", c.c_int),
        ("create", c.POINTER(CreateOptions)),
        ("limits", FileLimits),
        ("no_auto_compact", c.c_bool),
        ("info", c.c_char_p),
    ]


class AppendResult(c.Structure):
    _fields_ = [(name, c.c_int64) for name in ("version", "rows", "files", "bytes")]
    _fields_ += [("skipped", c.c_bool), ("created", c.c_bool), ("may_stand", c.c_bool)]


class ChangeOptions(c.Structure):
    _fields_ = [
        ("app", c.c_char_p),
        ("app_version", c.c_int64),
        ("compression", c.c_char_p),
        ("deletion_vectors", c.c_bool),
        ("durability", c.c_int),
        ("context", c.c_void_p),
        ("create", c.POINTER(CreateOptions)),
        ("create_only", c.c_bool),
        ("evolve", c.c_int),
        ("overwrite_schema", c.c_bool),
        ("keys_once", c.c_bool),
        ("compares", c.c_char_p),
        ("limits", FileLimits),
        ("no_auto_compact", c.c_bool),
        ("info", c.c_char_p),
    ]


class Assignment(c.Structure):
    _fields_ = [("column", c.c_char_p), ("value", c.c_char_p)]


class ChangesOptions(c.Structure):
    _fields_ = [("from_version", c.c_int64), ("to_version", c.c_int64), ("context", c.c_void_p)]


class ChangeResult(c.Structure):
    _fields_ = [("version", c.c_int64), ("skipped", c.c_bool), ("unchanged", c.c_bool),
                ("created", c.c_bool)]
    _fields_ += [(name, c.c_int64) for name in (
        "rows_inserted", "rows_updated", "rows_deleted", "rows_other", "rows_copied",
        "files_removed",
        "files_added", "vectors_written", "change_files")]


DURABILITY = ["full", "rename", "none"]


def _text(text):
    return None if text is None else text.encode()


def create(url, schema, partition_by=(), properties=None, name=None, description=None,
           if_not_exists=False, durability="none", identities=()):
    """Makes an empty table of a pyarrow schema. identities: (column, start, step, by default)."""
    names = (c.c_char_p * max(len(partition_by), 1))(*[text.encode() for text in partition_by])
    pairs = [(k.encode(), v.encode()) for k, v in (properties or {}).items()]
    settings = (Setting * max(len(pairs), 1))(*pairs)
    made = (Identity * max(len(identities), 1))(
        *[(column.encode(), *more) for column, *more in identities])
    options = CreateOptions(names, len(partition_by), settings, len(pairs), _text(name),
                            _text(description), if_not_exists, DURABILITY.index(durability),
                            made, len(identities))
    held, error = ArrowSchema(), Error()
    schema._export_to_c(c.addressof(held))
    code = lib.quire_table_create(os.fspath(url).encode(), c.byref(held), c.byref(options),
                                  c.byref(error))
    lib.quire_schema_release(c.byref(held))
    check(code, error)


EVOLVE = ["off", "add", "widen"]


def _creation(create):
    if create is None:
        return None
    names = (c.c_char_p * max(len(create), 1))(*[text.encode() for text in create])
    return c.pointer(CreateOptions(names, len(create), None, 0, None, None, False, 0))


def append(url, data, app=None, app_version=0, compression=None, durability="none", evolve="off",
           create=None, context=None):
    """Appends what exports an Arrow stream. Gives an AppendResult. create: the columns that a table
    is partitioned by which is made where there is none. context: of pyquire.context."""
    options = AppendOptions(_text(app), app_version, _text(compression),
                            DURABILITY.index(durability), context, EVOLVE.index(evolve),
                            _creation(create))
    error, result = Error(), AppendResult()
    capsule, stream = _stream_of(data)
    code = lib.quire_table_append(os.fspath(url).encode(), stream, c.byref(options),
                                  c.byref(result), c.byref(error))
    lib.quire_stream_release(stream)
    del capsule
    check(code, error)
    return result


def _change(call, url, *arguments, app=None, app_version=0, compression=None,
            deletion_vectors=False, durability="none", create=None, create_only=False,
            evolve="off", overwrite_schema=False, keys_once=False):
    options = ChangeOptions(_text(app), app_version, _text(compression), deletion_vectors,
                            DURABILITY.index(durability), None, _creation(create),
                            create_only, EVOLVE.index(evolve), overwrite_schema, keys_once)
    error, result = Error(), ChangeResult()
    code = call(os.fspath(url).encode(), *arguments, c.byref(options), c.byref(result),
                c.byref(error))
    check(code, error)
    return result


def _change_by(call, url, data, *arguments, **options):
    capsule, stream = _stream_of(data)
    try:
        return _change(call, url, stream, *arguments, **options)
    finally:
        lib.quire_stream_release(stream)
        del capsule


def overwrite(url, data, where=None, **options):
    """Replaces the rows for which a condition is true by others. Gives a ChangeResult."""
    return _change_by(lib.quire_table_overwrite, url, data, _text(where), **options)


def delete(url, where="true", **options):
    """Deletes the rows for which a condition is true. Gives a ChangeResult."""
    return _change(lib.quire_table_delete, url, where.encode(), **options)


class AlterOptions(c.Structure):
    _fields_ = [("durability", c.c_int), ("context", c.c_void_p)]


def _altered(call, url, *arguments):
    """Calls, and gives the version afterwards."""
    options, number, error = AlterOptions(2, None), c.c_int64(), Error()
    check(call(os.fspath(url).encode(), *arguments, c.byref(options), c.byref(number),
               c.byref(error)), error)
    return number.value


def property_set(url, properties):
    pairs = (Setting * len(properties))(*[(k.encode(), v.encode()) for k, v in properties.items()])
    return _altered(lib.quire_table_property_set, url, pairs, c.c_size_t(len(properties)))


def property_unset(url, *names):
    texts = (c.c_char_p * len(names))(*[name.encode() for name in names])
    return _altered(lib.quire_table_property_unset, url, texts, c.c_size_t(len(names)))


def constraint_add(url, name, condition):
    return _altered(lib.quire_table_constraint_add, url, name.encode(), condition.encode())


def constraint_drop(url, name):
    return _altered(lib.quire_table_constraint_drop, url, name.encode())


def update(url, sets, where="true", **options):
    """Sets columns, by a dict of expressions. Gives a ChangeResult."""
    pairs = (Assignment * max(len(sets), 1))(*[(k.encode(), v.encode()) for k, v in sets.items()])
    return _change(lib.quire_table_update, url, pairs, c.c_size_t(len(sets)), where.encode(),
                   **options)


def merge(url, data, keys, **options):
    """Merges rows by the columns of a key. Gives a ChangeResult."""
    names = (c.c_char_p * max(len(keys), 1))(*[key.encode() for key in keys])
    return _change_by(lib.quire_table_merge, url, data, names, c.c_size_t(len(keys)), **options)


def restore(url, version=None, time_ms=None, **options):
    """Makes the table what it was at a version, or a time. Gives a ChangeResult."""
    if time_ms is not None:
        return _change(lib.quire_table_restore_at, url, c.c_int64(time_ms), **options)
    return _change(lib.quire_table_restore, url, c.c_int64(version), **options)


def version(url):
    """The newest version of a table."""
    table, error = c.c_void_p(), Error()
    check(lib.quire_table_open(os.fspath(url).encode(), c.c_int64(-1), c.byref(table),
                               c.byref(error)), error)
    number = lib.quire_table_version(table)
    lib.quire_table_close(table)
    return number


def read(url, version=-1, where=None):
    """A version of a table as a pyarrow.Table; where passes over files, and filters no rows."""
    options = ReadOptions(None, 0, False, _text(where), None)
    table, stream, error = c.c_void_p(), ArrowStream(), Error()
    check(lib.quire_table_open(os.fspath(url).encode(), c.c_int64(version), c.byref(table),
                               c.byref(error)), error)
    try:
        check(lib.quire_table_read(table, c.byref(options), c.byref(stream), c.byref(error)),
              error)
        with pa.RecordBatchReader._import_from_c(c.addressof(stream)) as batches:
            return batches.read_all()
    finally:
        lib.quire_table_close(table)


def changes(url, from_version, to_version=-1):
    """What happened to rows, as a pyarrow.Table."""
    options, stream, error = ChangesOptions(from_version, to_version, None), ArrowStream(), Error()
    check(lib.quire_table_changes(os.fspath(url).encode(), c.byref(options), c.byref(stream),
                                  c.byref(error)), error)
    with pa.RecordBatchReader._import_from_c(c.addressof(stream)) as batches:
        return batches.read_all()


lib.quire_table_version.restype = c.c_int64
