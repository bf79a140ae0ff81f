"""Facts: everything a report reads of a study, fetched once."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache

from pipeline import store
from pipeline.core.records import Edge, ReasonerKind
from pipeline.models import Event, Trace
from pipeline.sources.publication import PARTS, publication_of
from pipeline.statistics.estimation.ratio_estimator import ESTIMAND, ESTIMAND_OF_DISTINCT
from pipeline.statistics.estimation.stratified_sample import (
    Sample,
    SampledItem,
    Stratum,
    build_sample,
)
from review.evidence.items import Evidence, read_evidence
from review.evidence.waiting import Preliminary, preliminary_of
from review.models import Item, PathGrade, Study
from review.sampling.learned_score import Learned, learn
from review.sampling.twins import twins_told

_ESTIMAND = (
    "{}: what these raters, by this rubric, conclude about the traces from which the sample was "
    "drawn."
)
# Facts of a large study take a while to read and some memory to hold.
MAX_CACHED_STUDIES = 2


@dataclass(frozen=True, slots=True)
class Rater:
    """A reviewer of the study, by pseudonym, whether they have graded or not."""

    pseudonym: str
    specialty: str
    seniority: str


@dataclass(frozen=True, eq=False)
class Facts:
    """A study's evidence: sampled items, and apart from them control items, repeats, placebos.

    `strata`: traces of the batch by stratum, from which the sample was drawn. `head`: where
    the study's audit chain stood when the facts were read, `at` the time of its last event.
    `edges`: the edges of each path that was graded, by trace and the path's position in it.
    """

    study: Study
    items: tuple[Evidence, ...]
    controls: tuple[Evidence, ...]
    repeats: tuple[Evidence, ...]
    strata: Mapping[str, int]
    head: str
    at: datetime | None = None
    panel: tuple[Rater, ...] = ()
    batches: tuple[str, ...] = ()
    edges: Mapping[tuple[str, int], tuple[Edge, ...]] = field(default_factory=dict)
    placebos: tuple[Evidence, ...] = ()
    has_imported: bool = False

    @property
    def estimand(self) -> str:
        """What the estimates are of, in a sentence or two."""
        left_out = self.study.twins_left_out
        named = ESTIMAND_OF_DISTINCT if left_out else ESTIMAND
        said = _ESTIMAND.format(named[0].upper() + named[1:])
        return f"{said} {twins_told(left_out)}" if left_out else said

    def sample(
        self,
        label: Callable[[Evidence], float | None] = lambda item: item.acceptable,
        *,
        scores: Mapping[int, float] | None = None,
        score_means: Mapping[str, float] | None = None,
        settles: bool = True,
    ) -> Sample:
        """The sampled items as the estimators read them; `label` gives 0 to 1, or None.

        `settles`: the label follows from the consensus, so items whose consensus waits are
        marked as waiting. Not those that an answer key under dispute keeps out.
        `scores` by item, and their means over all traces by stratum, for assisted estimates.
        """
        rows = [
            SampledItem(
                stratum=item.stratum,
                question=item.question,
                probability=item.probability or 1.0,
                label=label(item),
                kept=item.kept,
                score=scores[item.item] if scores else None,
                waiting=settles and bool(item.waits_for) and not item.key_exclusion,
            )
            for item in self.items
        ]
        sizes = {
            name: Stratum(size, score_means[name] if score_means else None)
            for name, size in self.strata.items()
        }
        return build_sample(rows, sizes)

    @cached_property
    def preliminary(self) -> Preliminary:
        """How many of the graded items wait for an adjudication or a further grade."""
        return preliminary_of(self.items)

    @cached_property
    def learned_score(self) -> Learned:
        """The learned score of the study's traces, or why there is none."""
        return learn(self.study, self.items)


def read_facts(study: Study) -> Facts:
    """The study's facts as they stand now, cached until its audit chain, a profile or the terms of
    a batch change."""
    head = Event.objects.head(study.event_chain)["head"]
    return _read_at(study.pk, head, _panel(study), _refusals(study))


@lru_cache(maxsize=MAX_CACHED_STUDIES)
def _read_at(study_id: int, head: str, panel: tuple[Rater, ...], _refusals: object) -> Facts:
    study = Study.objects.get(pk=study_id)
    evidence = tuple(read_evidence(Item.objects.filter(study=study)))
    return Facts(
        study=study,
        items=tuple(item for item in evidence if item.kind == Item.Kind.SAMPLED),
        controls=tuple(item for item in evidence if item.kind == Item.Kind.CONTROL),
        repeats=tuple(item for item in evidence if item.kind == Item.Kind.REPEAT),
        strata=study.design["population"],
        head=head,
        at=Event.objects.filter(chain__name=study.event_chain)
        .order_by("-position")
        .values_list("at", flat=True)
        .first(),
        panel=panel,
        batches=tuple(study.batches.order_by("pk").values_list("name", flat=True)),
        edges=_edges(study),
        placebos=tuple(item for item in evidence if item.kind == Item.Kind.PLACEBO),
        has_imported=study.batches.filter(reasoner_kind=ReasonerKind.IMPORTED).exists(),
    )


def _panel(study: Study) -> tuple[Rater, ...]:
    columns = ("pseudonym", "specialty", "seniority")
    return tuple(Rater(*row) for row in study.reviewers.order_by("pseudonym").values_list(*columns))


def _refusals(study: Study) -> tuple[str, ...]:
    """Why each batch may not be published: terms can be corrected, which no study's chain tells."""
    batches = study.batches.select_related(*PARTS).order_by("pk")
    return tuple(publication_of(batch).refusal for batch in batches)


def _edges(study: Study) -> dict[tuple[str, int], tuple[Edge, ...]]:
    """Read a trace at a time: records are large, and only the edges of graded paths are kept."""
    graded = PathGrade.objects.filter(grade__item__study=study)
    paths: dict[int, set[int]] = defaultdict(set)
    for trace, path in graded.values_list("grade__item__trace", "path").distinct():
        paths[trace].add(path)
    edges: dict[tuple[str, int], tuple[Edge, ...]] = {}
    for row in Trace.objects.filter(pk__in=graded.values("grade__item__trace")).iterator(100):
        record = store.trace_record(row)
        edges |= {(str(row.key), path): record.paths[path].edges for path in paths[row.pk]}
    return edges
