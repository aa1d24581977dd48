"""Logs of many commits, for tables that are only appended to: their data files are not there."""

import json
import os

import pyarrow as pa
import pyarrow.parquet as pq

FIELDS = [{"name": "id", "type": "long", "nullable": True, "metadata": {}},
          {"name": "text", "type": "string", "nullable": True, "metadata": {}}]
SCHEMA = pa.schema([("id", pa.int64()), ("text", pa.string())])
TEXTS = pa.map_(pa.string(), pa.string())
CHECKPOINT = pa.schema([
    ("protocol", pa.struct([("minReaderVersion", pa.int32()), ("minWriterVersion", pa.int32())])),
    ("metaData", pa.struct([
        ("id", pa.string()), ("name", pa.string()), ("description", pa.string()),
        ("format", pa.struct([("provider", pa.string()), ("options", TEXTS)])),
        ("schemaString", pa.string()), ("partitionColumns", pa.list_(pa.string())),
        ("configuration", TEXTS), ("createdTime", pa.int64())])),
    ("add", pa.struct([
        ("path", pa.string()), ("partitionValues", TEXTS), ("size", pa.int64()),
        ("modificationTime", pa.int64()), ("dataChange", pa.bool_()), ("stats", pa.string())])),
])
PROTOCOL = {"minReaderVersion": 1, "minWriterVersion": 2}
METADATA = {"id": "01234567-89ab-4cde-8f01-23456789abcd",
            "format": {"provider": "parquet", "options": {}},
            "schemaString": json.dumps({"type": "struct", "fields": FIELDS}),
            "partitionColumns": [], "configuration": {}, "createdTime": 1_700_000_000_000}


def add(number):
    stats = {"numRecords": 1000, "minValues": {"id": number * 1000, "text": f"text {number}"},
             "maxValues": {"id": number * 1000 + 999, "text": f"text {number}x"},
             "nullCount": {"id": 0, "text": 0}}
    return {"path": f"part-{number:05}-{number * 2654435761 % 2**32:08x}-4cde-8f01-c000.parquet",
            "partitionValues": {}, "size": 12345 + number,
            "modificationTime": 1_700_000_000_000 + number, "dataChange": True,
            "stats": json.dumps(stats, separators=(",", ":"))}


def checkpoint(path, files):
    """As a writer makes it: the state first, then the files, in row groups as they come."""
    empty = {"protocol": None, "metaData": None, "add": None}
    metadata = {**METADATA, "name": None, "description": None, "configuration": [],
                "format": {"provider": "parquet", "options": []}}
    state = [{**empty, "protocol": PROTOCOL}, {**empty, "metaData": metadata}]
    with pq.ParquetWriter(path, CHECKPOINT, compression="snappy") as writer:
        writer.write_table(pa.Table.from_pylist(state, CHECKPOINT))
        for first in range(0, files, 50_000):
            rows = [{**empty, "add": {**add(n), "partitionValues": []}}
                    for n in range(first, min(first + 50_000, files))]
            writer.write_table(pa.Table.from_pylist(rows, CHECKPOINT))


def commit(folder, version, actions):
    info = {"commitInfo": {"timestamp": 1_700_000_000_000, "operation": "WRITE",
                           "operationParameters": {"mode": "Append"}}}
    with open(os.path.join(folder, "_delta_log", f"{version:020}.json"), "w",
              encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in [info, *actions])


def make(folder, commits, files=None):
    """A table of that many commits after the first, each with one file, and a checkpoint at the
    last. With files, that many commits are not there: the checkpoint says it all."""
    log = os.path.join(folder, "_delta_log")
    os.makedirs(log)
    for version in range(commits + 1) if files is None else [commits]:
        commit(folder, version, [{"add": add(version - 1)}] if version > 0 else
               [{"protocol": PROTOCOL}, {"metaData": METADATA}])
    checkpoint(os.path.join(log, f"{commits:020}.checkpoint.parquet"),
               commits if files is None else files)
    with open(os.path.join(log, "_last_checkpoint"), "w", encoding="utf-8") as file:
        json.dump({"version": commits, "size": commits + 2}, file)
