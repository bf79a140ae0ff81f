"""The tables of the report on filters."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..archive import Archive, number
from ..document import Row, Tables
from ..intervals import Estimate, Mask, Z, undefined
from ..panel import Item
from ..weighted import (
    Ratio,
    Sample,
    bounds,
    estimate,
    expansion_weights,
    further_grades,
    read_sample,
    share,
)
from .placebos import placebo_tables
from .quality import estimators

REPORT = "filters"
MAX_LISTED = 200
MEASURES = {
    "positive predictive value": "kept traces of the batch: share acceptable",
    "sensitivity": "acceptable traces of the batch: share kept",
    "specificity": "traces of the batch that are not acceptable: share discarded",
    "false-discard rate": "discarded traces of the batch: share acceptable",
}
COLUMNS = [name.replace(" ", "_").replace("-", "_") for name in MEASURES]


class Verdicts:
    """What each filter said of each item, in the order in which verdicts report filters."""

    def __init__(self, archive: Archive, items: Sequence[Item]) -> None:
        self.results: dict[int, dict[str, Row]] = {item.number: {} for item in items}
        order: dict[str, int] = {}
        self.deciding: set[str] = set()
        for row in archive.table("filters"):
            if int(row["item"]) in self.results:
                self.results[int(row["item"])][row["filter"]] = dict(row)
                order[row["filter"]] = int(row["place"])
                if row["decides"] == "1":
                    self.deciding.add(row["filter"])
        self.names = sorted(order, key=lambda name: order[name])
        self.items = items

    def passed(self, name: str) -> Mask:
        said = (self.results[item.number].get(name, {}) for item in self.items)
        return np.array([one.get("passed") == "1" for one in said], dtype=bool)

    def ran(self, name: str) -> Mask:
        return np.array([name in self.results[item.number] for item in self.items], dtype=bool)

    def scores(self, name: str) -> list[float | None]:
        said = [self.results[item.number].get(name) for item in self.items]
        return [number(str(one["score"])) if one else None for one in said]

    def failed(self, item: Item) -> list[str]:
        return [name for name, one in self.results[item.number].items() if one["passed"] != "1"]


def filters_tables(archive: Archive, items: list[Item]) -> Tables:
    """Every table of the report."""
    sampled = [item for item in items if item.kind == "sampled"]
    sample = read_sample(archive, sampled, lambda item: item.acceptable)
    verdicts = Verdicts(archive, sampled)
    known = archive.study("includes_discarded") == "1"
    errors = measures(sample, known)
    tables: dict[str, list[Row]] = {
        "estimators": estimators(archive, sample),
        "overall": _overall(archive, sample, known),
        "source": _groups(sample, sampled, "source", known, lambda i: i.row["source"]),
        "specialty": _groups(
            sample, sampled, "specialty", known, lambda i: i.row["specialty"] or "not stated"
        ),
        "by_filter": _each_filter(sample, verdicts, known),
    }
    tables |= dict(_calibrations(archive, sample, verdicts))
    tables |= _disagreements(sampled, verdicts)
    tables |= placebo_tables(archive, items, known)
    tables["others"] = [_transported(row, errors) for row in archive.table("other_batches")]
    return {(REPORT, key): rows for key, rows in tables.items()}


def measures(sample: Sample, known: bool, domain: Mask | None = None) -> dict[str, Estimate]:
    """The four measures of the verdict, in the batch or in a domain."""
    found = {name: estimate(*ratio) for name, ratio in _ratios(sample, domain).items()}
    return found | dict.fromkeys(_unknowable(sample, known, domain), undefined())


def _unknowable(sample: Sample, known: bool, domain: Mask | None = None) -> list[str]:
    """Measures that need traces nobody graded: discarded ones that were never drawn, or any of
    the kind where every graded trace was kept, or discarded."""
    if not known:
        return list(MEASURES)[1:]
    kept = sample.kept[sample.answered if domain is None else sample.answered & domain]
    if not kept.size or int(sample.answered.sum()) == int(sample.sizes.sum()):
        return []
    if kept.all():
        return list(MEASURES)[1:]
    return [] if kept.any() else list(MEASURES)[:3]


def _ratios(sample: Sample, domain: Mask | None = None) -> dict[str, tuple[Sample, Ratio]]:
    """Each measure as a ratio; specificity is the sensitivity of labels and verdicts reversed."""
    inside = np.ones(len(sample.kept), dtype=bool) if domain is None else domain
    reversed_sample = replace(sample, label=1 - sample.label, kept=~sample.kept)
    ratios = (
        (sample, share(sample, inside & sample.kept)),
        (sample, _kept_of_acceptable(sample, inside)),
        (reversed_sample, _kept_of_acceptable(reversed_sample, inside)),
        (sample, share(sample, inside & ~sample.kept)),
    )
    return dict(zip(MEASURES, ratios, strict=True))


def _kept_of_acceptable(sample: Sample, inside: Mask) -> Ratio:
    kept = (inside & sample.kept).astype(float)
    return Ratio(kept, np.zeros(len(inside)), inside.astype(float))


def _overall(archive: Archive, sample: Sample, known: bool) -> list[Row]:
    overlap = int(archive.study("grades_per_item"))
    found, unknowable = measures(sample, known), _unknowable(sample, known)
    rows: list[Row] = []
    for name, (of_sample, target) in _ratios(sample).items():
        row: Row = {"measure": name.capitalize(), "of": MEASURES[name], "estimate": found[name]}
        if name in unknowable:
            row |= dict.fromkeys(("lowest", "highest", "unanswered", "adjudications", "more"))
        else:
            row |= _bounded(of_sample, target, found[name], overlap)
        rows.append(row)
    return rows


def _bounded(sample: Sample, target: Ratio, one: Estimate, overlap: int) -> Row:
    lowest, highest, unanswered = bounds(sample, target)
    traces = float((expansion_weights(sample) * target.whole(sample.label)).sum())
    more = further_grades(sample, one, target.possible, round(traces), overlap)
    adjudications, grades = (None, None) if one.value is None else more
    return {
        "lowest": lowest.value,
        "highest": highest.value,
        "unanswered": unanswered,
        "adjudications": adjudications,
        "more": grades,
    }


def _measure_row(key: str, name: str, answered: int, of: dict[str, Estimate]) -> Row:
    row: Row = {key: name, "answered": answered}
    return row | dict(zip(COLUMNS, of.values(), strict=True))


def _groups(
    sample: Sample, items: Sequence[Item], key: str, known: bool, group: Callable[[Item], str]
) -> list[Row]:
    rows = []
    for name in sorted(set(map(group, items))):
        inside = np.array([group(item) == name for item in items], dtype=bool)
        answered = int((sample.answered & inside).sum())
        rows.append(_measure_row(key, name, answered, measures(sample, known, inside)))
    return rows


def _each_filter(sample: Sample, verdicts: Verdicts, known: bool) -> list[Row]:
    """Each filter as if it alone decided, on the traces that it ran on."""
    answered = int(sample.answered.sum())
    rows = [_measure_row("filter", "all together", answered, measures(sample, known))]
    for name in verdicts.names:
        ran, alone = verdicts.ran(name), replace(sample, kept=verdicts.passed(name))
        title = name if name in verdicts.deciding else f"{name} (measures only)"
        answered = int((sample.answered & ran).sum())
        rows.append(_measure_row("filter", title, answered, measures(alone, known, ran)))
    return rows


def _calibrations(
    archive: Archive, sample: Sample, verdicts: Verdicts
) -> Iterator[tuple[str, list[Row]]]:
    """The share acceptable by the score of each filter that scores, and by the learned score."""
    for name in verdicts.names:
        scores = verdicts.scores(name)
        known = np.array([score is not None for score in scores], dtype=bool)
        if known.any():
            filled = np.array([score or 0.0 for score in scores])
            yield f"score_{name}", _calibration(replace(sample, score=filled), known)
    lacks = bool(archive.study("learned_score_lacks"))
    everything = np.ones(len(sample.label), dtype=bool)
    yield "learned_score", [] if lacks else _calibration(sample, everything)


def _calibration(sample: Sample, inside: Mask) -> list[Row]:
    """Ten bins of about equal numbers of answered items; items of one score share a bin."""
    answered = np.flatnonzero(sample.answered & inside)
    if sample.score is None or not len(answered):
        return []
    scores = sample.score[answered]
    edges = np.quantile(scores, np.linspace(0, 1, 11)[1:-1], method="inverted_cdf")
    bin_of = np.searchsorted(np.unique(edges), scores, side="left")
    rows: list[Row] = []
    for index in np.unique(bin_of):
        members = np.zeros(len(sample.score), dtype=bool)
        members[answered[bin_of == index]] = True
        mean = float(np.average(sample.score[members], weights=1 / sample.chance[members]))
        rows.append({"score": mean, "acceptable": estimate(sample, share(sample, members))})
    return rows


def _disagreements(items: Sequence[Item], verdicts: Verdicts) -> dict[str, list[Row]]:
    """Items where the second reader's answer and the panel part."""
    ran, passed = verdicts.ran("answer"), verdicts.passed("answer")
    told = [
        (item, right)
        for item, looked, right in zip(items, ran, passed, strict=True)
        if looked and item.acceptable is not None
    ]
    wrong_reasoning = [item for item, right in told if right and not item.acceptable]
    sound_reasoning = [item for item, right in told if not right and item.acceptable]
    return {
        "right_answer_wrong_reasoning": _listing(wrong_reasoning, verdicts),
        "wrong_answer_sound_reasoning": _listing(sound_reasoning, verdicts),
    }


