"""Path search beside networkx, on the same pairs in the same run, with the same answers.

A query counts all shortest paths over every relation, without a limit of length, and draws 50:
what networkx's all_shortest_paths and a sample return, as nodes. A second row adds what networkx
lacks, every edge with its relations, directions and polarity as a record. Pairs are of drugs,
diseases, genes and phenotypes, drawn uniformly. Ours runs in a warm process, each pair the best
of three rounds over all pairs: other work on the machine disturbs microseconds more than seconds.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from typing import TypeVar

import networkx as nx
import pandas as pd

from pipeline.core.config import PRESETS, SearchConfig
from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.paths.search import sample_pair, search_pair
from pipeline.core.records import NodeType, PairSearch
from tests.bench.report import Measurement

TOPIC = "Paths"
SOURCES = ("primekg/kg.csv", "real_kg/kg.csv.gz")
ENDS = (NodeType.DRUG, NodeType.DISEASE, NodeType.GENE_PROTEIN, NodeType.EFFECT_PHENOTYPE)
PAIRS, BESIDE_NETWORKX, ROUNDS, QUESTIONS = 1000, 40, 3, 100
ENDLESS = replace(PRESETS["paper"].search, maximum_length=1_000_000)
FIRST_SEARCH = """
import sys
from pathlib import Path
from pipeline.core.config import SearchConfig
from pipeline.core.kg.index import GraphIndex
from pipeline.core.paths.search import search_pair

