"""Lists of dicts and of objects that are written to, sorted, turned round and told apart."""

import numpy as np

from . import Program, waves


def running_sums(x):
    """Records with a number that starts as an integer and becomes a float."""
    records = [{"value": v, "sum": 0} for v in x]
    for k, record in enumerate(records):
        record["sum"] += 2.5 * record["value"] * k
    records[0]["sum"] = records[1]["sum"] ** 2
    return sum(r["value"] * r["sum"] for r in records)


def chained(x):
    records = [{"value": v, "sum": 0.0} for v in x]
    for k in range(len(records)):
        records[k]["sum"] = records[k - 1]["value"] * records[k]["value"] + records[k - 1]["sum"]
        if records[k]["sum"] > 0.5:
            break
    return records[-1]["sum"] + records[1]["sum"]


def particles(x, count):
    """Dicts that attract each other, and count how often they are far out."""
    crowd = []
    for k in range(count):
        crowd.append({"at": np.array([x[k], 1.0]), "mass": x[k] ** 2, "far": 0})
    for _ in range(3):
        for one in crowd:
            pull = np.zeros(2)
            for other in crowd:
                if one is other:
                    continue
                pull += other["mass"] * (other["at"] - one["at"])
            one["at"] += 0.1 * pull
            if one["at"][0] > 0.5:
                one["far"] += 1
    return sum(np.sum(p["at"] ** 2) * (1 + p["far"]) for p in crowd)


class Walker:
    """An object whose counter is written on some paths only."""

    def __init__(self, at):
        self.at = at
        self.turns = 0

    def step(self, by):
        self.at += by
        if self.at > 1.0:
            self.at = 2.0 - self.at
            self.turns += 1


def walkers(x, steps):
    crowd = [Walker(v) for v in x]
    for k in range(steps):
        for walker in crowd:
            walker.step(0.3 * x[k % len(x)] + 0.4)
    return sum(w.at**2 * (1 + w.turns) for w in crowd)


def nested_records(x):
    records = [{"value": v, "inner": {"q": v * v, "z": 1.0}} for v in x]
    for record in records:
        record["inner"]["q"] *= 2
        record["inner"]["z"] += record["inner"]["q"]
        record["value"], record["inner"]["q"] = record["inner"]["q"], record["value"]
    return sum(r["inner"]["z"] * r["value"] + r["inner"]["q"] for r in records)


def ranked(x):
    """Sorted by a key, then written to."""
    records = [{"value": v, "weight": 2 * v} for v in x]
    records.sort(key=lambda r: r["value"])
    records[0]["weight"] *= 3
    records[2]["value"] += records[0]["weight"]
    records.reverse()
    records[0]["weight"] -= records[1]["value"]
    return sum(r["weight"] * r["value"] * (k + 1) for k, r in enumerate(records))


def settling_rows(x):
    """Rows that are sorted in each round, and then moved towards each other."""
    rows = [np.array([v, v * v]) for v in x]
    total = 0.0
    for _ in range(3):
        rows.sort(key=lambda r: r[0])
        total += rows[0][1] * rows[1][0]
        rows[0] += rows[1] * 1.5
        rows[-1][0] = total
    return total + sum(np.sum(r**2) for r in rows)


X = waves(4)
PROGRAMS = [
    Program(running_sums, [(X,), (3 * X,)]),
    Program(chained, [(X,), (3 * X,)]),
    Program(particles, [(X, 3), (X, 1)]),
    Program(walkers, [(X, 5)]),
    Program(nested_records, [(X,)]),
    Program(ranked, [(X,), (X[::-1].copy(),)]),
    Program(settling_rows, [(X,)]),
]
