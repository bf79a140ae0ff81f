"""Does a row ask the very question that is loaded, with its options and its key?

Reasoning that speaks of "option B", or argues for another answer than the key, must never stand
beside a question where the letter means something else or another answer is right.
"""

import re

from pipeline.core.datasets.fields import shown
from pipeline.core.datasets.sameness import same_text
from pipeline.core.imports.formats import ImportedRow
from pipeline.core.records import Question

_LETTER_AND_TEXT = re.compile(r"\(?([A-Z])[.):]\s*(.+)", re.DOTALL)


def objection(row: ImportedRow, question: Question) -> str:
    """Why the row's chain of thought cannot stand beside the question; empty where it can."""
    return _options_differ(row, question) or _answer_differs(row, question)


def _options_differ(row: ImportedRow, question: Question) -> str:
    stated = [(option.label, _plain(option.text)) for option in row.options]
    loaded = [(option.label, _plain(option.text)) for option in question.options]
    if not stated or stated == loaded:
        return ""
    if not loaded:
        return "It chooses among options; the question is loaded without any."
    if sorted(text for _, text in stated) == sorted(text for _, text in loaded):
        return "Its options are those of the question, but lettered otherwise."
    return "Its options are other than those of the question."


def _answer_differs(row: ImportedRow, question: Question) -> str:
    if not row.answer:
        return ""
    if not question.options:
        same = _plain(row.answer).casefold() == _plain(question.answer_text).casefold()
        return "" if same else _another(row, shown(question.answer_text))
    named = _named(row.answer, question)
    key = f"{question.answer_label} ({shown(question.answer_text)})"
    if not named:
        return f"Its answer {shown(row.answer)} is none of the question's options."
    return "" if named == {question.answer_label} else _another(row, key)


def _another(row: ImportedRow, key: str) -> str:
    return f"Its answer is {shown(row.answer)}; the answer key of the question is {key}."


def _named(answer: str, question: Question) -> set[str]:
    """The labels of the options that the answer names, by letter, by text or by both."""
    texts = {option.label: _plain(option.text).casefold() for option in question.options}
    if match := _LETTER_AND_TEXT.fullmatch(answer.strip()):
        label, text = match[1], _plain(match[2]).casefold()
        if texts.get(label) == text:
            return {label}
    wanted = _plain(answer).casefold()
    by_text = {label for label, text in texts.items() if text == wanted}
    return by_text | ({wanted.upper()} & texts.keys())


def _plain(text: str) -> str:
    return same_text(text).rstrip(".")
