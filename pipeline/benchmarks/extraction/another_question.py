"""Where a text turns to another question: what it answers from there on is not this one.

Models that nobody stops write the next question of the examination, with options of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.benchmarks.extraction.named.offered import Offered
from pipeline.benchmarks.extraction.written.words import words_of

_LINE: Final = re.compile(
    r"^[ >#*-]{0,6}(?:option )?[(\[]?([A-Z])[).\]:]{1,2} +(\S[^\n]{0,300})$", re.MULTILINE
)
# Words of a line before a list that asks something; the share of words that makes texts alike.
_FEWEST_WORDS: Final = 4
_ALIKE: Final = 0.5
_LONGEST_LINE: Final = 2000
_JUDGES: Final = re.compile(
    r"\b(?:correct|incorrect|wrong|right|true|false|this|these|it|is|are|not|would|can|may|because|"
    r"does|do|has|have|should|could|no|yes|causes?|used|likely|unlikely)\b",
    re.IGNORECASE,
)

# A turn of somebody else, or another question: what base models write when nobody stops them.
_NEXT_TURN: Final = re.compile(
    r"^[ ]{0,3}(?:[#*>-]{1,6}[ ]?)?[*_]{0,2}(?:"
    r"(?:next[ ]|new[ ]|another[ ])?(?:question|q)(?:[ ]?(?:no\.?|number)?[ ]?\d{1,4})?"
    r"[*_]{0,2}[ ]?[:.]|(?:human|user)[*_]{0,2}[ ]?:|instruction\b|next[ ]question\b)|"
    r"<\|im_start\|>|<\|start_header_id\|>|<\|user\|>|<start_of_turn>|\[inst\]",
    re.IGNORECASE | re.MULTILINE,
)
_WRITER: Final = re.compile(
    r"\A(?:<\|assistant\|>|\**(?:assistant|ai|model)\**[ ]?:)\s*", re.IGNORECASE
)
_FIRST_TURN: Final = re.compile(r"[\s#*>_-]*(?:the[ ])?(?:question|problem|q)\b", re.IGNORECASE)


def first_turn(text: str) -> str:
    """The text up to where another question or somebody else's turn begins.

    A question at the very beginning is the one that was asked, repeated.
    """
    stripped = _WRITER.sub("", text.lstrip(), count=1)
    repeated = _FIRST_TURN.match(stripped)
    start = repeated.end() if repeated else 0
    turn = next(
        (m for m in _NEXT_TURN.finditer(stripped, start) if stripped[: m.start()].strip()), None
    )
    return stripped[: turn.start()] if turn else stripped


def this_question(text: str, offered: Offered) -> str:
    """The text up to where options are listed none of which was offered, behind a question."""
    for run in _lists(text, offered):
        if len(run) > 1 and all(line.foreign for line in run) and _asked(text, run[0].start):
            return text[: run[0].start]
    return text


def _asked(text: str, start: int) -> bool:
    """Whether the line before a list may be its question."""
    before = text[max(0, start - _LONGEST_LINE) : start].rstrip()
    return len(before[before.rfind("\n") + 1 :].split()) >= _FEWEST_WORDS


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that begins with a letter; foreign, if its text could be another question's option."""

    start: int
    letter: str
    foreign: bool


def _lists(text: str, offered: Offered) -> Iterator[list[_Line]]:
    """Lines whose letters follow each other: A, B, C."""
    run: list[_Line] = []
    for match in _LINE.finditer(text):
        line = _Line(match.start(), match.group(1), _is_foreign(match.group(2), offered))
        if run and ord(line.letter) != ord(run[-1].letter) + 1:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_foreign(text: str, offered: Offered) -> bool:
    words = words_of(text)
    if text.endswith(".") or _JUDGES.search(text) or offered.begun(text, words, 0):
        return False
    return max(offered.likeness(words.words).values(), default=0) < _ALIKE
