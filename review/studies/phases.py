"""Further phases of a study's sample: more items, at random or where the score is undecided.

Strata keep their shares by the study's own allocation, whatever was graded; only within a
stratum may the learned score move the chances. Why estimates stay unbiased:
pipeline.statistics.estimation.phases.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Least

from pipeline.core.errors import Refusal
from pipeline.models import Event, Trace
from pipeline.statistics.estimate import FloatArray, IntArray
from pipeline.statistics.estimation import phases
from pipeline.statistics.estimation.learned_score import next_probabilities
from review.evidence.items import sampled_evidence
from review.grading.modes import check_single
from review.models import Item, Reviewer, Study
from review.sampling.draw import SampledTrace, allocate, traces_with_cot
from review.sampling.learned_score import learn
from review.sampling.population import Population, left_out_of, population_of
from review.sampling.twins import asking_the_same
from review.studies.slots import create_items

Where = Literal["random", "undecided"]
WHERE: Mapping[Where, str] = {
    "random": "at random",
    "undecided": "more often where the learned score is undecided",
}


@dataclass(frozen=True)
class _Part:
    """One stratum of a further phase: rows of the population that may still be drawn.

    `before`: items drawn so far; `size`: those, and the traces that may still be drawn.
    """

    stratum: str
    left: IntArray
    before: int
    added: int
    seed: int

    @property
    def counts(self) -> dict[str, int]:
        return {"before": self.before, "added": self.added, "size": self.before + len(self.left)}

    def chances(self, scores: FloatArray) -> FloatArray:
        most = phases.max_probability(**self.counts)
        return next_probabilities(scores[self.left], size=self.added, max_probability=most)


def traces_left(study: Study) -> int:
    """How many traces of the study's population have no place in it yet and may be drawn."""
    design = study.design
    rows = traces_with_cot(study.batches.all(), include_discarded=design["include_discarded"])
    gone = rows.filter(pk__in=_barred(study)).values_list("pk", flat=True)
    population: dict[str, int] = design["population"]
    return max(0, sum(population.values()) - len(set(gone) - left_out_of(design)))


def _barred(study: Study) -> set[int]:
    """Traces that no further phase may draw.

    Those that have a place in the study, those with the same words as a control item, and those
    on a question that a placebo asks with another key; placebos were drawn at random.
    """
    items = Item.objects.filter(study=study)
    barred = set(items.order_by().values_list("trace_id", flat=True))
    barred.update(study.design.get("twins", {}).get("like_controls", ()))
    placebos = items.filter(kind=Item.Kind.PLACEBO).order_by()
    asked = asking_the_same(placebos.values_list("trace__question_id", flat=True))
    on_these = Trace.objects.of_key().filter(question__in=asked).order_by()
    return barred.union(on_these.values_list("pk", flat=True))


def latest_phase(study: Study) -> int:
    """The number of the sample's latest phase; the sample a study opens with is phase 1."""
    phase: int | None = Item.objects.filter(study=study).aggregate(last=Max("phase"))["last"]
    return phase or 1


def draw_more(study: Study, *, items: int, where: Where, by: User, after: int | None = None) -> int:
    """Draw `items` further items in a new phase and create them. Returns the phase's number.

    `after`: the phase that whoever asks takes for the latest, so that a form sent twice draws
    once. Raises Refusal once the study is closed, where another phase came in
    between, too few traces are left, the batches have changed, or there is no learned score to
    go by.
    """
    check_single(study)
    population = population_of(study)
    scores, graded = _scores(study, population, where)
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        if study.state == Study.State.CLOSED:
            raise Refusal("The study is closed.")
        phase = latest_phase(study) + 1
        if after is not None and phase != after + 1:
            raise Refusal(
                f"Phase {phase - 1} was drawn after you opened this page: look at it first."
            )
        parts = _parts(study, population, items)
        drawn = [draw for part in parts for draw in _drawn(population, part, scores, phase)]
        for part in parts:
            _reweigh(study, part)
        create_items(study, drawn=drawn, reviewers=_raters(study))
        _record_phase(study, phase, where, graded, parts, by)
    return phase


def _scores(study: Study, population: Population, where: Where) -> tuple[FloatArray, int]:
    """The score that moves the chances, one of no difference at random; the grades behind it."""
    if where == "random":
        return np.full(len(population.traces), 0.5), 0
    learned = learn(study, list(sampled_evidence(study)))
    if not learned:
        raise Refusal(f"There is no learned score to go by: it {learned.reason}.")
    return learned.scores, learned.graded


def _parts(study: Study, population: Population, items: int) -> list[_Part]:
    left, before = _left(study, population), _before(study)
    available = {stratum: len(rows) for stratum, rows in left.items()}
    if items > sum(available.values()):
        raise Refusal(f"Only {sum(available.values()):,} traces are left to draw from.")
    allocation = study.design.get("allocation", "proportional")
    sizes = allocate(available, items, allocation=allocation, minimum=0)
    return [
        _Part(
            stratum,
            np.array(left[stratum], dtype=np.int64),
            before.get(stratum, 0),
            added,
            secrets.randbits(53),
        )
        for stratum, added in sorted(sizes.items())
        if added
    ]


def _left(study: Study, population: Population) -> dict[str, list[int]]:
    """Rows of the population by stratum, without those that may not be drawn."""
    barred = _barred(study)
    left: dict[str, list[int]] = defaultdict(list)
    for row, trace in enumerate(population.traces.tolist()):
        if trace not in barred:
            left[population.strata[population.stratum[row]]].append(row)
    return dict(left)


def _before(study: Study) -> dict[str, int]:
    counted: dict[str, int] = defaultdict(int)
    items = Item.objects.filter(study=study, kind=Item.Kind.SAMPLED)
    for stratum in items.values_list("stratum", flat=True):
        counted[stratum] += 1
    return counted


def _drawn(
    population: Population, part: _Part, scores: FloatArray, phase: int
) -> Iterable[SampledTrace]:
    chances = part.chances(scores)
    chosen = phases.systematic_sample(chances, seed=part.seed)
    recorded = phases.further_phase_probabilities(chances[chosen], **part.counts)
    traces = population.traces[part.left[chosen]]
    for trace, probability in zip(traces.tolist(), recorded.tolist(), strict=True):
        yield SampledTrace(trace, part.stratum, probability, phase)


def _reweigh(study: Study, part: _Part) -> None:
    """Record for the stratum's earlier items what they stand for now."""
    share = phases.earlier_phase_share(**part.counts)
    weight = share / F("inclusion_probability") + (1 - share)
    items = Item.objects.filter(study=study, kind=Item.Kind.SAMPLED, stratum=part.stratum)
    items.update(inclusion_probability=Least(Value(1.0), Value(1.0) / weight))


def _raters(study: Study) -> list[Reviewer]:
    return list(Reviewer.objects.filter(places__study=study).select_related("user"))


def _record_phase(
    study: Study, phase: int, where: Where, graded: int, parts: Sequence[_Part], by: User
) -> None:
    """The phase in the study's design and in its audit: enough to work every chance out again."""
    drawn: dict[str, Any] = {
        "phase": phase,
        "items": sum(part.added for part in parts),
        "where": where,
        "grades_behind_score": graded,
        "strata": {part.stratum: part.counts | {"seed": part.seed} for part in parts},
    }
    study.design["phases"] = [*study.design.get("phases", []), drawn]
    study.design["method"] += f"; phase {phase}: {drawn['items']} more, {WHERE[where]}"
    study.save(update_fields=["design"])
    Event.objects.record("study.phase_drawn", study, by=by, chain=study.event_chain, **drawn)
