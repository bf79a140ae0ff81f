"""Lexical similarity: the share of characters two normalised names have in common.

Scores run from 0 to 1 (rapidfuzz's ratio, the better of the names as written and of their key
words sorted). They are no synonym test: "heart attack" never finds "myocardial infarction".
The guards come first: only names whose marks agree are scored, so a look-alike of another
meaning never takes a candidate's place.
"""

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from pipeline.core.kg.index import GraphIndex
from pipeline.core.kg.names import normalise
from pipeline.core.records import Candidate, NodeType
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.lexical_index import Marks, NameList, name_forms
from pipeline.core.similarity.name_marks import marks
from pipeline.core.similarity.spelling import key_words

Scored = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]


class LexicalSimilarity(SimilarityBackend):
    """A SimilarityBackend over the names of one graph."""

    def __init__(self, graph: GraphIndex) -> None:
        self._graph = graph

    def candidates(
        self, text: str, type: NodeType | None, k: int, floor: float
    ) -> tuple[Candidate, ...]:
        """The at most `k` nodes of `type` whose names share `floor` or more with `text`."""
        name = normalise(text)
        name_marks, forms = marks(name), name_forms(self._graph, type)
        as_written = _similar_names(name, name_marks, forms.as_written, floor)
        by_words = _similar_names(key_words(name), name_marks, forms.key_words, floor)
        return tuple(
            Candidate(self._graph.node(index), score)
            for index, score in _best(as_written, by_words, k)
        )


def _similar_names(text: str, name_marks: Marks, names: NameList, floor: float) -> Scored:
    """Node indices and scores of the texts that reach the floor."""
    run = names.run(name_marks, *_length_limits(len(text), floor))
    # A hair below the floor: the cut-off is compared before the score is rounded.
    cutoff = max(0.0, floor * 100 - 1e-4)
    (ratios,) = process.cdist(
        [text], run.texts, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float64
    )
    scores = np.round(ratios / 100, 6)
    rows = np.flatnonzero(scores >= floor)
    return run.indices[rows], scores[rows]


def _best(one: Scored, other: Scored, k: int) -> list[tuple[int, float]]:
    """The `k` best of both, each node with its better score; of equal scores the lower index."""
    indices, scores = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    best: dict[int, float] = {}
    for at in np.lexsort((indices, -scores)):
        if len(best) == k:
            break
        best.setdefault(int(indices[at]), float(scores[at]))
    return list(best.items())


def _length_limits(length: int, floor: float) -> tuple[float, float]:
    """How short and how long a text may be and reach the floor.

    A ratio, twice the common characters by all characters, is at most 2 min(a, b) / (a + b).
    """
    if floor <= 0:
        return 0.0, np.inf
    ratio_limit = (2 - floor) / floor
    # One character of play: rounding must not cut off a name that reaches the floor exactly.
    return length / ratio_limit - 1, length * ratio_limit + 1
