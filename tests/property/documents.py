"""Random documents that are longer than the smallest chunk, from a seed."""

import json
import random

SIZE = 200_000  # bytes; the smallest chunk is 16 KiB
TEXTS = ["", "a", "b,c", 'say "x"', "line\nbreak", "\r\n", "é日😀" * 3, "x" * 300, "007",
         "NULL", "'", "\\", "#", " pad ", "long " * 400]


def csv_field(draw, text):
    quoted = draw.random() < 0.2 or text == "" or any(c in text for c in ',"\r\n')
    return '"' + text.replace('"', '""') + '"' if quoted else text


def csv_document(seed):
    """CSV whose columns have the types of their first row."""
    draw = random.Random(seed)
    end = draw.choice(["\n", "\r\n"])
    rows = ["n,text,real,day", "1,word,0.5,2020-01-01"]
    size = 0

    def sometimes(text):
        return "" if draw.random() < 0.1 else text

    while size < SIZE:
        blank = draw.random() < 0.01
        fields = [
            sometimes(str(draw.randint(-10**draw.randint(1, 18), 10**9))),
            csv_field(draw, draw.choice(TEXTS)),
            sometimes(repr(draw.uniform(-1, 1) * 10 ** draw.randint(-300, 300))),
            sometimes(f"{draw.randint(1000, 9999)}-0{draw.randint(1, 9)}-11"),
        ]
        rows.append("" if blank else ",".join(fields))
        size += len(rows[-1])
    return (end.join(rows) + draw.choice(["", end])).encode()


def json_value(draw, depth):
    kind = draw.randrange(6 if depth < 3 else 4)
    if kind == 0:
        return draw.choice(TEXTS)
    if kind == 1:
        return draw.randint(-(2**63), 2**63 - 1)
    if kind == 2:
        return draw.choice([None, True, False])
    if kind == 3:
        return draw.uniform(-1e9, 1e9)
    if kind == 4:
        return [json_value(draw, depth + 1) for _ in range(draw.randint(0, 4))]
    return {draw.choice("abcde"): json_value(draw, depth + 1) for _ in range(draw.randint(0, 4))}


def json_document(seed, lines):
    """Objects whose members are of any kind, with blanks where they may stand."""
    draw = random.Random(seed)
    blank = ["", " ", "\t", " \r"] if lines else ["", " ", "\n", "\r\n  "]
    rows, size = [], 0
    while size < SIZE:
        row = {name: json_value(draw, 0) for name in ("v", "w") if draw.random() < 0.9}
        row["n"] = draw.randint(0, 100)
        text = json.dumps(row, ensure_ascii=draw.random() < 0.5,
                          separators=draw.choice([(",", ":"), (", ", " : ")]))
        rows.append(draw.choice(blank) + text + draw.choice(blank))
        size += len(rows[-1])
    text = "\n".join(rows) if lines else "[" + ",".join(rows) + "]"
    return (text + draw.choice(["", "\n"])).encode()
