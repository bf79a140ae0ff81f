"""The whole method on one page: one question, taken from its mentions to a verdict.

    extract > link by name > link by selection > search > prune > write > read > judge

Each stage takes what is known so far and adds to it, so a failed trace holds everything that
was gathered before its failure. Source: MedReason, arXiv 2504.00993, section 3, with the
changes docs/method.md lists. The same question, graph, configuration and seed give the same
trace. A defect (any exception but StageFailure) is not caught here: the caller records it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.core import cot
from pipeline.core.config import MethodConfig
from pipeline.core.errors import NoPathFound, StageFailure
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.verdict import judge_trace
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking import linker
from pipeline.core.linking.linker import Linking
from pipeline.core.linking.options import option_aliases
from pipeline.core.paths import pruning
from pipeline.core.paths.search import search_pair
from pipeline.core.paths.seeding import seed_of
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import Failure, Path, Question, TraceRecord
from pipeline.core.similarity.base import SimilarityBackend


@dataclass(frozen=True)
class Tools:
    """What the method works with; `second_reader` answers from the masked CoT."""

    graph: GraphIndex
    similarity: SimilarityBackend
    reasoner: Reasoner
    second_reader: Reasoner


@dataclass(frozen=True)
class Progress:
    """The trace so far and, between search and pruning, the paths found."""

    trace: TraceRecord
    found_paths: tuple[Path, ...] = ()

    def adding(self, **fields: object) -> "Progress":
        return replace(self, trace=replace(self.trace, **fields))  # type: ignore[arg-type]


T = TypeVar("T")
Stage = Callable[[Progress, Tools, MethodConfig], Progress]


def make_trace(question: Question, tools: Tools, config: MethodConfig) -> TraceRecord:
    """One question through the whole method; every StageFailure becomes the trace's failure."""
    progress = Progress(
        TraceRecord(
            question=question,
            graph_checksum=tools.graph.checksum,
            config_fingerprint=config.fingerprint,
            sample_index=config.sample_index,
            reasoner_kind=tools.reasoner.kind,
        )
    )
    try:
        for stage in STAGES:
            progress = stage(progress, tools, config)
    except StageFailure as failure:
        record = Failure(failure.stage, failure.reason, failure.detail)
        return replace(progress.trace, failure=record)
    return progress.trace


def extract(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    return progress.adding(mentions=tools.reasoner.extract(progress.trace.question))


def link_by_name(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    mentions = progress.trace.mentions
    linker.require_mentions(mentions)
    linking = linker.link_by_name(mentions, tools.graph, tools.similarity, config.similarity)
    return progress.adding(linked=linking.linked, unlinked=linking.unlinked)


def link_by_selection(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    so_far = Linking(trace.linked, trace.unlinked)
    linking = linker.link_by_selection(trace.question, so_far, tools.reasoner)
    return progress.adding(linked=linking.linked, unlinked=linking.unlinked)


def search(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    linker.require_both_sides(Linking(trace.linked, trace.unlinked))
    results = [
        search_pair(
            tools.graph,
            start.index,
            answer.index,
            config.search,
            seed_of(trace.question, config, start.index, answer.index),
        )
        for start, answer in linker.entity_pairs(trace.linked)
    ]
    found_paths = tuple(path for _, paths in results for path in paths)
    return replace(progress, found_paths=found_paths).adding(
        searches=tuple(pair for pair, _ in results)
    )


def prune(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    if not progress.found_paths:
        raise NoPathFound(
            f"None of the {len(progress.trace.searches)} entity pairs is joined by a path "
            f"of at most {config.search.maximum_length} edges."
        )
    kept, dropped = pruning.prune_paths(
        progress.trace.question, progress.found_paths, tools.reasoner, config.prune
    )
    return progress.adding(paths=kept, dropped=dropped)


def write(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    pruning.require_kept(trace.paths, trace.dropped)
    draft = tools.reasoner.generate(trace.question, trace.paths)
    return progress.adding(cot=cot.assemble(draft, trace.paths))


def read(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    aliases = option_aliases(tools.graph, trace.question, trace.linked)
    masked = cot.mask(require(trace.cot), trace.question, aliases)
    return progress.adding(read_answer=tools.second_reader.answer(trace.question, masked))


def judge(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    answer = require(trace.read_answer)
    free_text = trace.question.answer_label is None
    inputs = FilterInput(
        trace.question,
        trace.paths,
        require(trace.cot),
        answer,
        tools.second_reader.judge(trace.question, answer.text) if free_text else None,
        config.minimum_grounded_share,
        tools.graph.degree,
    )
    return progress.adding(verdict=judge_trace(inputs))


STAGES: tuple[Stage, ...] = (
    extract, link_by_name, link_by_selection, search, prune, write, read, judge,
)  # fmt: skip


def require(product: T | None) -> T:
    """The product of an earlier stage, which the order of STAGES guarantees."""
    if product is None:
        raise RuntimeError("A stage ran before the one it builds on.")
    return product
