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
from pipeline.core.records import Option, Question

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


def _readings(question: Question, first: CountsFrom, alone: bool) -> dict[CountsFrom, Option]:
    """The option that the key names under each count that it can have.

    Beside a letter or a text only the count under which both agree is possible.
    """
    labels = [option.label for option in question.options]
    place = labels.index(question.answer_label or "")
    if not alone:
        return {first: question.options[place]}
    places = {other: place + first - other for other in FIRSTS}
    return {n: question.options[at] for n, at in places.items() if 0 <= at < len(labels)}


@dataclass
class KeyEvidence:
    """What the rows of one file show, gathered while they are read both ways."""

    adapter: Adapter
    column: str
    line_of: dict[CountsFrom, int] = field(default_factory=dict)
    example: tuple[int, Mapping[CountsFrom, Option]] | None = None
    named: int = 0
    agreeing: dict[CountsFrom, int] = field(default_factory=lambda: dict.fromkeys(FIRSTS, 0))

    def __post_init__(self) -> None:
        from_0, from_1 = (self.adapter.counting_from(first).parse_record for first in FIRSTS)
        self._from_0, self._from_1 = from_0, from_1

    def parse(self, record: SourceRecord) -> Question:
        """The question as either reading gives it. Raises InvalidRecord where neither does."""
        first: CountsFrom = 0
        try:
            question = self._from_0(record)
        except InvalidRecord as refusal:
            first, question = 1, self._otherwise(record, refusal)
        mapping = self.adapter.mapping_of(record.fields)
        if mapping.counted:
            alone = len(mapping.keys) == 1
            self._note(record.line, _readings(question, first, alone), question.long_answer)
        return question

    def _otherwise(self, record: SourceRecord, refusal: InvalidRecord) -> Question:
        try:
            return self._from_1(record)
        except InvalidRecord:
            raise refusal from None

    def _note(self, line: int, readings: Mapping[CountsFrom, Option], explanation: str) -> None:
        if len(readings) == 1:
            self.line_of.setdefault(next(iter(readings)), line)
        if self.example is None or len(readings) > len(self.example[1]):
            self.example = (line, readings)
        if letter := named_letter(explanation):
            self.named += 1
            for first, option in readings.items():
                self.agreeing[first] += option.label == letter

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
            f"counted from {first} its key is {option.label} ({shown(option.text)})"
            for first, option in readings.items()
        )
        return f" The question on line {line}: {keys}."

    def _explanations(self) -> str:
        if not self.named:
            return ""
        return (
            f"Of {self.named:,} explanations that name a letter, {self.agreeing[0]:,} name the key "
            f"counted from 0 and {self.agreeing[1]:,} the key counted from 1. "
        )
