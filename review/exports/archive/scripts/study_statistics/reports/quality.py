"""The tables of the report on quality."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np

from ..across_raters import share_across_raters
from ..archive import Archive
from ..criteria import ONE_TO_FIVE, edges_of_paths
from ..document import Row, Tables
from ..grades import Grade
from ..intervals import Estimate, Mask, undefined
from ..panel import ACCEPT, DECISIONS, Item
from ..weighted import Sample, assisted, bounds, estimate, further_grades, read_sample, share

REPORT = "quality"
LABELS = ("correct", "incorrect", "unsupported", "cannot judge")
FIRST_ERRORS = ("no incorrect step", *(f"step {n}" for n in range(1, 6)), "step 6 or later")
SEVERITIES = ("mild", "moderate", "severe")
CANNOT_JUDGE = {
    "outside_specialty": "outside my specialty",
    "context_missing": "Context Missing",
    "question_faulty": "Question Faulty",
}


def quality_tables(archive: Archive, items: list[Item]) -> Tables:
    """Every table of the report."""
    sampled = [item for item in items if item.kind == "sampled"]
    sample = read_sample(archive, sampled, lambda item: item.acceptable)
    overlap = int(archive.study("grades_per_item"))
    asks = {row["scale"] for row in archive.table("rubric")}
    tables: dict[str, list[Row]] = {
        "acceptable": [_whole(sample, overlap)],
        "estimators": estimators(archive, sample),
        "response": _response(sampled),
        "other_raters": [{"of": "all traces", "share": _other_raters(sample, sampled)}],
    }
    for key, values in variables(archive).items():
        tables[f"by_{key}"] = _part(sample, sampled, values, overlap)
    shares = Distribution(archive, sampled)
    tables["scales"] = [_scale(shares, *scale) for scale in SCALES]
    tables["decisions"] = _bars(shares, DECISIONS, lambda g: [g.decision] if g.could_judge else [])
    if "step_label" in asks:
        tables["steps"] = _bars(shares, LABELS, lambda g: [_label(name) for _, name in g.steps])
        tables["first_error"] = _bars(shares, FIRST_ERRORS, _first_error)
    if "safety_flag" in asks:
        tables["safety"] = _safety(shares)
    tables["invalid_edges"] = _edges(shares, archive)
    tables["cannot_judge"] = _not_judged(sampled)
    return {(REPORT, key): rows for key, rows in tables.items()}


def estimators(archive: Archive, sample: Sample) -> list[Row]:
    """The share acceptable by both estimators."""
    with_score = undefined() if archive.study("learned_score_lacks") else assisted(sample)
    return [
        {"estimator": "By the sample alone", "share": estimate(sample, share(sample))},
        {"estimator": "With the learned score", "share": with_score},
    ]


def _whole(sample: Sample, overlap: int) -> Row:
    row = _share_row("all traces", sample, None, overlap)
    lowest, highest, _ = bounds(sample, share(sample))
    return row | {"lowest": lowest, "highest": highest}


def _share_row(name: str, sample: Sample, domain: Mask | None, overlap: int) -> Row:
    one = estimate(sample, share(sample, domain))
    lowest, highest, _ = bounds(sample, share(sample, domain))
    inside = np.ones(len(sample.label), dtype=bool) if domain is None else domain
    traces = round(float((1 / sample.chance)[inside].sum()))
    adjudications, grades = further_grades(sample, one, inside, traces, overlap)
    return {
        "of": name,
        "share": one,
        "lowest": lowest.value,
        "highest": highest.value,
        "items": int(inside.sum()),
        "unanswered": int(np.sum(inside & ~sample.answered)),
        "adjudications": adjudications,
        "more": grades,
    }


def variables(archive: Archive) -> dict[str, Callable[[Item], list[str]]]:
    """What the share is broken down by; an item may have several values, or none."""
    kinds: dict[tuple[int, str], list[str]] = {}
    for row in archive.table("item_kinds"):
        kinds.setdefault((int(row["item"]), row["of"]), []).append(row["value"])

    def kind(of: str) -> Callable[[Item], list[str]]:
        return lambda item: kinds.get((item.number, of), [])

    return {
        "source": lambda item: [item.row["source"]],
        "verdict": lambda item: [item.row["verdict"]],
        "specialty": lambda item: [item.row["specialty"] or "not stated"],
        "path_length": lambda item: [_length(int(item.row["path_length"]))],
        "relation": kind("relation"),
        "layer": kind("layer"),
        "stage": kind("stage"),
        "grouped": lambda item: ["yes" if item.row["grouped"] == "1" else "no"],
        "negative": lambda item: ["yes" if item.row["negative"] == "1" else "no"],
    }


def _length(edges: int) -> str:
    return f"{edges} edge{'' if edges == 1 else 's'}" if edges else "no path cited"


def _part(
    sample: Sample, items: Sequence[Item], values: Callable[[Item], list[str]], overlap: int
) -> list[Row]:
    names = sorted({value for item in items for value in values(item)})
    masks = [np.array([name in values(item) for item in items], dtype=bool) for name in names]
    return [_share_row(name, sample, m, overlap) for name, m in zip(names, masks, strict=True)]


def _response(items: Sequence[Item]) -> list[Row]:
    reasons = Counter(item.unanswered or "answered" for item in items)
    traces = dict.fromkeys(reasons, 0.0)
    for item in items:
        traces[item.unanswered or "answered"] += 1 / item.probability
    ordered = sorted(reasons.items(), key=lambda one: (one[0] != "answered", one))
    return [
        {"what": name, "items": count, "share": count / len(items), "traces": round(traces[name])}
        for name, count in ordered
    ]


def _other_raters(sample: Sample, items: Sequence[Item]) -> Estimate:
    """Grades, not a consensus: independent ones of items whose answer key is not in doubt."""
    given = [
        (row, grade.rater, float(grade.decision == ACCEPT))
        for row, item in enumerate(items)
        for grade in item.independent
        if grade.could_judge and not item.key_exclusion
    ]
    raters = sorted({rater for _, rater, _ in given})
    return share_across_raters(
        sample,
        np.array([row for row, _, _ in given], dtype=np.int64),
        np.array([raters.index(rater) for _, rater, _ in given], dtype=np.int64),
        np.array([accepts for _, _, accepts in given]),
    )


class Distribution:
    """Shares of what was said, weighted to the batch: the grades of an item share its weight."""

    def __init__(self, archive: Archive, items: Sequence[Item]) -> None:
        self.archive, self.items = archive, items

    def share(self, holds: Callable[[Item], Sequence[bool]]) -> Estimate:
        """The share of an item's judgements that hold, among items with such judgements."""
        judged = {item.number: list(holds(item)) for item in self.items if not item.key_exclusion}
        sample = read_sample(
            self.archive, self.items, lambda item: _label_of(item, judged), settles=False
        )
        domain = np.array([bool(judged.get(item.number)) for item in self.items], dtype=bool)
        return estimate(sample, share(sample, domain))

    def shares(
        self, points: Sequence[Hashable], said: Callable[[Grade], Iterable[Hashable]]
    ) -> list[Estimate]:
        """The share of each value among what was said."""
        values = {i.number: [v for g in i.current for v in said(g)] for i in self.items}

        def one(point: Hashable) -> Estimate:
            return self.share(lambda item: [value == point for value in values[item.number]])

        return [one(point) for point in points]


