"""Print the table of rules as markdown: function, rule, modes, orders tested, keywords honoured.

python tools/rules_table.py            every function
python tools/rules_table.py np.linalg  those whose name begins so
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from ast_ad.rules.binding import HONOURED, signature_of  # noqa: E402
from ast_ad.rules.modes import NonDifferentiable  # noqa: E402
from ast_ad.rules.table import load_all  # noqa: E402


def main(prefix: str = "") -> None:
    """Print the rows whose function's name begins with `prefix`."""
    from tests.rules.samples import SAMPLES

    rules = load_all(scipy=True)
    orders: dict[object, int] = {}
    for s in SAMPLES:
        found = s.orders if s.smooth else 1
        orders[s.primitive] = max(orders.get(s.primitive, 0), found)
    print("| function | rule | modes | orders tested | keywords |\n|---|---|---|---|---|")
    for primitive, rule in sorted(rules.items(), key=lambda pair: pair[0].name.lower()):
        if not primitive.name.startswith(prefix):
            continue
        constant = isinstance(rule, NonDifferentiable)
        modes = "zero by nature" if constant else "forward, reverse"
        tested = "" if constant else str(orders.get(primitive, 0))
        name = primitive.name.replace("|", "\\|")
        print(f"| `{name}` | {type(rule).__name__.lower()} | {modes} | {tested} | {_keywords(primitive)} |")


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
