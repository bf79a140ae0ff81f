"""What columns are usually called, and which columns of a file seem to be what.

Names propose and a person decides: nothing here reads a question.
"""

import re
from collections.abc import Iterable, Sequence
from string import ascii_lowercase

QUESTION = (
    *("question", "problem_text", "stem", "question_text", "open-ended verifiable question"),
    *("query", "problem", "prompt", "input"),
)
OPTIONS = ("options", "choices", "answer_choices", "answer_options", "answers")
KEY = (
    *("answer_idx", "answer_index", "cop", "correct_option", "correct_answer", "correct_choice"),
    *("correct", "answer_key", "key", "label", "answer", "final_decision", "gold", "target"),
)
FREE_ANSWER = (
    *("answer", "ground-true answer", "response", "final_answer", "correct_answer"),
    *("long_answer", "target", "output"),
)
CONTEXT = ("context", "passage", "background", "abstract", "vignette", "case")
EXPLANATION = ("explanation", "exp", "rationale", "long_answer", "justification")
IDENTIFIER = ("id", "question_id", "qid", "pubid", "idx", "uid", "index")
SPECIALTY = ("specialty", "subject_name", "subject", "category", "body_system", "topic")
SPLIT = ("split", "subset", "partition", "fold")

# opa, option_b, Choice 3, ending0, A: a beginning that all share, then a letter or a number.
_NUMBERED = re.compile(r"(|op|opt|option|choice|answer|ending|alternative)[ _-]?([a-z]|\d{1,2})")


def named(columns: Iterable[str], names: Sequence[str]) -> list[str]:
    """The columns that are called by one of the names, in the order of the names."""
    by_name = {plain(column): column for column in columns}
    return [by_name[plain(name)] for name in names if plain(name) in by_name]


def plain(column: str) -> str:
    return re.sub(r"[ _]+", "_", column.strip().lower())


def option_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """Columns that seem to hold an option each, in their order: the longest row of a, b, c or
    of 0, 1, 2 or 1, 2, 3 after the same beginning."""
    families: dict[str, dict[str, str]] = {}
    for column in columns:
        if match := _NUMBERED.fullmatch(column.strip().lower()):
            families.setdefault(match[1], {})[match[2]] = column
    rows = (_row(family) for family in families.values())
    return max(rows, key=len, default=())


def _row(family: dict[str, str]) -> tuple[str, ...]:
    series = (list(ascii_lowercase), [str(n) for n in range(26)], [str(n) for n in range(1, 27)])
    rows = [_beginning(family, places) for places in series]
    return max((row for row in rows if len(row) > 1), key=len, default=())


def _beginning(family: dict[str, str], places: Sequence[str]) -> tuple[str, ...]:
    row = []
    for place in places:
        if place not in family:
            break
        row.append(family[place])
    return tuple(row)
