"""What the method costs a question: calls, input and output tokens of the default preset.

The production prompts are rendered for real questions over the real graph and answered, without
a network, from the decisions of the demonstration reasoner; so output tokens are those of its
wording. Counted: the messages, and the schema as it is sent beside them (endpoints without
schemas get it within the messages). Similarity is lexical, which proposes as many candidates a
mention as embeddings do. Questions that fail at a stage cost less: they are told apart. The
rules decide every step in the demonstration's words; what the call costs that a model's own words
need is counted apart, for all citing steps of a chain.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

import bpe_openai

from pipeline.core.chain import Tools
from pipeline.core.config import PRESETS, ChecksConfig, MethodConfig, SimilarityConfig
from pipeline.core.datasets.base import LoadedQuestion, read_questions
from pipeline.core.datasets.registry import ADAPTERS
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.llm.base import Request, as_plain
from pipeline.core.llm.structured import strict_schema
from pipeline.core.method import make_trace
from pipeline.core.reasoners.language_model.requests import check_steps_request
from pipeline.core.records import Question, TraceRecord
from pipeline.core.similarity.registry import make_similarity
from tests.bench.report import Measurement
from tests.peers.rehearsed import Rehearsed

TOPIC = "Tokens"
QUESTIONS, GRAPH = "qa/medqa_test.jsonl.gz", "real_kg/kg.csv.gz"
WANTED = 100
# The public code's estimated input tokens and calls a question (docs/method.md), and our bars.
THEIRS, THEIR_CALLS = 13_300, 12
MOST_TOKENS, MOST_CALLS = THEIRS // 2, 5
# What is added to the base filters, each on all questions.
CHECKS = {
    "a reading without the CoT": ChecksConfig(without_cot=1),
    "two readings with the CoT (permuted options, another reader)": ChecksConfig(
        permuted_options=1, other_reader=1
    ),
    "contrast with one rival": ChecksConfig(contrast=1),
}
ENCODING = bpe_openai.get_encoding("cl100k_base")
CONFIG: MethodConfig = replace(PRESETS["default"], similarity=SimilarityConfig(backend="lexical"))


@dataclass(frozen=True)
class Spent:
    """What one question took; `finished` tells whether it came to a verdict."""

    finished: bool
    calls: int
    input_tokens: int
    output_tokens: int
    step_tokens: int = 0


def measure(data: Path | None) -> list[Measurement]:
    """The first questions that come to a verdict, and beside them all that were tried."""
    if data is None or not (data / QUESTIONS).exists() or not (data / GRAPH).exists():
        said = f"not measured: no {QUESTIONS} or {GRAPH}"
        return [Measurement(TOPIC, "calls and tokens a question", "-", said)]
    with tempfile.TemporaryDirectory() as folder:
        build_index(data / GRAPH, Path(folder) / "graph")
        graph = GraphIndex.open(Path(folder) / "graph")
        questions = list(_questions(data / QUESTIONS))
        spent = list(_until_enough(graph, questions))
        finished = [one for one in spent if one.finished]
        checked = [
            _of_check(graph, title, checks, questions[: len(spent)], finished)
            for title, checks in CHECKS.items()
        ]
    return [*_of_finished(finished), _of_steps(finished), *checked, _of_all(spent[:WANTED])]


def _of_steps(finished: Sequence[Spent]) -> Measurement:
    """The one call that compares what rules cannot: at most one a question."""
    tokens = [one.step_tokens for one in finished]
    return Measurement(
        TOPIC,
        "the call that compares steps with their edges, if rules decide none: input tokens",
        f"{len(finished)} chains of thought",
        f"{mean(tokens):,.0f}; {max(tokens):,}",
    )


def _of_check(
    graph: GraphIndex,
    title: str,
    checks: ChecksConfig,
    questions: Sequence[Question],
    finished: Sequence[Spent],
) -> Measurement:
    """What a check adds to the questions that come to a verdict."""
    config = replace(CONFIG, checks=checks)
    spent = (_spent(graph, asked, config) for asked in questions)
    checked = [one for one in spent if one.finished]
    calls = mean(one.calls for one in checked) - mean(one.calls for one in finished)
    tokens = mean(one.input_tokens for one in checked) - mean(one.input_tokens for one in finished)
    return Measurement(
        TOPIC,
        f"added by a check on all questions: {title} (calls; input tokens)",
        f"{len(checked)} MedQA questions that come to a verdict",
        f"{calls:.2f}; {tokens:,.0f}",
    )


def _of_finished(spent: Sequence[Spent]) -> list[Measurement]:
    size = f"{len(spent)} MedQA questions that come to a verdict"
    calls, tokens = max(one.calls for one in spent), mean(one.input_tokens for one in spent)
    return [
        Measurement(
            TOPIC,
            "calls a question, preset default, lexical similarity (mean; most)",
            size,
            f"{mean(one.calls for one in spent):.2f}; {calls}",
            f"about {THEIR_CALLS} (public code, estimated)",
            f"{THEIR_CALLS / calls:.1f}x",
            f"{MOST_CALLS}",
            calls <= MOST_CALLS and len(spent) >= WANTED,
        ),
        Measurement(
            TOPIC,
            "input tokens a question, schemas included (mean; most)",
            size,
            f"{tokens:,.0f}; {max(one.input_tokens for one in spent):,}",
            f"about {THEIRS:,} (public code, estimated)",
            f"{THEIRS / tokens:.1f}x",
            f"{MOST_TOKENS:,} (mean)",
            tokens <= MOST_TOKENS and len(spent) >= WANTED,
        ),
        *_of_whole([one for one in spent if one.calls == MOST_CALLS]),
        Measurement(
            TOPIC,
            "output tokens a question, in the demonstration's words (mean)",
            size,
            f"{mean(one.output_tokens for one in spent):,.0f}",
            "about 2,900 (public code, estimated)",
        ),
    ]


def _of_whole(spent: Sequence[Spent]) -> list[Measurement]:
    """Those with a selection too: a model leaves more mentions open than the rules do."""
    if not spent:
        return []
    tokens = [one.input_tokens for one in spent]
    what = f"input tokens of those that take all {MOST_CALLS} calls (mean; most)"
    size = f"{len(spent)} of them"
    return [Measurement(TOPIC, what, size, f"{mean(tokens):,.0f}; {max(tokens):,}")]


def _of_all(spent: Sequence[Spent]) -> Measurement:
    finished = sum(one.finished for one in spent)
    return Measurement(
        TOPIC,
        "calls; input tokens a question, also of questions that fail on the way (mean)",
        f"first {len(spent)} MedQA questions, {finished} to a verdict",
        f"{mean(one.calls for one in spent):.2f}; {mean(one.input_tokens for one in spent):,.0f}",
    )


def _until_enough(graph: GraphIndex, questions: Sequence[Question]) -> Iterator[Spent]:
    """One question after another until enough have come to a verdict."""
    finished = tried = 0
    for question in questions:
        spent = _spent(graph, question)
        yield spent
        tried, finished = tried + 1, finished + spent.finished
        if finished == WANTED and tried >= WANTED:
            return


def _spent(graph: GraphIndex, question: Question, config: MethodConfig = CONFIG) -> Spent:
    reasoner = Rehearsed(graph, config.model)
    similarity = make_similarity(graph, config.similarity)
    trace = make_trace(question, Tools(graph, similarity, reasoner, reasoner), config)
    spoken = reasoner.model
    return Spent(
        trace.verdict is not None,
        len(spoken.asked),
        sum(map(_input_tokens, spoken.asked)),
        sum(map(_tokens, spoken.said)),
        _step_tokens(trace, config),
    )


def _step_tokens(trace: TraceRecord, config: MethodConfig) -> int:
    citing = [step for step in (trace.cot.steps if trace.cot else ()) if step.edges]
    if not citing:
        return 0
    return _input_tokens(check_steps_request(trace.question, citing, trace.paths, config.model))


def _input_tokens(request: Request) -> int:
    schema = json.dumps(strict_schema(request.schema), separators=(",", ":"))
    texts = [message["content"] for message in as_plain(request.messages)]
    return sum(map(_tokens, (*texts, schema)))


def _tokens(text: str) -> int:
    return len(ENCODING.encode(text, disallowed_special=()))


def _questions(path: Path) -> Iterator[Question]:
    with path.open("rb") as file:
        for read in read_questions(file, path.name, ADAPTERS["medqa"], ReadLimits()):
            if isinstance(read, LoadedQuestion):
                yield read.question
