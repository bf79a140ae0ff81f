"""The rows that a task asks, and the notice that goes with them.

Both programs read the same file: a line a question, with the very prompt that we would send, the
options as they stand in it, and the identity of the benchmark. Their logs carry the row along, so
that every output finds its question again.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from pipeline.benchmarks.identity import benchmark_identity
from pipeline.benchmarks.prompts import LATEST_VERSIONS, evaluation_messages
from pipeline.core.errors import Refusal
from pipeline.core.records import Question

MAX_OUTPUT_TOKENS = 2048
MAX_TEMPERATURE = 2.0
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class TaskBenchmark:
    """A benchmark to be asked elsewhere: its name and questions, under which terms.

    `licence` is as stated, empty where it is not; `text_may_go` says in words where the text may
    be sent.
    """

    name: str
    questions: Sequence[Question]
    licence: str
    text_may_go: str

    @property
    def asked(self) -> list[Question]:
        """The questions with options."""
        return [question for question in self.questions if question.options]

    @property
    def sha256(self) -> str:
        """The identity of the questions asked."""
        return benchmark_identity(self.questions).sha256


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """How the questions are asked: the prompt ("free" or "strict"), tokens out, temperature.

    Raises Refusal for a temperature that no program takes.
    """

    prompt: str = "strict"
    max_output_tokens: int = MAX_OUTPUT_TOKENS
    temperature: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= MAX_TEMPERATURE:
            raise Refusal(
                f"The temperature must be 0 to {MAX_TEMPERATURE:g}, not {self.temperature:g}."
            )

    @property
    def prompt_version(self) -> str:
        """The prompt with its version: "strict/v1"."""
        return f"{self.prompt}/{LATEST_VERSIONS[self.prompt]}"


def task_name(benchmark: TaskBenchmark, settings: TaskSettings) -> str:
    """A name that both programs, a file and a function of Python can have."""
    return _NOT_IN_NAMES.sub("_", f"ask_{benchmark.name}_{settings.prompt}".lower()).strip("_")


def task_rows(benchmark: TaskBenchmark, settings: TaskSettings) -> str:
    """One JSON object a line, in plain ASCII."""
    sha256 = benchmark.sha256
    rows = (_row(question, settings, sha256) for question in benchmark.asked)
    return "".join(json.dumps(row) + "\n" for row in rows)


def _row(question: Question, settings: TaskSettings, sha256: str) -> dict[str, object]:
    labels = [option.label for option in question.options]
    version = LATEST_VERSIONS[settings.prompt]
    (message,) = evaluation_messages(settings.prompt, version, question, labels)
    key = question.answer_label
    return {
        "id": question.id_in_source,
        "prompt": message.content,
        "question": question.text,
        "context": question.context,
        "options": [option.text for option in question.options],
        "answer_idx": ascii_uppercase[labels.index(key)] if key in labels else "",
        "prompt_version": settings.prompt_version,
        "benchmark_sha256": sha256,
    }


def notice(benchmark: TaskBenchmark, settings: TaskSettings) -> tuple[str, ...]:
    """What whoever runs the task has to know, a sentence a line."""
    licence = " ".join(benchmark.licence.split()) or "not stated"
    return (
        f"Benchmark {benchmark.name}: {len(benchmark.asked):,} questions, "
        f"sha256 {benchmark.sha256}.",
        f"Licence of the questions: {licence}. Keep to it wherever these files go.",
        f"Where their text may go: {' '.join(benchmark.text_may_go.split())}.",
        f"Prompt {settings.prompt_version}, at most {settings.max_output_tokens:,} tokens out, "
        f"temperature {settings.temperature:g}.",
        "These are test questions: keep them out of training data.",
        "The task only records what the model writes. It extracts nothing and scores nothing.",
    )
