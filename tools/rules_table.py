"""Print the table of rules as markdown: function, rule, modes, orders tested, keywords honoured.

python tools/rules_table.py            every function
python tools/rules_table.py np.linalg  those whose name begins so
python tools/rules_table.py --write    every function, into docs/functions.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from ast_ad.rules.binding import HONOURED, signature_of  # noqa: E402
from ast_ad.rules.modes import NonDifferentiable  # noqa: E402
from ast_ad.rules.table import load_all  # noqa: E402

PAGE = ROOT / "docs" / "functions.md"
HEAD = """# Functions that have a derivative

Printed by `python tools/rules_table.py --write`. Both modes serve every function, and every order: *orders tested* says
up to which one central differences have confirmed the rule on its samples. A keyword that is not in the last column is
an error at the call. Functions whose derivative is zero by nature take part in a program as constants.

"""


def rows(prefix: str = "") -> list[str]:
    """The rows of the table whose function's name begins with `prefix`."""
    from tests.rules.samples import SAMPLES

    rules = load_all(scipy=True)
    orders: dict[object, int] = {}
    for s in SAMPLES:
        found = s.orders if s.smooth else 1
        orders[s.primitive] = max(orders.get(s.primitive, 0), found)
    found_rows = ["| function | rule | modes | orders tested | keywords |", "|---|---|---|---|---|"]
    for primitive, rule in sorted(rules.items(), key=lambda pair: (pair[0].name.lower(), pair[0].name)):
        if not primitive.name.startswith(prefix):
            continue
        constant = isinstance(rule, NonDifferentiable)
        modes = "zero by nature" if constant else "forward, reverse"
        tested = "" if constant else str(orders.get(primitive, 0))
        name = primitive.name.replace("|", "\\|")
        found_rows.append(f"| `{name}` | {type(rule).__name__.lower()} | {modes} | {tested} | {_keywords(primitive)} |")
    return found_rows


def page() -> str:
    """The text of docs/functions.md: functions of NumPy, SciPy and `math`, without the compiler's own words."""
    known = [row for row in rows() if re.match(r"\| (`(np|scipy|math|cmath)\.|function|---)|^\|---", row)]
    return HEAD + "\n".join(known) + "\n"


def main(prefix: str = "") -> None:
    """Print the rows whose function's name begins with `prefix`, or write the page."""
    if prefix == "--write":
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print("\n".join(rows(prefix)))


def _keywords(primitive: object) -> str:
    """The keywords of a function that its rule honours."""
    signature = signature_of(primitive.call)  # type: ignore[attr-defined]
    operands = primitive.operands  # type: ignore[attr-defined]
    if signature is None or not operands:
        return ""
    honoured = HONOURED.get(primitive)  # type: ignore[call-overload]
    names = [n for n, p in signature.parameters.items() if p.kind is not p.VAR_KEYWORD and n != "out"]
    return ", ".join(n for n in names if n in operands or honoured is None or n in honoured)


if __name__ == "__main__":
    main(*sys.argv[1:2])
