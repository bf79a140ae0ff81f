"""Study beside study: how the estimates of two panels, or of two batches, differ."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.core.errors import Refusal
from pipeline.models import Question
from pipeline.statistics.comparison import (
    independent_difference,
    mean_difference,
    mean_of_questions,
    question_share,
    share_difference,
    sign_test,
)
from pipeline.statistics.estimate import Estimate, FloatArray
from review.evidence.items import Evidence
from review.evidence.waiting import Preliminary
from review.reports.comparison.scales import SCALES, mean_scale, points
from review.reports.document import Cell, Column, Report, Section, Table
from review.reports.facts import Facts
from review.reports.filters.measures import filter_measures
from review.reports.registry import build_report
from review.reports.shares import WeightedSample, weighted_sample

ESTIMAND = (
    "The first study's estimate less the second's. Each estimate is the consensus of its panel on "
    "its batches, weighted by its own sample; so a difference may come from the batches, from the "
    "panels, or from both."
)
INDEPENDENT = (
    "Each study's items were drawn by themselves, so the difference of two weighted estimates has "
    "an interval from both of theirs, as of independent samples (Newcombe 1998; Zou and Donner "
    "2008). It is over other samples of the same batches, by the same panels."
)
PAIRED = (
    "Questions that have an answer in both studies, as they come and unweighted: each counts once, "
    "by the mean of its items. The interval is over other questions like these. This is another "
    "estimand than the one above, and the narrower interval where questions differ much."
)
SIDE_BY_SIDE = (
    "Agreement is a property of a panel on its items; the two are not subtracted. The intervals "
    "are over questions."
)
MAIN = ("Precision", "Coherence", "Decision")


@dataclass(frozen=True, eq=False)
class Pair:
    """Two studies' facts, and the content of each of their questions."""

    first: Facts
    second: Facts
    contents: dict[int, str]

    @property
    def both(self) -> tuple[Facts, Facts]:
        return self.first, self.second

    def paired(self, label: Callable[[Evidence], float | None]) -> tuple[FloatArray, FloatArray]:
        """The mean label of each question that has one in both studies."""
        first, second = (self._by_question(facts, label) for facts in self.both)
        common = sorted(set(first) & set(second))
        return (
            np.array([first[one] for one in common], dtype=float),
            np.array([second[one] for one in common], dtype=float),
        )

    def _by_question(
        self, facts: Facts, label: Callable[[Evidence], float | None]
    ) -> dict[str, float]:
        found: dict[str, list[float]] = defaultdict(list)
        for item in facts.items:
            value = label(item)
            if value is not None:
                content = self.contents.get(item.question, str(item.question))
                found[content].append(value)
        return {question: sum(values) / len(values) for question, values in found.items()}


def pair_studies(first: Facts, second: Facts) -> Pair:
    """Two studies that can stand side by side. Raises Refusal where they cannot."""
    one, other = first.study, second.study
    if one.is_pairwise or other.is_pairwise:
        raise Refusal("A pairwise study has no single grades to compare.")
    if one.rubric_version != other.rubric_version:
        raise Refusal(
            f"{one.name} was graded by rubric version {one.rubric_version}, {other.name} by "
            f"{other.rubric_version}: their scales may mean different things."
        )
    questions = {item.question for facts in (first, second) for item in facts.items}
    rows = Question.objects.filter(pk__in=questions).values_list("pk", "content_sha256")
    return Pair(first, second, dict(rows))


def studies_report(first: Facts, second: Facts) -> Report:
    """One study beside another. Raises Refusal as `pair_studies`."""
    pair = pair_studies(first, second)
    return Report(
        "studies",
        "Study beside study",
        f"{first.study.name} beside {second.study.name}",
        (
            Section("studies", "The two studies", tables=(_about(pair),)),
            Section("estimates", "Estimates", (INDEPENDENT,), tuple(_estimates(pair))),
            Section("paired", "Questions graded in both", (PAIRED,), tuple(paired_tables(pair))),
            Section("agreement", "Agreement", (SIDE_BY_SIDE,), (agreement_table(pair),)),
        ),
        ESTIMAND,
        tuple(_cautions(pair)),
        preliminary=_preliminary(pair),
    )


def _preliminary(pair: Pair) -> Preliminary:
    """What waits in both together."""
    first, second = (facts.preliminary for facts in pair.both)
    return Preliminary(
        first.graded + second.graded,
        first.awaiting_adjudication + second.awaiting_adjudication,
        first.awaiting_grade + second.awaiting_grade,
    )