def _listing(items: Sequence[Item], verdicts: Verdicts) -> list[Row]:
    return [
        {
            "trace": f"Trace {item.row['trace'][:8]}",
            "source": item.row["source"],
            "specialty": item.row["specialty"],
            "failed": ", ".join(verdicts.failed(item)) or "none",
            "precision": item.precision,
            "coherence": item.coherence,
            "decision": item.decision or None,
        }
        for item in items[:MAX_LISTED]
    ]


def _transported(row: dict[str, str], errors: dict[str, Estimate]) -> Row:
    """A batch that nobody graded: Rogan and Gladen (1978), error by Greiner and Gardner (2000)."""
    made, kept = int(row["traces"]), int(row["kept"])
    found = _rogan_gladen(made, kept, errors["sensitivity"], errors["specificity"])
    return {"batch": row["batch"], "made": made, "kept": kept, "share": found}


def _rogan_gladen(made: int, kept: int, sensitivity: Estimate, specificity: Estimate) -> Estimate:
    if not made or sensitivity.value is None or specificity.value is None:
        return undefined()
    youden = sensitivity.value + specificity.value - 1
    if youden <= 0:
        return undefined()
    apparent = kept / made
    value = min(1.0, max(0.0, (apparent + specificity.value - 1) / youden))
    if sensitivity.error is None or specificity.error is None:
        return Estimate(value, n=made)
    variance = apparent * (1 - apparent) / made
    variance += (value * sensitivity.error) ** 2 + ((1 - value) * specificity.error) ** 2
    half = Z * variance**0.5 / youden
    return Estimate(value, value - half, value + half, made).within(0.0, 1.0)