folder, start, goal = sys.argv[1:]
search_pair(GraphIndex.open(Path(folder)), int(start), int(goal), SearchConfig(), 0)
"""
PRESENTED = {"paper": PRESETS["paper"].search, "default": PRESETS["default"].search}

Pair = tuple[int, int]
Times = list[float]
Query = TypeVar("Query")


def measure(data: Path | None) -> list[Measurement]:
    """Every source that the folder holds; the bars are those of the full graph."""
    sources = [data / source for source in SOURCES if (data / source).exists()] if data else []
    if not sources:
        return [Measurement(TOPIC, "path query", "-", f"not measured: no {SOURCES[0]}")]
    with tempfile.TemporaryDirectory() as folder:
        return [row for source in sources for row in _of_source(source, Path(folder))]


def _of_source(source: Path, folder: Path) -> list[Measurement]:
    artefact, full = folder / source.parent.name, source.suffix == ".csv"
    build_index(source, artefact)
    graph, rng = GraphIndex.open(artefact), random.Random(3)
    ends = [index for kind in ENDS for index in graph.indices_of_type(kind).tolist()]
    pairs = [(a, b) for a, b in (rng.sample(ends, 2) for _ in range(PAIRS))]
    sampled = _timed(lambda pair: sample_pair(graph, *pair, ENDLESS, 0), pairs)
    recorded = _timed(partial(_search, graph, ENDLESS), pairs)
    rows = [*_presets(graph, pairs, full), *_questions(graph, ends, full)]
    rows += _first_searches(graph, artefact, pairs)
    baseline, totals = _networkx(source, pairs[:BESIDE_NETWORKX])
    ours = [_search(graph, ENDLESS, pair).total for pair in pairs[:BESIDE_NETWORKX]]
    if totals != ours:
        raise AssertionError("networkx counts other paths: nothing here can be compared.")
    beside = [
        *_ratios("counted, 50 drawn", sampled, baseline, full),
        *_ratios("the same, every edge a record", recorded, baseline, False),
    ]
    return [replace(row, size=f"{source.parent.name}: {row.size}") for row in (*beside, *rows)]


def _ratios(what: str, ours: Times, baseline: Times, full: bool) -> list[Measurement]:
    """Median and 95th percentile of the pairs that both searched."""
    rows = []
    for name, figure, bar in (("median", median, 50_000), ("p95", _p95, 5_000)):
        seconds, networkx = figure(ours[: len(baseline)]), figure(baseline)
        rows.append(
            Measurement(
                TOPIC,
                f"path query, {what}: {name}",
                f"{len(baseline)} pairs",
                f"{seconds * 1000:.3f} ms",
                f"{networkx * 1000:,.0f} ms",
                f"{networkx / seconds:,.0f}x",
                f"{bar:,}x" if full else "-",
                networkx / seconds >= bar if full else None,
            )
        )
    return rows


def _presets(graph: GraphIndex, pairs: Sequence[Pair], full: bool) -> list[Measurement]:
    """What a batch pays for a pair: the search as the presets configure it, with its records."""
    rows = []
    for name, config in PRESENTED.items():
        times = _timed(partial(_search, graph, config), pairs)
        rows.append(
            Measurement(
                TOPIC,
                f"search_pair, preset {name} (median; p95)",
                f"{len(pairs):,} pairs",
                f"{median(times) * 1000:.3f} ms; {_p95(times) * 1000:.3f} ms",
                reach="p95 2 ms" if full else "-",
                reached=_p95(times) < 0.002 if full else None,
            )
        )
    return rows


def _questions(graph: GraphIndex, ends: Sequence[int], full: bool) -> list[Measurement]:
    """All pairs of a question with six question entities and three answer entities."""
    rng = random.Random(5)
    questions = [(rng.sample(ends, 6), rng.sample(ends, 3)) for _ in range(QUESTIONS)]
    rows = []
    for name, config in PRESENTED.items():
        times = _timed(partial(_search_all, graph, config), questions)
        rows.append(
            Measurement(
                TOPIC,
                f"one question of 6 x 3 entities, preset {name} (median; p95)",
                f"{QUESTIONS} questions",
                f"{median(times) * 1000:.2f} ms; {_p95(times) * 1000:.2f} ms",
                reach="10 ms" if full else "-",
                reached=_p95(times) < 0.01 if full else None,
            )
        )
    return rows


def _first_searches(graph: GraphIndex, artefact: Path, pairs: Sequence[Pair]) -> list[Measurement]:
    """Processor seconds of whole processes that search one pair: without kept code, and with."""
    searches = (_search(graph, PRESENTED["default"], pair) for pair in pairs)
    pair = next(search for search in searches if search.drawn < search.total)  # runs every kernel
    nodes = str(pair.question_node), str(pair.answer_node)
    command = [sys.executable, "-c", FIRST_SEARCH, str(artefact), *nodes]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        compiling, later = (_processor_seconds(command, environment) for _ in range(2))
    return [
        Measurement(
            TOPIC,
            "a process's first search: compiled; compiled before (processor time)",
            "1 pair",
            f"{compiling:.1f} s; {later:.1f} s",
            reach="10 s",
            reached=compiling < 10,
        )
    ]


def _processor_seconds(command: Sequence[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _search(graph: GraphIndex, config: SearchConfig, pair: Pair) -> PairSearch:
    return search_pair(graph, *pair, config, 0)[0]


def _search_all(graph: GraphIndex, config: SearchConfig, sides: Sequence[list[int]]) -> None:
    for start, goal in product(*sides):
        _search(graph, config, (start, goal))


def _networkx(source: Path, pairs: Sequence[Pair]) -> tuple[Times, list[int]]:
    """Seconds and number of paths of each pair: all paths listed, then 50 sampled.

    Processor seconds: other work on the machine must not lengthen what ours is compared with.
    """
    rows = pd.read_csv(source, low_memory=False)
    relations: list[str | int] = ["relation", "display_relation"]
    graph = nx.from_pandas_edgelist(rows, "x_index", "y_index", edge_attr=relations)
    del rows
    times, totals = [], []
    for pair in pairs:
        started = time.process_time()
        paths = _all_paths(graph, *pair)
        random.Random(0).sample(paths, min(len(paths), 50))
        times.append(time.process_time() - started)
        totals.append(len(paths))
    return times, totals


def _all_paths(graph: "nx.Graph[int]", start: int, goal: int) -> list[list[int]]:
    try:
        return list(nx.all_shortest_paths(graph, start, goal))
    except nx.NetworkXNoPath:
        return []


def _timed(search: Callable[[Query], object], queries: Sequence[Query]) -> Times:
    """Seconds of each query, the best of the rounds."""
    rounds = [[_seconds(search, query) for query in queries] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def _seconds(search: Callable[[Query], object], query: Query) -> float:
    started = time.perf_counter()
    search(query)
    return time.perf_counter() - started


def _p95(times: Times) -> float:
    return quantiles(times, n=20)[-1]
