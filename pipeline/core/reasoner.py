"""The protocol Reasoner: the six acts of intelligence the method needs, records in and out.

The method knows nothing else of a model. `DemonstrationReasoner` does the acts by rules,
a language model by prompts; both raise `ReasonerFailure` classes when they cannot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.core.records import (
    Judgement,
    Mention,
    OpenMention,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
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


class Reasoner(Protocol):
    """Six acts. Implementations are stateless between calls and safe to share by threads."""

    @property
    def kind(self) -> ReasonerKind: ...

    def extract(self, question: Question) -> tuple[Mention, ...]:
        """Mentions in the question's text (Side.QUESTION) and in its answer (Side.ANSWER)."""

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        """For each open mention, the position of the right candidate, or None."""

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        """Positions of the at most `keep` paths that matter for this question, best first."""

    def generate(self, question: Question, paths: Sequence[Path]) -> DraftCoT:
        """A chain of thought from the question to its answer key that rests on the paths."""

    def answer(self, question: Question, masked_reasoning: str) -> ReadAnswer:
        """The second reader: answer from the masked reasoning, without the answer key."""

    def judge(self, question: Question, answer: str) -> Judgement:
        """Whether a free-text answer agrees with the answer key."""
