"""What the filters look at: one finished CoT and what was read from it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.core.records import CoT, Judgement, Path, Question, ReadAnswer


@dataclass(frozen=True, slots=True)
class FilterInput:
    """A CoT with its question and paths, the second reader's answer and the judge's word on it.

    `judgement` is None for questions with options. `degree` counts a node's neighbours.
    """

    question: Question
    paths: tuple[Path, ...]
    cot: CoT
    read_answer: ReadAnswer
    judgement: Judgement | None
    minimum_grounded_share: float
    degree: Callable[[int], int]
