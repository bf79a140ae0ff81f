"""The protocol Reasoner: the acts of intelligence the method needs, records in and out.

The method knows nothing else of a model. `DemonstrationReasoner` does the acts by rules,
a language model by prompts; both raise `ReasonerFailure` classes when they cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.core.records import (
    Extraction,
    Judgement,
    OpenMention,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
    Step,
    StepCheck,
)


@dataclass(frozen=True, slots=True)
class DraftStep:
    """A step as written: its text and the numbers of the edges it rests on.

    Numbers are positions in `pipeline.core.cot.numbered_edges(paths)`, from 0.
    """

    text: str
    edge_numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DraftCoT:
    """A chain of thought as written, before it is assembled and checked."""

    steps: tuple[DraftStep, ...]
    conclusion: str


@dataclass(frozen=True, slots=True)
class Preference:
    """Which of two chains of thought is the better supported, and why."""

    chosen: Literal["first", "second", "neither"]
    explanation: str


class Reasoner(Protocol):
    """Eight acts. Implementations are stateless between calls and safe to share by threads."""

    @property
    def kind(self) -> ReasonerKind: ...

    def extract(self, question: Question) -> Extraction:
        """Mentions in the question's text, its answer and its explanation, side by side."""

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        """For each open mention, the position of the right candidate, or None."""

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        """Positions of the at most `keep` paths that matter for this question, best first."""

    def generate(
        self, question: Question, paths: Sequence[Path], *, reaches_answer: bool = True
    ) -> DraftCoT:
        """A chain of thought from the question to its answer key that rests on the paths.

        Without `reaches_answer` the paths end at things that only the source's explanation of
        the answer names.
        """

    def answer(self, question: Question, masked_reasoning: str | None) -> ReadAnswer:
        """The second reader: answer without the answer key, from the masked reasoning if given."""

    def judge(self, question: Question, answer: str) -> Judgement:
        """Whether a free-text answer agrees with the answer key."""

    def check_steps(
        self, question: Question, steps: Sequence[Step], paths: Sequence[Path]
    ) -> tuple[StepCheck, ...]:
        """For each step, whether the edges that it cites say what it says."""

    def compare(self, question: Question, first: str, second: str) -> Preference:
        """Which of two masked chains their facts and the case support better."""
