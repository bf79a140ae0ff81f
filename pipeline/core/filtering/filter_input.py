"""What the filters look at: one finished CoT and what was read from it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.core.config import ChecksConfig
from pipeline.core.records import (
    CoT,
    Judgement,
    LinkedEntity,
    Path,
    Question,
    ReadAnswer,
    Reading,
    ReadingKind,
    Rival,
    StepCheck,
)


def no_other_names(index: int) -> tuple[str, ...]:
    """What a node is called besides its name where no synonyms are at hand: nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class FilterInput:
    """A CoT with its question and paths, the second reader's answer and the judge's word on it.

    `judgement` is None for questions with options. `degree` counts a node's neighbours,
    `synonyms` gives its further names. `unmasked` quotes what gave an option away in the text
    that was read; `linked` are the entities the paths were searched between.
    """

    question: Question
    paths: tuple[Path, ...]
    cot: CoT
    read_answer: ReadAnswer
    judgement: Judgement | None
    minimum_grounded_share: float
    degree: Callable[[int], int]
    synonyms: Callable[[int], tuple[str, ...]] = no_other_names
    linked: tuple[LinkedEntity, ...] = ()
    unmasked: tuple[str, ...] = ()
    step_checks: tuple[StepCheck, ...] = ()
    readings: tuple[Reading, ...] = ()
    rivals: tuple[Rival, ...] = ()
    checks: ChecksConfig = field(default_factory=ChecksConfig)

    @property
    def reads_correctly(self) -> bool:
        """Whether the second reader reached the answer key from the masked CoT."""
        if self.judgement is not None:
            return self.judgement.correct
        return self.read_answer.label == self.question.answer_label

    def reading(self, kind: ReadingKind) -> Reading | None:
        """The further reading of this kind, None where none was made."""
        return next((reading for reading in self.readings if reading.kind is kind), None)
