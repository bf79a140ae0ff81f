"""Similarity search over all names of a graph, beside the barest scan that gives a ranking.

Lexical: texts are names of the graph with one letter lost, beside one ratio with every name.
Dense: vectors of random directions stand for a model's (a scan's time does not depend on what
they mean), beside numpy's product of the same float32 rows with the same vector.
"""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from pipeline.core.config import PRESETS
from pipeline.core.embeddings.embed import embed
from pipeline.core.embeddings.node_vectors import NodeVectors, folder_of
from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.kg.names import normalise
from pipeline.core.linking.linker import link_by_name
from pipeline.core.records import Mention, NodeType, Side
from pipeline.core.similarity.dense import DenseSimilarity
from pipeline.core.similarity.lexical import LexicalSimilarity
from tests.bench.report import Measurement

TOPIC = "Linking"
SOURCES = ("primekg/kg.csv", "real_kg/kg.csv.gz")
TEXTS, BARE_TEXTS, QUESTIONS, ROUNDS = 300, 50, 50, 3
DIMENSIONS = (384, 1024)
SCANNED = (NodeType.DISEASE, NodeType.GENE_PROTEIN)

Times = list[float]


class Directions:
    """An Encoder whose vectors are random directions, the same for the same text."""

    revision = ""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension

    def with_prefix(self, prefix: str) -> "Directions":
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.random.default_rng(list(text.encode())) for text in texts]
        vectors = np.stack([row.standard_normal(self._dimension, np.float32) for row in rows])
        unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def measure(data: Path | None) -> list[Measurement]:
    """Every source that the folder holds; the bars are those of the full graph."""
    sources = [data / source for source in SOURCES if (data / source).exists()] if data else []
    if not sources:
        return [Measurement(TOPIC, "similarity search", "-", f"not measured: no {SOURCES[0]}")]
    with tempfile.TemporaryDirectory() as folder:
        return [one for source in sources for one in _of_source(source, Path(folder))]


def _of_source(source: Path, folder: Path) -> list[Measurement]:
    artefact, full = folder / source.parent.name, source.suffix == ".csv"
    build_index(source, artefact)
    graph = GraphIndex.open(artefact)
    size = f"{source.parent.name}: {graph.node_count:,} names"
    rows = [_lexical(graph, size, full), _question(graph, size)]
    for dimension in DIMENSIONS:
        rows += _dense(graph, folder / f"{source.parent.name}-vectors", dimension, full)
    return rows


def _lexical(graph: GraphIndex, size: str, full: bool) -> Measurement:
    similarity, texts = LexicalSimilarity(graph), _misspelt(graph, TEXTS)
    similarity.candidates(texts[0], None, 10, 0.7)  # the lists of names are made once a process
    names = [graph.normalised_name(index) for index in graph.indices_of_type(None).tolist()]
    ours = _timed(lambda text: similarity.candidates(text, None, 10, 0.7), texts)
    bare = _timed(lambda text: _bare_ratio(text, names), texts[:BARE_TEXTS])
    return Measurement(
        TOPIC,
        "lexical top 10 over all names, beside one ratio a name (median; p95)",
        size,
        f"{median(ours):.2f} ms; {_p95(ours):.1f} ms",
        f"{median(bare):.2f} ms; {_p95(bare):.1f} ms",
        f"{median(bare) / median(ours):.1f}x",
        "p95 15 ms" if full else "-",
        _p95(ours) <= 15 if full else None,
    )


def _question(graph: GraphIndex, size: str) -> Measurement:
    """Nine mentions that no name matches: the worst that linking a question can cost."""
    similarity, config = LexicalSimilarity(graph), PRESETS["demonstration"].similarity
    texts = _misspelt(graph, 9 * QUESTIONS)
    sides = [Side.QUESTION] * 6 + [Side.ANSWER] * 3
    asked = [
        [
            Mention(text, side, 0, len(text))
            for text, side in zip(texts[at : at + 9], sides, strict=True)
        ]
        for at in range(0, len(texts), 9)
    ]
    times = _timed(lambda mentions: link_by_name(mentions, graph, similarity, config), asked)
    return Measurement(
        TOPIC,
        "one question of 6 + 3 misspelt mentions, lexical (median; p95)",
        size,
        f"{median(times):.1f} ms; {_p95(times):.1f} ms",
    )


