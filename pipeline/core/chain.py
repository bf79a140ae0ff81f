"""From a question to its chain of thought: the stages of the method before anyone reads it.

    extract > link by name > link by selection > search > prune > write

Each stage takes what is known so far and adds to it, so a failed trace holds everything that
was gathered before its failure. Source: MedReason, arXiv 2504.00993, section 3, with the
changes that docs/method.md lists.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from pipeline.core import cot
from pipeline.core.config import MethodConfig
from pipeline.core.errors import NoPathFound, StageFailure
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking import linker, pairs
from pipeline.core.linking.linker import Linking
from pipeline.core.paths import pruning
from pipeline.core.paths.search import search_pair
from pipeline.core.paths.seeding import seed_of
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import Failure, Path, Question, TraceRecord
from pipeline.core.similarity.base import SimilarityBackend

T = TypeVar("T")


def no_other_questions(question: Question) -> Iterable[Question]:
    """What a question made by itself has: no other one beside it."""
    return ()


@dataclass(frozen=True)
class Tools:
    """What the method works with; `second_reader` answers from the masked CoT.

    `other_questions` gives questions with as many options as one has, in an order by seed: the
    reader's answer from another question's CoT shows what any CoT is worth.
    """

    graph: GraphIndex
    similarity: SimilarityBackend
    reasoner: Reasoner
    second_reader: Reasoner
    other_questions: Callable[[Question], Iterable[Question]] = no_other_questions


@dataclass(frozen=True)
class Progress:
    """The trace so far and, between search and pruning, the paths found."""

    trace: TraceRecord
    found_paths: tuple[Path, ...] = ()

    def adding(self, **fields: object) -> "Progress":
        return replace(self, trace=replace(self.trace, **fields))  # type: ignore[arg-type]


Stage = Callable[[Progress, Tools, MethodConfig], Progress]


def write_chain(question: Question, tools: Tools, config: MethodConfig) -> TraceRecord:
    """The trace of a question up to its CoT, or to the failure before it."""
    return run_stages(CHAIN, question, tools, config)


def run_stages(
    stages: Iterable[Stage], question: Question, tools: Tools, config: MethodConfig
) -> TraceRecord:
    """One question through these stages; a StageFailure becomes the trace's failure."""
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
        for stage in stages:
            progress = stage(progress, tools, config)
    except StageFailure as failure:
        record = Failure(failure.stage, failure.reason, failure.detail)
        return replace(progress.trace, failure=record)
    return progress.trace


def extract(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    extraction = tools.reasoner.extract(progress.trace.question)
    return progress.adding(mentions=extraction.mentions, dropped_mentions=extraction.dropped)


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
    pairs.require_both_sides(trace.question, Linking(trace.linked, trace.unlinked))
    results = [
        search_pair(
            tools.graph,
            start.index,
            answer.index,
            config.search,
            seed_of(trace.question, config, start.index, answer.index),
        )
        for start, answer in pairs.entity_pairs(trace.question, trace.linked)
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
        progress.trace.question,
        progress.found_paths,
        tools.reasoner,
        config.prune,
        tools.graph.degree,
    )
    return progress.adding(paths=kept, dropped=dropped)


def write(progress: Progress, tools: Tools, config: MethodConfig) -> Progress:
    trace = progress.trace
    pruning.require_kept(trace.paths, trace.dropped)
    draft = tools.reasoner.generate(
        trace.question, trace.paths, reaches_answer=trace.reaches_answer
    )
    return progress.adding(cot=cot.assemble(draft, trace.paths))


CHAIN: tuple[Stage, ...] = (
    extract, link_by_name, link_by_selection, search, prune, write,
)  # fmt: skip


def require(product: T | None) -> T:
    """The product of an earlier stage, which the order of the stages guarantees."""
    if product is None:
        raise RuntimeError("A stage ran before the one it builds on.")
    return product
