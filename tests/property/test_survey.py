"""The first pass of --extra evolve sees what a sample of everything sees, however the
input is cut into chunks and whatever the number of threads."""

import documents
import pytest
from program import good


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["in.csv", "in.jsonl", "in.json"])
def test_schema_is_that_of_all_rows(tmp_path, name, seed):
    source = tmp_path / name
    source.write_bytes(documents.csv_document(seed) if name == "in.csv" else
                       documents.json_document(seed, name == "in.jsonl"))
    whole = good("schema", "--mixed", "json", "--infer-rows", "1000000", source).text
    for threads in ("1", "3"):
        options = ("--mixed", "json", "--extra", "evolve", "--memory", "1MB", "--threads", threads)
        assert good("schema", *options, source).text == whole
        rows = good("cat", *options, source, "--to", "jsonl").out
        assert rows == good("cat", "--mixed", "json", "--infer-rows", "1000000", source, "--to",
                            "jsonl").out
