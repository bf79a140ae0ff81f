"""Leakage: the CoT speaks of an answer it was given, or of the material it was written from.

Its reader has the question and nothing else. Reasoning that mentions a given answer was written
backwards from it, and "edge 3" or "the supplied paths" tell that reader nothing. Stating the
answer is no leak ("the best answer is metformin"), nor are the options ("the given answer
choices") or a clinical path, edge, graph or statement ("the edge of the ulcer").

The kinds stand in one table, leakage_kinds, each with its reason.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.core.characters import plain
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.filtering.leakage_kinds import KINDS, Kind
from pipeline.core.records import CoT, FilterResult, Question

NAME = "leakage"

# Every kind with its wordings as one pattern.
_PATTERNS = tuple((kind, re.compile("|".join(kind.wordings), re.IGNORECASE)) for kind in KINDS)


class Leak(NamedTuple):
    """A passage that leaks: in which part of the CoT, of which kind, and its words."""

    part: str
    kind: Kind
    passage: str


def check_leakage(inputs: FilterInput) -> FilterResult:
    """Rejects a CoT that betrays that the answer or other material lay before its writer."""
    leaks = list(find_leaks(inputs.cot, inputs.question))
    if not leaks:
        return FilterResult(
            NAME, True, 1.0, "The CoT speaks neither of a given answer nor of given material."
        )
    return FilterResult(NAME, False, 0.0, _explain(leaks))


def _explain(leaks: list[Leak]) -> str:
    """The first leak with its words and why it is one, and how many there are."""
    part, kind, passage = leaks[0]
    others = f" {len(leaks)} passages leak in all." if len(leaks) > 1 else ""
    return f"{part} speaks of {kind.of}, “{passage}”; {kind.why}.{others}"


def find_leaks(cot: CoT, question: Question) -> Iterator[Leak]:
    """Every leak, part by part in reading order; of overlapping passages the first."""
    kinds = _kinds_for(question)
    for part, text in _parts(cot):
        end = 0
        for start, kind, passage in sorted(_matches(text, kinds), key=lambda found: found[0]):
            if start >= end:
                end = start + len(passage)
                yield Leak(part, kind, passage)


def _kinds_for(question: Question) -> list[tuple[Kind, re.Pattern[str]]]:
    """The kinds that leak towards a reader of this question."""
    asked = _flat(" ".join((question.text, *(option.text for option in question.options))))
    return [
        (kind, pattern)
        for kind, pattern in _PATTERNS
        if not (kind.asked and re.search(kind.asked, asked, re.IGNORECASE))
    ]


def _parts(cot: CoT) -> Iterator[tuple[str, str]]:
    """Steps and conclusion apart: no passage runs from one into the next."""
    for step in cot.steps:
        yield f"Step {step.number}", _flat(step.text)
    yield "The conclusion", _flat(cot.conclusion)


def _flat(text: str) -> str:
    """Plain signs, single spaces, no marks of emphasis."""
    return " ".join(plain(text).replace("*", "").split())


def _matches(
    text: str, kinds: list[tuple[Kind, re.Pattern[str]]]
) -> Iterator[tuple[int, Kind, str]]:
    for kind, pattern in kinds:
        for match in pattern.finditer(text):
            yield match.start(), kind, match.group()
