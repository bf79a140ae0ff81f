"""Options that are ordinary words (observe, normal, lead): masked only as the answer.

Elsewhere such a word belongs to the case if the question says it or if the text tells of what
happened; any other place may be either and is flagged.
"""

import re

from pipeline.core.masking.answer_position import stands_as_answer
from pipeline.core.masking.words import keys, words_of

_TOLD = re.compile(
    r"\b(?:was|were|has|have|had|been|we|they|he|she|you|clinicians?|patients?\s+who)\s+$",
    re.IGNORECASE,
)
# Not the option's word, though spelt like it: by what follows.
_IDIOMS = re.compile(
    r"rest\s+of|leads?\s+to|leading\s+to|one\s+of|age\s+(?:of|at|\d)|light\s+of|right\s+(?:upper|lower)"
    r"|left\s+(?:upper|lower)|as\s+well|rule[sd]?\s+out|present(?:s|ed|ing)?\s+with|call(?:ed|s)\s+for",
    re.IGNORECASE,
)

_NOUN_ENDING = re.compile(r"(?:at)?(?:ion)?$|ance$|ment$")

Spans = list[tuple[int, int]]


def common_word_spans(text: str, options: set[str], question: str) -> tuple[Spans, Spans]:
    """Where an option's word stands as the answer, and where it may or may not."""
    masked: Spans = []
    doubtful: Spans = []
    roots = {_root(keys(option)[1]) for option in options}
    said = {word.text.casefold() for word in words_of(question)} if options else set()
    for word in words_of(text) if options else ():
        if not word.stem or _root(word.stem) not in roots:
            continue
        lower = word.text.casefold()
        if stands_as_answer(text, word.start, word.end):
            masked.append((word.start, word.end))
        elif lower not in said and not _told(text, word.start, lower, options):
            doubtful.append((word.start, word.end))
    return masked, doubtful


def _root(stem: str) -> str:
    """Observe and observation, operate and operation, reassure and reassurance alike."""
    root = _NOUN_ENDING.sub("", stem)
    return root if len(root) > 3 else stem


def _told(text: str, start: int, word: str, options: set[str]) -> bool:
    """Whether the text tells of the case with a word spelt like an option's, or in another form."""
    if _IDIOMS.match(text, start):
        return True
    happened = word.endswith(("ed", "ing")) and word not in options
    return happened and _TOLD.search(text[:start][-24:]) is not None