def _dense(graph: GraphIndex, folder: Path, dimension: int, full: bool) -> list[Measurement]:
    encoder = Directions(dimension)
    model = f"directions-{dimension}"
    embed(graph, folder, model=model, encoder=encoder)
    vectors = NodeVectors.open(folder_of(folder, model), graph_checksum=graph.checksum)
    texts = _misspelt(graph, TEXTS)
    prepared = dict(zip(texts, encoder.encode(texts), strict=True))
    similarity = DenseSimilarity(graph, vectors, Prepared(prepared))
    return [_scan(vectors, similarity, prepared, type, dimension, full) for type in SCANNED]


class Prepared:
    """An Encoder that has encoded everything already: only the search is timed."""

    revision = ""

    def __init__(self, vectors: dict[str, np.ndarray]) -> None:
        self._vectors = vectors

    def with_prefix(self, prefix: str) -> "Prepared":
        return self

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vectors[text] for text in texts])


def _scan(
    vectors: NodeVectors,
    similarity: DenseSimilarity,
    prepared: dict[str, np.ndarray],
    type: NodeType,
    dimension: int,
    full: bool,
) -> Measurement:
    indices, matrix = vectors.of_type(type)
    ours, bare = _timed_in_turn(
        lambda text: similarity.candidates(text, type, 10, -1.0),
        lambda text: matrix @ prepared[text],
        list(prepared),
    )
    return Measurement(
        TOPIC,
        f"dense top 10 within {type}, beside a bare scan (median; p95)",
        f"{len(indices):,} x {dimension}",
        f"{median(ours):.2f} ms; {_p95(ours):.2f} ms",
        f"{median(bare):.2f} ms; {_p95(bare):.2f} ms",
        f"{median(ours) / median(bare):.2f} of it",
        "1.5 of it" if full else "-",
        median(ours) <= 1.5 * median(bare) if full else None,
    )


def _misspelt(graph: GraphIndex, count: int) -> list[str]:
    """Names with one letter lost, normalised as the bare scan needs them."""
    chance = random.Random(11)
    indices = graph.indices_of_type(None).tolist()
    texts: dict[str, None] = {}
    while len(texts) < count:
        name = normalise(graph.node(chance.choice(indices)).name)
        at = chance.randrange(len(name))
        texts.setdefault(name[:at] + name[at + 1 :])
    return list(texts)


def _bare_ratio(text: str, names: Sequence[str]) -> object:
    (ratios,) = process.cdist([text], names, scorer=fuzz.ratio, dtype=np.float64)
    return np.argpartition(ratios, -10)[-10:]


def _timed(search: Callable[[Any], object], given: Sequence[Any]) -> Times:
    """Milliseconds of each search, the best of the rounds."""
    rounds = [[_milliseconds(search, one) for one in given] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _timed_in_turn(
    ours: Callable[[str], object], bare: Callable[[str], object], given: Sequence[str]
) -> tuple[Times, Times]:
    """The same of two searches, text by text: what disturbs the machine disturbs both."""
    rounds = [
        [(_milliseconds(ours, one), _milliseconds(bare, one)) for one in given]
        for _ in range(ROUNDS)
    ]
    best = [np.min(times, axis=0) for times in zip(*rounds, strict=True)]
    return [float(mine) for mine, _ in best], [float(theirs) for _, theirs in best]


def _milliseconds(search: Callable[[Any], object], one: object) -> float:
    started = time.perf_counter()
    search(one)
    return (time.perf_counter() - started) * 1000


def _p95(times: Times) -> float:
    return quantiles(times, n=20)[-1]
