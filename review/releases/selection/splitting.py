"""Splitting: the cluster and the split of every question whose rows are frozen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any, cast

from pipeline.core.duplicates.clusters import cluster_names
from pipeline.core.duplicates.near_duplicates import Wording, wording_of
from pipeline.core.duplicates.splits import SPLITS, assign_splits, told
from pipeline.core.release_format import Split
from pipeline.models import Question
from review.releases.selection.choices import Choices

BLOCK_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Splits:
    """By question: its cluster and its split; and the facts of them for the manifest."""

    cluster: Mapping[int, str]
    split: Mapping[int, Split]
    facts: Mapping[str, Any]


def splits_of(choices: Choices, released: Sequence[int], others: Sequence[int]) -> Splits:
    """Split the questions of released rows, a question a row, and then those of other frozen rows.

    Released rows alone decide where a cluster goes: rows that were judged and left out follow
    their cluster, and are shared out only where it has no released row.
    """
    asked = _Asked(sorted({*released, *others}))
    cluster = dict(zip(asked.ids, cluster_names(asked.wordings, asked.names), strict=True))
    source = dict(zip(asked.ids, asked.sources, strict=True))
    taken = {cluster[question] for question in released}
    rows = [*released, *(question for question in others if cluster[question] not in taken)]
    clusters, sources = [cluster[row] for row in rows], [source[row] for row in rows]
    found = assign_splits(clusters, sources, shares=choices.shares, seed=choices.seed)
    of_cluster = dict(zip(clusters, cast("list[Split]", found), strict=True))
    count = len(released)
    sizes = Counter(cluster.values())
    questions = Counter(of_cluster[cluster[row]] for row in set(released))
    how = told(clusters[:count], sources[:count], found[:count], shares=choices.shares)
    return Splits(
        cluster,
        {question: of_cluster[name] for question, name in cluster.items()},
        {
            "shares": dict(choices.shares),
            "seed": choices.seed,
            "questions": {split: questions[split] for split in SPLITS},
            "clusters": len(sizes),
            "clusters_of_several": sum(size > 1 for size in sizes.values()),
            "cautions": [one.caution for one in how if one.caution],
        },
    )


class _Asked:
    """Questions as they are compared; memory grows with them."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.ids = ids
        self.wordings: list[Wording] = []
        self.names: list[str] = []
        self.sources: list[str] = []
        for row in _questions(ids):
            self.wordings.append(wording_of(row.text, [text for _, text in row.options]))
            self.names.append(str(row))
            self.sources.append(intern(row.question_set.source))


def _questions(ids: Sequence[int]) -> Iterable[Question]:
    rows = Question.objects.select_related("question_set").defer("context", "long_answer")
    for start in range(0, len(ids), BLOCK_SIZE):
        yield from rows.filter(pk__in=ids[start : start + BLOCK_SIZE]).order_by("pk")
