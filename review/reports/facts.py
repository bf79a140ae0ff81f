"""Facts: everything a report reads of a study, fetched once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pipeline.models import Event
from review.evidence import Evidence, read_evidence
from review.models import Item, Study
from review.statistics.sampled import Sample, SampledItem, Stratum, sample_of

ESTIMAND = (
    "The consensus of this panel on this batch: what these raters, by this rubric, come to on "
    "the traces from which the sample was drawn."
)
# Facts of a large study take a while to read and some memory to hold.
STUDIES_HELD = 2


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """A study's evidence: sampled items, and apart from them control items and repeats.

    `strata`: traces of the batch by stratum, from which the sample was drawn. `head`: where
    the study's audit chain stood when the facts were read.
    """

    study: Study
    items: tuple[Evidence, ...]
    controls: tuple[Evidence, ...]
    repeats: tuple[Evidence, ...]
    strata: Mapping[str, int]
    head: str

    def sample(
        self,
        label: Callable[[Evidence], float | None] = lambda one: one.acceptable,
        *,
        scores: Mapping[int, float] | None = None,
        score_means: Mapping[str, float] | None = None,
    ) -> Sample:
        """The sampled items as the estimators read them; `label` gives 0 to 1, or None.

        `scores` by item, and their means over all traces by stratum, for assisted estimates.
        """
        rows = [
            SampledItem(
                stratum=one.stratum,
                question=one.question,
                probability=one.probability or 1.0,
                label=label(one),
                kept=one.kept,
                score=scores[one.item] if scores else None,
            )
            for one in self.items
        ]
        sizes = {
            name: Stratum(size, score_means[name] if score_means else None)
            for name, size in self.strata.items()
        }
        return sample_of(rows, sizes)


def facts_of(study: Study) -> Facts:
    """The study's facts as they stand now; read anew only when its audit chain has grown."""
    return _read(study.pk, Event.objects.head(study.event_chain)["head"])


@lru_cache(maxsize=STUDIES_HELD)
def _read(study_id: int, head: str) -> Facts:
    study = Study.objects.get(pk=study_id)
    found = tuple(read_evidence(Item.objects.filter(study=study)))
    return Facts(
        study=study,
        items=tuple(one for one in found if one.kind == Item.Kind.SAMPLED),
        controls=tuple(one for one in found if one.kind == Item.Kind.CONTROL),
        repeats=tuple(one for one in found if one.kind == Item.Kind.REPEAT),
        strata=study.design["population"],
        head=head,
    )
