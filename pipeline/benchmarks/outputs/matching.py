"""Which question of a benchmark an output answers, and in which order its options were shown.

The words decide, an id only tells questions with the same words apart, or stands alone where a
file has nothing else. Other options or another key than ours mean that another question was asked:
such an output is not scored here, whatever its id.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.benchmarks.identity import item_sha256
from pipeline.benchmarks.outputs.records import OthersOutput
from pipeline.benchmarks.outputs.shown import labels_named, order_shown
from pipeline.core.datasets.fields import InvalidRecord, shown
from pipeline.core.datasets.sameness import same_text
from pipeline.core.records import Question

SAID_TWICE = "Several questions of the benchmark read like this: name the id."
NOTHING_SAID = "The line names neither an id nor the words of the question."
NOT_SCORABLE = "The question is loaded without options or without a key: no letter can be right."


@dataclass(frozen=True, slots=True)
class Match:
    """An output on a question, by its place among the benchmark's questions.

    `twins` are further places of the same question, where the benchmark repeats it with the same
    options and key: a file that repeats it too has an output for each. `shown` are our labels in
    the order shown: the first stood under the letter A. Where the file does not say how they
    stood, `order_stated` is false and the source's order is assumed. `key_compared`: the file
    states a key that could be read, and it is ours.
    """

    place: int
    shown: tuple[str, ...]
    order_stated: bool
    key_compared: bool
    twins: tuple[int, ...] = ()


class QuestionsAsked:
    """The questions of a benchmark by their words and by their ids."""

    def __init__(self, name: str, questions: Sequence[Question]) -> None:
        self.name, self._questions = name, questions
        self._by_words: dict[str, list[int]] = defaultdict(list)
        self._by_id: dict[str, int] = {}
        for place, question in enumerate(questions):
            self._by_id[question.id_in_source] = place
            for words in _wordings(question):
                self._by_words[words].append(place)

    def match(self, row: OthersOutput) -> Match:
        """The question that the row answers. Raises InvalidRecord with the reason for none."""
        places = self._asked(row)
        objections = {place: _objection(row, self._questions[place]) for place in places}
        fitting = [place for place in places if not objections[place]]
        if not fitting:
            raise InvalidRecord(objections[places[0]])
        place, *twins = self._only(fitting, row)
        question = self._questions[place]
        order = order_shown(row, question)
        return Match(
            place,
            order or tuple(option.label for option in question.options),
            order_stated=bool(order),
            key_compared=bool(labels_named(row, question)),
            twins=tuple(twins),
        )

    def _only(self, fitting: list[int], row: OthersOutput) -> list[int]:
        """The question of this id, else the only one, with its twins. Raises InvalidRecord."""
        named = [p for p in fitting if self._questions[p].id_in_source == row.id]
        if len(fitting) > 1 and len(named) == 1:
            return named
        if len({item_sha256(self._questions[place]) for place in fitting}) > 1:
            raise InvalidRecord(SAID_TWICE)
        return fitting

    def _asked(self, row: OthersOutput) -> list[int]:
        """Questions with the words of the row; with its id, where its words are not theirs alone:
        a prompt holds more than the question."""
        if row.question is not None and (found := self._by_words.get(_words(row.question))):
            return found
        place = self._by_id.get(row.id) if row.id else None
        if place is None:
            raise InvalidRecord(self._unknown(row))
        said = [text for text in (row.question, row.prompt) if text]
        if said and not any(_words(self._questions[place].text) in _words(text) for text in said):
            raise InvalidRecord(f"The question of this id in {self.name} has other words.")
        return [place]

    def _unknown(self, row: OthersOutput) -> str:
        if row.question is not None:
            return f"Its question is not in {self.name}."
        return f"{self.name} has no question {shown(row.id)}." if row.id else NOTHING_SAID


def _words(text: str) -> str:
    return same_text(text).casefold()


def _wordings(question: Question) -> set[str]:
    """The question alone, and with its context before or after it."""
    text, context = question.text, question.context
    forms = (text, f"{context} {text}", f"{text} {context}") if context else (text,)
    return {_words(form) for form in forms}


def _objection(row: OthersOutput, question: Question) -> str:
    """Why the row cannot be an answer to the question; empty where it can."""
    if question.answer_label not in [option.label for option in question.options]:
        return NOT_SCORABLE
    return _other_options(row, question) or _other_key(row, question)


def _other_options(row: OthersOutput, question: Question) -> str:
    there = sorted(same_text(option.text) for option in row.options)
    here = sorted(same_text(option.text) for option in question.options)
    if not there or there == here:
        return ""
    counts = f" ({len(there)} there, {len(here)} here)" if len(there) != len(here) else ""
    return f"Its options are other than those of the question{counts}."


def _other_key(row: OthersOutput, question: Question) -> str:
    named = labels_named(row, question)
    if not named or question.answer_label in named:
        return ""
    key = f"{question.answer_label} ({shown(question.answer_text)})"
    return f"Its key is {shown(row.key)}; the answer key of the question is {key}."
