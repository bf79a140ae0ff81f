"""Options that are ordinary words (observe, normal, lead): masked only as the answer.

Elsewhere such a word belongs to the case if the question says it or if the text tells of what
happened; any other place may be either and is flagged.
"""

import re

from pipeline.core.masking.answer_position import stands_as_answer
from pipeline.core.masking.words import words_of

_TOLD = re.compile(
    r"\b(?:was|were|is|are|has|have|had|been|we|they|he|she|you|clinicians?|patients?\s+who)\s+$",
    re.IGNORECASE,
)
# Not the option's word, though spelt like it: by what follows.
_IDIOMS = re.compile(
    r"rest\s+of|leads?\s+to|leading\s+to|one\s+of|age\s+(?:of|at|\d)|light\s+of|right\s+(?:upper|lower)"
    r"|left\s+(?:upper|lower)|as\s+well|rule[sd]?\s+out|present(?:s|ed|ing)?\s+with|call(?:ed|s)\s+for",
    re.IGNORECASE,
)

Spans = list[tuple[int, int]]


def common_word_spans(text: str, stems: set[str], question: str) -> tuple[Spans, Spans]:
    """Where an option's word stands as the answer, and where it may or may not."""
    if not stems:
        return [], []
    masked: Spans = []
    doubtful: Spans = []
    said = {word.text.casefold() for word in words_of(question)}
    exact = {word.stem for word in words_of(text)} & stems
    for word in words_of(text) if exact else ():
        if word.stem not in stems:
            continue
        if stands_as_answer(text, word.start, word.end):
            masked.append((word.start, word.end))
        elif not _of_the_case(text, word.start, word.text.casefold(), said):
            doubtful.append((word.start, word.end))
    return masked, doubtful


def _of_the_case(text: str, start: int, word: str, said: set[str]) -> bool:
    if word in said or _IDIOMS.match(text, start):
        return True
    return word.endswith(("ed", "ing")) and _TOLD.search(text[:start][-24:]) is not None
