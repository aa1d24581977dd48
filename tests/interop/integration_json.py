"""The JSON of Arrow's integration tests (docs/source/format/Integration.rst), and batches of
pyarrow in the same terms: logical values, as far as they can be told apart from it."""

import decimal

import pyarrow as pa

INTEGERS = {"int", "date", "time", "timestamp", "duration"}


def batches(document):
    """A list for each batch, of a list of values for each column."""
    dictionaries = {entry["id"]: entry["data"] for entry in document.get("dictionaries", [])}
    fields = document["schema"]["fields"]
    return [[column_values(field, column, dictionaries)
             for field, column in zip(fields, batch["columns"])]
            for batch in document["batches"]]


def column_values(field, column, dictionaries):
    if "dictionary" in field:
        inner = {**field, "name": "DICT"}
        del inner["dictionary"]
        data = dictionaries[field["dictionary"]["id"]]
        values = column_values(inner, data["columns"][0], dictionaries)
        return [values[int(index)] if valid else None
                for index, valid in zip(column.get("DATA", []), column.get("VALIDITY", []))]
    count = column["count"]
    kind = field["type"]["name"]
    valid = column.get("VALIDITY", [1] * count)
    values = LAYOUTS.get(kind, data_values)(field, column, dictionaries)
    if kind == "union":
        return values
    return [value if ok else None for value, ok in zip(values, valid)]


def data_values(field, column, dictionaries):
    kind = field["type"]["name"]
    data = column.get("DATA", [])
    if kind in ("binary", "largebinary", "fixedsizebinary"):
        return [bytes.fromhex(value) for value in data]
    if kind == "decimal":
        scale = field["type"]["scale"]
        with decimal.localcontext(decimal.Context(prec=100)):
            return [decimal.Decimal(value).scaleb(-scale) for value in data]
    if kind in INTEGERS:
        return [int(value) for value in data]
    if kind == "interval":
        return [interval(value) for value in data]
    if kind == "bool":
        return [bool(value) for value in data]
    return data


def interval(value):
    """Months, days and nanoseconds."""
    if not isinstance(value, dict):
        return value, 0, 0
    nanoseconds = value.get("nanoseconds", value.get("milliseconds", 0) * 10**6)
    return value.get("months", 0), value["days"], nanoseconds


def null_values(field, column, dictionaries):
    return [None] * column["count"]


def list_values(field, column, dictionaries):
    items = column_values(field["children"][0], column["children"][0], dictionaries)
    offsets = [int(offset) for offset in column["OFFSET"]]
    return [items[start:end] for start, end in zip(offsets, offsets[1:])]


def fixed_list_values(field, column, dictionaries):
    items = column_values(field["children"][0], column["children"][0], dictionaries)
    size = field["type"]["listSize"]
    return [items[i * size:(i + 1) * size] for i in range(column["count"])]


def struct_values(field, column, dictionaries):
    names = [child["name"] for child in field["children"]]
    parts = [column_values(child, data, dictionaries)
             for child, data in zip(field["children"], column["children"])]
    return [dict(zip(names, row)) for row in zip(*parts)]


def map_values(field, column, dictionaries):
    entries = list_values(field, column, dictionaries)
    return [[tuple(entry.values()) for entry in entry_list] for entry_list in entries]


def union_values(field, column, dictionaries):
    ids = field["type"]["typeIds"]
    children = [column_values(child, data, dictionaries)
                for child, data in zip(field["children"], column["children"])]
    dense = field["type"]["mode"].upper() == "DENSE"
    values = []
    for row, type_id in enumerate(column["TYPE_ID"]):
        at = column["OFFSET"][row] if dense else row
        values.append(children[ids.index(type_id)][at])
    return values


LAYOUTS = {"null": null_values, "list": list_values, "largelist": list_values,
           "fixedsizelist": fixed_list_values, "struct": struct_values, "map": map_values,
           "union": union_values}


# Batches of pyarrow in the same terms ------------------------------------------------------


def values(batches):
    return [[array_values(column) for column in batch.columns] for batch in batches]


def array_values(array):
    """Values as the JSON has them: counts of a unit as integers, decimals, bytes, floats to
    the digits that the JSON keeps."""
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        return array_values(array.storage)
    if pa.types.is_dictionary(kind):
        known = array_values(array.dictionary)
        return [known[index] if index is not None else None for index in array.indices.to_pylist()]
    if pa.types.is_struct(kind):
        parts = [array_values(part) for part in array.flatten()]
        names = [kind.field(i).name for i in range(kind.num_fields)]
        rows = zip(*parts) if parts else [()] * len(array)
        return [dict(zip(names, row)) if ok else None
                for row, ok in zip(rows, array.is_valid().to_pylist())]
    if pa.types.is_union(kind):
        return union_array_values(array)
    if pa.types.is_map(kind):
        return [None if start is None else
                list(zip(array_values(start.field(0)), array_values(start.field(1))))
                for start in (row.values if row.is_valid else None for row in array)]
    if pa.types.is_nested(kind):
        return [array_values(row.values) if row.is_valid else None for row in array]
    return flat_values(array)


def union_array_values(array):
    kind = array.type
    children = [array_values(array.field(i)) for i in range(kind.num_fields)]
    dense = kind.mode == "dense"
    offsets = array.offsets.to_pylist() if dense else range(len(array))
    return [children[kind.type_codes.index(code)][at]
            for code, at in zip(array.type_codes.to_pylist(), offsets)]


def flat_values(array):
    kind = array.type
    types = pa.types
    if types.is_date32(kind) or types.is_time32(kind):
        return array.cast(pa.int32()).to_pylist()
    if types.is_temporal(kind) and not types.is_interval(kind):
        return array.cast(pa.int64()).to_pylist()
    if types.is_interval(kind):
        return [None if value is None else tuple(value) for value in array.to_pylist()]
    if types.is_float32(kind) or types.is_float64(kind):
        return [None if value is None else round(value, 3) for value in array.to_pylist()]
    return array.to_pylist()
