"""Options: arguments, environment, configuration file, and what this build lacks."""

import pytest
from program import bad, good, names

CSV = "a,b\n1,x\n2,y\n"


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(CSV)
    return path


def test_unknown_option_names_the_nearest(source):
    bad(2, "convert", source, "out.csv", "--limti", "3", says=["--limti", "--limit"])
    bad(2, "cat", source, "--selct", "a", says="--select")
    bad(2, "cat", source, "--set", "delimeter=;", says="delimiter")
    bad(2, "convert", source, "out.jsonl", "--set", "out.asci=on", says="ascii")
    bad(2, "cat", source, "--to", "jsonll", says="jsonl")
    bad(2, "cat", source, "--durability", "ful", says="full")


def test_unknown_command_names_the_nearest():
    bad(2, "convrt", "a", "b", says=["convrt", "quire convert"])
    bad(2, "--threads", "1", says="command")
    assert bad(2).err.startswith("quire COMMAND")


def test_wrong_values(source):
    for option, value in (("--threads", "x"), ("--threads", "-1"), ("--memory", "12"),
                          ("--memory", "12XB"), ("--infer-rows", "0"), ("--delimiter", "ab")):
        result = bad(2, "cat", source, option, value)
        assert value in result.err
    bad(2, "cat", source, "--threads", says="needs a value")
    bad(2, "cat", says="FILE")
    bad(2, "convert", source, says="OUT")


def test_what_this_build_lacks(source):
    for command in ("task", "serve", "seal", "unseal",
                    "keygen"):
        bad(2, command, source, says=[command, "not in this build"])


def test_forms_of_options(source):
    expected = good("cat", source, "--to", "tsv").out
    for form in (["--to=tsv"], ["--TO", "tsv"], ["--to", "csv", "--to", "tsv"]):
        assert good("cat", source, *form).out == expected
    assert good("cat", "--to", "tsv", "--", source).out == expected
    assert good("cat", source, "--no-header", "--to", "csv").text.splitlines() == \
        ["a,b", "1,x", "2,y"]
    assert good("head", source, "-n1", "--to", "csv").text == "a,b\n1,x\n"


def test_sides_of_an_option(source, tmp_path):
    source.write_text("a;b\n1;x\n")
    assert good("cat", source, "--to", "csv", "--delimiter", ";").text == "a;b\n1;x\n"
    both = ["--set", "in.delimiter=;", "--set", "out.delimiter=|"]
    assert good("cat", source, "--to", "csv", *both).text == "a|b\n1|x\n"
    only = good("cat", source, "--to", "csv", "--set", "in.delimiter=;").text
    assert only == "a,b\n1,x\n"


def test_infer_off(source):
    assert good("schema", source, "--set", "infer=off").text == "a string\nb string\n"


def test_environment(source):
    assert good("cat", source, env={"QUIRE_THREADS": "1"}).lines()[0] == {"a": 1, "b": "x"}
    bad(2, "cat", source, env={"QUIRE_THREADS": "many"}, says=["QUIRE_THREADS", "many"])
    result = good("cat", source, "--threads", "1", env={"QUIRE_PROGRESS": "json"})
    assert '"state":"done"' in result.err
    result = good("cat", source, "--progress", "none", env={"QUIRE_PROGRESS": "json"})
    assert result.err == ""


def test_configuration_file(source, tmp_path):
    config = tmp_path / "quire.conf"
    config.write_text("# for all\n\nto = csv\n delimiter = ;  \nprogress=json\n")
    source.write_text(CSV.replace(",", ";"))
    result = good("cat", source, "--config", config)
    assert result.text == source.read_text() and result.err != ""
    assert good("cat", source, env={"QUIRE_CONFIG": str(config)}).text == source.read_text()
    result = good("cat", source, "--config", config, "--to", "jsonl", "--progress", "none")
    assert result.lines()[0] == {"a": 1, "b": "x"} and result.err == ""
    result = good("cat", source, "--config", config, env={"QUIRE_PROGRESS": "none"})
    assert result.err == ""


def test_wrong_configuration_files(source, tmp_path):
    config = tmp_path / "quire.conf"
    config.write_text("threads = 1\nthreds = 2\n")
    bad(2, "cat", source, "--config", config, says=["line 2", "threds", "threads", "quire.conf"])
    config.write_text("threads\n")
    bad(2, "cat", source, "--config", config, says=["line 1", "threads"])
    bad(2, "cat", source, "--config", tmp_path / "nope", says="nope")


@pytest.mark.parametrize("text", ['{"threads": "2\\u0000x"}', '{"threads\\u0000x": 2}',
                                  '{"to": {"as\\u0000": 1}}'])
def test_a_configuration_is_not_cut_off_at_a_zero_byte(source, tmp_path, text):
    config = tmp_path / "quire.json"
    config.write_text(text)
    bad(2, "cat", source, "--config", config, says=["U+0000", "quire.json"])


def test_nothing_is_made_by_wrong_usage(source, tmp_path):
    for arguments in (["--limti", "1"], ["--compression", "zip"], ["--to", "xml"],
                      ["--set", "nope=1"], ["--schema", "a foo"], ["--select", "zz"]):
        bad(2, "convert", source, tmp_path / "d" / "out.csv", *arguments)
    assert names(tmp_path) == ["in.csv"]
