"""Fifty tables, and how many complementary cells tau-Argus's optimal method suppresses in each, to tau_argus.json.

    pip install pytauargus==0.6.0        # brings tau-Argus's own engine, built on HiGHS
    python tau_argus.py

Every cell costs 1. Protection is asked as the policy has it: at least one below (where the count allows), up to
max(count + 1, 5), and an interval of width 5 (tau-Argus's sliding level). tau-Argus knows nothing of people who know
their own cell; so that both solve the same question, no table has a count of 1. The total of a table stays.
"""
import json
import random
import tempfile
from pathlib import Path

from pytauargus import _tauargus

THRESHOLD = 5


def optimal(rows, columns, counts):
    at = lambda row, column: row * (columns + 1) + column
    value = lambda row, column: sum(
        counts[r * columns + c]
        for r in (range(rows) if row == rows else [row])
        for c in (range(columns) if column == columns else [column])
    )
    lines, primary = [], 0
    for row in range(rows + 1):
        for column in range(columns + 1):
            count = value(row, column)
            small = 0 < count < THRESHOLD
            primary += small
            status = "u" if small else "z" if (row, column) == (rows, columns) else "s"
            levels = f"1 {max(1, THRESHOLD - count)} {THRESHOLD}" if small else "0 0 0"
            lines.append(f"{at(row, column)} {count} 1 {status} 0 100000 {levels}")
    sums = [[(at(r, columns), -1)] + [(at(r, c), 1) for c in range(columns)] for r in range(rows + 1)]
    sums += [[(at(rows, c), -1)] + [(at(r, c), 1) for r in range(rows)] for c in range(columns + 1)]
    text = ["0", str(len(lines)), *lines, str(len(sums))]
    text += [f"0 {len(terms)} : " + " ".join(f"{cell} ({sign})" for cell, sign in terms) for terms in sums]
    with tempfile.TemporaryDirectory() as folder:
        given, answered = Path(folder, "given.jj"), Path(folder, "answered.jj")
        given.write_text("\n".join(text) + "\n")
        code = _tauargus.HiTaSCtrl().full_jj(in_file_jj=str(given), out_file=str(answered), max_time=10)
        if code:
            return primary, None
        suppressed = {int(line.split()[0]) for line in answered.read_text().splitlines() if line.strip()}
    return primary, len(suppressed)  # it names the complementary cells only


def table(chance, rows, columns, small):
    counts = [chance.choice([0, *range(5, 40)]) if chance.random() < 0.9 else chance.randint(40, 200) for _ in range(rows * columns)]
    for cell in chance.sample(range(rows * columns), small):
        counts[cell] = chance.randint(2, 4)
    return counts


cases, seed = [], 0
while len(cases) < 50:
    chance = random.Random(seed)
    seed += 1
    rows, columns = chance.randint(4, 12), chance.randint(3, 10)
    counts = table(chance, rows, columns, max(1, rows * columns * chance.randint(3, 12) // 100))
    primary, complementary = optimal(rows, columns, counts)
    if complementary is None:
        print("no answer within 10 s, another table instead:", rows, columns)
        continue
    cases.append({"rows": rows, "columns": columns, "counts": counts, "primary": primary, "complementary": complementary})
Path(__file__).with_name("tau_argus.json").write_text(
    "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
)
print(sum(case["primary"] for case in cases), "primary,", sum(case["complementary"] for case in cases), "complementary")
