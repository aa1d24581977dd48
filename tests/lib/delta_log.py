"""Delta tables put together by hand: the log as text, data files by pyarrow."""

import json
import struct
import uuid
import zlib

import pyarrow.parquet as pq

Z85 = ("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
       ".-:+=^!/*?&<>()[]{}@%$#")


def field(name, kind, metadata=None):
    return {"name": name, "type": kind, "nullable": True, "metadata": metadata or {}}


def mapped(name, kind, physical, number):
    return field(name, kind, {"delta.columnMapping.id": number,
                              "delta.columnMapping.physicalName": physical})


def struct_of(*fields):
    return {"type": "struct", "fields": list(fields)}


class Table:
    """A table whose versions are written one after the other."""

    def __init__(self, folder, fields, partitions=(), properties=None, features=(), reader=3):
        self.folder, self.version = folder, 0
        (folder / "_delta_log").mkdir(parents=True)
        protocol = {"minReaderVersion": reader, "minWriterVersion": 7 if reader == 3 else 5}
        if reader == 3:
            protocol |= {"readerFeatures": list(features), "writerFeatures": list(features)}
        self.commit({"protocol": protocol}, self.metadata(fields, partitions, properties))

    @staticmethod
    def metadata(fields, partitions=(), properties=None):
        return {"metaData": {"id": str(uuid.UUID(int=1)),
                             "format": {"provider": "parquet", "options": {}},
                             "schemaString": json.dumps(struct_of(*fields)),
                             "partitionColumns": list(partitions),
                             "configuration": properties or {}, "createdTime": 1}}

    def commit(self, *actions):
        path = self.folder / "_delta_log" / f"{self.version:020}.json"
        path.write_text("".join(json.dumps(action) + "\n" for action in actions))
        self.version += 1
        return path

    def data(self, table, name=None, **write):
        """Writes a data file and returns its name."""
        name = name or f"part-{uuid.uuid4()}.parquet"
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, self.folder / name, **write)
        return name

    def add(self, path, partitions=None, vector=None, rows=None):
        action = {"path": path, "partitionValues": partitions or {}, "size": 1,
                  "modificationTime": 1, "dataChange": True}
        if rows is not None:
            action["stats"] = json.dumps({"numRecords": rows})
        if vector:
            action["deletionVector"] = vector
        return {"add": action}


def z85(data):
    data += bytes(-len(data) % 4)
    out = []
    for (value,) in struct.iter_unpack(">I", data):
        digits = []
        for _ in range(5):
            value, digit = divmod(value, 85)
            digits.append(Z85[digit])
        out += reversed(digits)
    return "".join(out)


def roaring(rows):
    """A 32-bit Roaring bitmap in the portable form, with arrays, bitsets and runs."""
    containers = {}
    for row in sorted(rows):
        containers.setdefault(row >> 16, []).append(row & 0xFFFF)
    forms = []
    for low in containers.values():
        runs = []
        for value in low:
            if runs and value == runs[-1][0] + runs[-1][1] + 1:
                runs[-1][1] += 1
            else:
                runs.append([value, 0])
        if 2 + 4 * len(runs) < 2 * min(len(low), 4096):
            forms.append((True, struct.pack("<H", len(runs))
                          + b"".join(struct.pack("<HH", *run) for run in runs)))
        elif len(low) <= 4096:
            forms.append((False, struct.pack(f"<{len(low)}H", *low)))
        else:
            forms.append((False, sum(1 << value for value in low).to_bytes(8192, "little")))
    keys = b"".join(struct.pack("<HH", key, len(low) - 1) for key, low in containers.items())
    any_runs = any(run for run, _ in forms)
    if any_runs:
        marks = sum(run << i for i, (run, _) in enumerate(forms))
        head = (struct.pack("<HH", 12347, len(forms) - 1)
                + marks.to_bytes((len(forms) + 7) // 8, "little") + keys)
    else:
        head = struct.pack("<II", 12346, len(forms)) + keys
    offsets = b""
    if not any_runs or len(forms) >= 4:
        at = len(head) + 4 * len(forms)
        for _, data in forms:
            offsets += struct.pack("<I", at)
            at += len(data)
    return head + offsets + b"".join(data for _, data in forms)


def bitmap(rows):
    """What a deletion vector of these rows is."""
    buckets = {}
    for row in sorted(rows):
        buckets.setdefault(row >> 32, []).append(row & 0xFFFFFFFF)
    return (struct.pack("<IQ", 1681511377, len(buckets))
            + b"".join(struct.pack("<I", key) + roaring(low) for key, low in buckets.items()))


def inline(rows):
    data = bitmap(rows)
    return {"storageType": "i", "pathOrInlineDv": z85(data), "sizeInBytes": len(data),
            "cardinality": len(rows)}


def stored(folder, rows, kind="u", prefix="", before=b"", damage=None):
    """A vector in a file of its own, behind other bytes; damage changes the file's."""
    data, name = bitmap(rows), uuid.uuid4()
    path = folder / prefix / f"deletion_vector_{name}.bin"
    path.parent.mkdir(exist_ok=True)
    whole = bytearray(b"\x01" + before + struct.pack(">I", len(data)) + data
                      + struct.pack(">I", zlib.crc32(data)))
    path.write_bytes(damage(whole) if damage else whole)
    where = prefix + z85(name.bytes) if kind == "u" else path.as_uri()
    return {"storageType": kind, "pathOrInlineDv": where, "offset": 1 + len(before),
            "sizeInBytes": len(data), "cardinality": len(rows)}