def _label_of(item: Item, judged: dict[int, list[bool]]) -> float | None:
    own = judged.get(item.number)
    if own is None or not item.current:
        return None
    return sum(own) / len(own) if own else 0.0


SCALES: tuple[tuple[str, Callable[[Grade], list[int | None]]], ...] = (
    ("Precision", lambda g: [g.precision] if g.could_judge else []),
    ("Coherence", lambda g: [g.coherence] if g.could_judge else []),
    ("Precision of paths", lambda g: [path.precision for path in g.paths]),
    ("Coherence of paths", lambda g: [path.coherence for path in g.paths]),
)


def _scale(shares: Distribution, title: str, said: Callable[[Grade], list[int | None]]) -> Row:
    found = zip(ONE_TO_FIVE, shares.shares(ONE_TO_FIVE, said), strict=True)
    row: Row = {"scale": title}
    return row | {f"point_{point}": one for point, one in found}


def _bars(
    shares: Distribution, points: Sequence[str], said: Callable[[Grade], Iterable[Hashable]]
) -> list[Row]:
    found = zip(points, shares.shares(points, said), strict=True)
    return [{"said": point, "share": one} for point, one in found]


def _label(name: str) -> str:
    return name.replace("_", " ")


def _first_error(grade: Grade) -> list[str]:
    first = grade.first_incorrect_step
    return [] if first is None or not grade.could_judge else [FIRST_ERRORS[min(first, 6)]]


def _safety(shares: Distribution) -> list[Row]:
    def worst(item: Item) -> str:
        raised = {grade.safety_flag for grade in item.current} - {""}
        return max(raised, key=SEVERITIES.index, default="")

    def of_items(holds: Callable[[Item], bool]) -> Estimate:
        return shares.share(lambda item: [holds(item)] if item.current else [])

    def raised(severity: str) -> Estimate:
        return of_items(lambda item: worst(item) == severity)

    rows: list[Row] = [
        {"flag": f"raised, highest severity {one}", "share": raised(one)} for one in SEVERITIES
    ]
    stands = of_items(lambda item: bool(item.open_flag))
    return [*rows, {"flag": "still stands: confirmed, or not settled yet", "share": stands}]


def _edges(shares: Distribution, archive: Archive) -> list[Row]:
    edges = edges_of_paths(archive)
    kinds = sorted({relation for of in edges.values() for relation, _ in of})

    def invalid(which: Callable[[str, bool], bool]) -> Estimate:
        return shares.share(
            lambda item: [
                index in path.invalid
                for grade in item.current
                for path in grade.paths
                for index, edge in enumerate(edges[item.row["trace"], path.path])
                if which(*edge)
            ]
        )

    def of_kind(kind: str) -> Estimate:
        return invalid(lambda relation, _: relation == kind)

    rows: list[Row] = [{"relation": kind, "share": of_kind(kind)} for kind in kinds]
    if not kinds:
        return []
    rows.append({"relation": "every negative edge", "share": invalid(lambda _, bad: bad)})
    return [*rows, {"relation": "every edge", "share": invalid(lambda *_: True)}]


def _not_judged(items: Sequence[Item]) -> list[Row]:
    reasons = [(i.number, g.cannot_judge) for i in items for g in i.current if g.cannot_judge]
    grades = Counter(reason for _, reason in reasons)
    of_items = Counter(reason for _, reason in set(reasons))
    rows: list[Row] = [
        {"reason": CANNOT_JUDGE[reason], "grades": count, "items": of_items[reason]}
        for reason, count in grades.most_common()
    ]
    declined = [item.declines for item in items if item.declines]
    if declined:
        rows.append({"reason": "declined", "grades": sum(declined), "items": len(declined)})
    return rows
