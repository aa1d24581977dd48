"""The rules of docs/QUALITY.md, over the flights of the examples, print what the page says."""

import re

from program import ROOT, good

PAGE = (ROOT / "docs/QUALITY.md").read_text()


def test_rules_of_the_page(tmp_path):
    (tmp_path / "rules.yaml").write_text(re.search(r"```yaml\n(.*?)```", PAGE, re.S).group(1))
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    command, promised = re.search(r"\$ quire (validate .*?)\n(.*?)\n\n", PAGE, re.S).groups()
    printed = good(*command.split(), cwd=tmp_path).text
    assert printed.splitlines() == [line.strip() for line in promised.splitlines()]