def _cautions(pair: Pair) -> Iterator[str]:
    for facts in pair.both:
        if facts.preliminary:
            yield f"{facts.study.name}: {facts.preliminary.text}"
    panels = [{rater.pseudonym for rater in facts.panel} for facts in pair.both]
    shared = len(panels[0] & panels[1])
    if shared:
        were = "1 rater is" if shared == 1 else f"{shared:,} raters are"
        yield (
            f"{were} in both panels ({len(panels[0]):,} and {len(panels[1]):,} in all): what is "
            "peculiar to them is in both estimates, and no interval here allows for it."
        )
    elif all(panels):
        yield (
            "The panels have no rater in common: a difference may be one of the raters' severity, "
            "and no interval here allows for it."
        )
    if set(pair.first.batches) & set(pair.second.batches):
        yield "The studies sampled a batch in common: there, only the panels and the draws differ."
    if pair.first.study.reasoner_kind != pair.second.study.reasoner_kind:
        yield "The reasoners are of different kinds: a demonstration is no language model."
    scopes = {facts.study.design.get("include_discarded", True) for facts in pair.both}
    if len(scopes) > 1:
        yield (
            "One study sampled kept traces only, the other discarded ones too: their shares are "
            "of different populations."
        )


def _about(pair: Pair) -> Table:
    rows = tuple(
        (
            facts.study.name,
            ", ".join(facts.batches),
            facts.study.state,
            len(facts.panel),
            len(facts.items),
            sum(item.acceptable is not None for item in facts.items),
            sum(facts.strata.values()),
        )
        for facts in pair.both
    )
    columns = (
        Column("study", "Study"),
        Column("batches", "Batches"),
        Column("state", "State"),
        Column("raters", "Raters", "items"),
        Column("items", "Items sampled", "items"),
        Column("answered", "With an answer", "items"),
        Column("population", "Traces they were drawn from", "items"),
    )
    return Table("studies", "Who graded, and what was sampled", columns, rows)


def _estimates(pair: Pair) -> Iterator[Table]:
    shares = {"Share acceptable": [_share(facts) for facts in pair.both]}
    measures = [filter_measures(facts, _sample(facts).sample) for facts in pair.both]
    for name in measures[0]:
        shares[f"Filters: {name}"] = [measured[name] for measured in measures]
    title = "Share acceptable and filter measures, weighted to each batch"
    yield _differences("shares", title, "share", shares)
    scales = {title: [mean_scale(facts, label) for facts in pair.both] for title, label in SCALES}
    title = "Mean precision and coherence of the consensus, weighted to each batch"
    yield _differences("scales", title, "points", scales)


def _share(facts: Facts) -> Estimate:
    return _sample(facts).share()


def _sample(facts: Facts) -> WeightedSample:
    return weighted_sample(facts, lambda item: item.acceptable)


def _differences(key: str, title: str, unit: str, rows: dict[str, list[Estimate]]) -> Table:
    return Table(
        key,
        title,
        (
            Column("measure", "Measure"),
            Column("first", "First study", unit),
            Column("second", "Second study", unit),
            Column("difference", "First less second", unit),
        ),
        tuple(
            (name, first, second, independent_difference(first, second))
            for name, (first, second) in rows.items()
        ),
    )


def paired_tables(pair: Pair) -> Iterator[Table]:
    """Share acceptable, precision and coherence on the questions answered in both."""
    first, second = pair.paired(lambda item: item.acceptable)
    shares = (
        question_share(first),
        question_share(second),
        share_difference(first, second),
        *_signs(first, second),
    )
    title = "Share acceptable on the questions answered in both"
    yield _paired("paired_shares", title, "share", [("Acceptable", *shares)])
    rows: list[tuple[Cell, ...]] = []
    for name, label in SCALES:
        first, second = (points(values) for values in pair.paired(label))
        means = mean_of_questions(first), mean_of_questions(second)
        rows.append((name, *means, mean_difference(first, second), *_signs(first, second)))
    title = "Mean precision and coherence on the questions answered in both"
    yield _paired("paired_points", title, "points", rows)


def _paired(key: str, title: str, unit: str, rows: list[tuple[Cell, ...]]) -> Table:
    columns = (
        Column("measure", "Measure"),
        Column("first", "First study", unit),
        Column("second", "Second study", unit),
        Column("difference", "First less second", unit),
        Column("first_more", "Questions where the first is higher", "items"),
        Column("second_more", "Where the second is higher", "items"),
        Column("p", "Exact p (sign test)", "p"),
    )
    note = "An item that waits is in it with the answer it has for now, if it has one."
    return Table(key, title, columns, tuple(rows), note)


def _signs(first: FloatArray, second: FloatArray) -> tuple[Cell, ...]:
    higher, lower, p = sign_test(first, second)
    return higher, lower, p if len(first) else None


def agreement_table(pair: Pair) -> Table:
    """The main criteria's coefficients of both studies."""
    rows: list[tuple[Cell, ...]] = []
    tables = [build_report(facts, "agreement").table("criteria") for facts in pair.both]
    for one, other in zip(*(table.rows if table else () for table in tables), strict=True):
        if not str(one[0]).startswith(MAIN) or one[1] != "chain of thought":
            continue
        rows.append((one[0], "Percent agreement", one[3], other[3]))
        rows += [(one[0], one[at], one[at + 1], other[at + 1]) for at in (4, 6)]
    return Table(
        "agreement",
        "Agreement of each panel: the items as graded",
        (
            Column("criterion", "Criterion"),
            Column("coefficient", "Coefficient"),
            Column("first", "First study", "coefficient"),
            Column("second", "Second study", "coefficient"),
        ),
        tuple(rows),
    )
