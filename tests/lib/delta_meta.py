"""A table's metadata and protocol changed by hand, as another writer's commit, for tests."""

import json
import os


def log(url):
    return os.path.join(url, "_delta_log")


def actions(url, version):
    with open(os.path.join(log(url), f"{version:020}.json"), encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def newest(url):
    return max(int(name[:20]) for name in os.listdir(log(url)) if name.endswith(".json"))


def last(url, kind):
    """The newest action of a kind, as the commits have it."""
    for version in range(newest(url), -1, -1):
        for action in actions(url, version):
            if kind in action:
                return action[kind]
    return None


def commit(url, *lines):
    version = newest(url) + 1
    with open(os.path.join(log(url), f"{version:020}.json"), "x", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return version


def field_metadata(url, column, **members):
    """The metadata action with members set in a column's metadata."""
    metadata = last(url, "metaData")
    schema = json.loads(metadata["schemaString"])
    for field in schema["fields"]:
        if field["name"] == column:
            field["metadata"].update({key.replace("__", "."): value
                                      for key, value in members.items()})
    metadata["schemaString"] = json.dumps(schema)
    return {"metaData": metadata}


def configuration(url, **properties):
    metadata = last(url, "metaData")
    metadata["configuration"].update({k.replace("__", "."): v for k, v in properties.items()})
    return {"metaData": metadata}


def protocol(reader, writer, reader_features=None, writer_features=None):
    action = {"minReaderVersion": reader, "minWriterVersion": writer}
    if reader == 3:
        action["readerFeatures"] = reader_features or []
    if writer == 7:
        action["writerFeatures"] = writer_features or []
    return {"protocol": action}


def live(url):
    """The add actions of the files that the newest version has, by all commits from the first."""
    files = {}
    for version in range(newest(url) + 1):
        lines = actions(url, version)
        for line in lines:
            if "remove" in line:
                files.pop(line["remove"]["path"], None)
        for line in lines:
            if "add" in line:
                files[line["add"]["path"]] = line["add"]
    return files.values()
