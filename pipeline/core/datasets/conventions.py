"""Whether a file's keys count from 0 or from 1: shown by its rows, stated, or refused.

MedMCQA is published both ways, and read the wrong way every key names the option beside the
right one. So every row is read both ways before one is stored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import InvalidRecord, shown
from pipeline.core.datasets.mapping.field_mapping import CountsFrom
from pipeline.core.datasets.source_file import SourceRecord
from pipeline.core.records import Question

FIRSTS: tuple[CountsFrom, CountsFrom] = (0, 1)
HOW_TO_STATE = (
    "State it: --key-counts-from 0 or 1 on the command line, or Keys count from on the page."
)

# "Ans. is 'a'", "Answer: B", "Ans: a i.e., …": a bare letter counts only where a word cannot
# stand, since "Ans. is a benign tumour" names none.
_LETTER = (
    r"(?:['\"\u2018\u2019\u201c(\[]\s*([A-Za-z])\s*['\"\u2018\u2019\u201d)\]]"
    r"|([A-Za-z])(?=\s*(?:[.,;:)]|i\.?\s?e\b|\n|$)))"
)
_NAMED = (
    re.compile(
        r"\b(?:ans(?:wer)?|(?:correct|right) (?:option|choice))\b\.?\s*(?:is|[:=\-\u2013])?\s*"
        r"(?:(?:option|choice)\s*)?" + _LETTER,
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:\(\s*([A-Za-z])\s*\)|\b(?:option|choice)\s+([A-Za-z]))\s+is\s+(?:the\s+)?"
        r"(?:correct|right|true)\b",
        re.IGNORECASE,
    ),
)


def named_letter(explanation: str) -> str | None:
    """The option's letter that an explanation calls right; None where it names none or several."""
    letters = {
        letter.upper()
        for pattern in _NAMED
        for match in pattern.finditer(explanation)
        for letter in match.groups()
        if letter
    }
    return letters.pop() if len(letters) == 1 else None


@dataclass
class KeyEvidence:
    """What the rows of one file show, gathered while they are read both ways."""

    adapter: Adapter
    column: str
    line_of: dict[CountsFrom, int] = field(default_factory=dict)
    example: tuple[int, Mapping[CountsFrom, Question]] | None = None
    named: int = 0
    agreeing: dict[CountsFrom, int] = field(default_factory=lambda: dict.fromkeys(FIRSTS, 0))

    def __post_init__(self) -> None:
        self._readers = {first: self.adapter.counting_from(first).parse for first in FIRSTS}

    def parse(self, record: SourceRecord) -> Question:
        """The question as either reading gives it. Raises InvalidRecord where neither does."""
        readings: dict[CountsFrom, Question] = {}
        refusal: InvalidRecord | None = None
        for first, parse in self._readers.items():
            try:
                readings[first] = parse(record.fields, record.position)
            except InvalidRecord as error:
                refusal = refusal or error
        if refusal and not readings:
            raise refusal
        if len(readings) == len(FIRSTS) and readings[0] == readings[1]:
            return readings[0]  # of another shape, whose key is no number
        self._note(record.line, readings)
        return next(iter(readings.values()))

    def _note(self, line: int, readings: Mapping[CountsFrom, Question]) -> None:
        if len(readings) == 1:
            self.line_of.setdefault(next(iter(readings)), line)
        if self.example is None or len(readings) > len(self.example[1]):
            self.example = (line, readings)
        letter = named_letter(next(iter(readings.values())).long_answer)
        if letter:
            self.named += 1
            for first, question in readings.items():
                self.agreeing[first] += question.answer_label == letter

    def verdict(self, stated: CountsFrom | None) -> CountsFrom | None:
        """From where the keys count; None where no row of the file has a number for a key.

        Only a row that can be read in no way but from 0, as published, needs no statement.
        Raises InvalidRecord where it is open or contradicted.
        """
        if self.example is None:
            return None
        if len(self.line_of) == len(FIRSTS):
            raise InvalidRecord(
                f"{self.column} can be counted only from 0 on line {self.line_of[0]} and only "
                f"from 1 on line {self.line_of[1]}: the file follows neither throughout."
            )
        first = stated if stated is not None else (0 if 0 in self.line_of else None)
        if first is None:
            raise InvalidRecord(self._open())
        self._check_rows(first)
        self._check_explanations(first)
        return first

    def _check_rows(self, first: CountsFrom) -> None:
        other = FIRSTS[1 - first]
        if other in self.line_of:
            raise InvalidRecord(
                f"{self.column} was stated to count from {first}, but on line "
                f"{self.line_of[other]} it can only count from {other}."
            )

    def _check_explanations(self, first: CountsFrom) -> None:
        if self.agreeing[first] * 2 < self.named:
            raise InvalidRecord(
                f"Counted from {first}, {self.column} contradicts the explanations. "
                f"{self._explanations().strip()}{self._both_readings()}"
            )

    def _open(self) -> str:
        shows = (
            f"{self.column} counts from 1, as line {self.line_of[1]} shows, and not from 0."
            if 1 in self.line_of
            else f"Nothing in the file shows whether {self.column} counts from 0 or from 1."
        )
        return f"{shows}{self._both_readings()} {self._explanations()}{HOW_TO_STATE}"

    def _both_readings(self) -> str:
        line, readings = self.example or (0, {})
        keys = "; ".join(
            f"counted from {first} its key is {q.answer_label} ({shown(q.answer_text)})"
            for first, q in readings.items()
        )
        return f" The question on line {line}: {keys}."

    def _explanations(self) -> str:
        if not self.named:
            return ""
        return (
            f"Of {self.named:,} explanations that name a letter, {self.agreeing[0]:,} name the key "
            f"counted from 0 and {self.agreeing[1]:,} the key counted from 1. "
        )
