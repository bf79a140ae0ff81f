"""Conclusion: does it name the answer key, and no other option?

Reading a CoT says where its steps lead; only this filter says whether its conclusion is the answer
that the trace is released with.
"""

import re
from collections.abc import Sequence

from pipeline.core.filtering.conclusion.exclusion import is_excluded, key_is_excluded
from pipeline.core.filtering.conclusion.option_names import (
    key_position,
    named_options,
    option_texts,
    says_in_question,
)
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult, Question, Side

NAME = "conclusion"

_ASKS_TO_AVOID = re.compile(
    r"contra-?indicat|\bavoid|\bunsafe|\bharm|\bexcept\b|\bleast\b|\bnot\b|\binappropriate",
    re.IGNORECASE,
)


def check_conclusion(inputs: FilterInput) -> FilterResult:
    """Rejects when the conclusion names another option than the key, or not the key.

    The key counts as named by letter, text or an entity linked to it. Another option that is named
    only to be excluded does no harm where that is plain.
    """
    question = inputs.question
    named = named_options(inputs.cot.conclusion, question, _key_names(inputs))
    key = key_position(question)
    asks_to_avoid = bool(_ASKS_TO_AVOID.search(question.text))
    keys = [one for one in named.namings if one.option == key]
    others = [
        one.option
        for one in named.namings
        if one.option != key
        and not is_excluded(named, one, key, asks_to_avoid=asks_to_avoid)
        and not (keys and says_in_question(question, one.option) and one.by_name)
    ]
    for_key = [one for one in keys if not key_is_excluded(named, one, asks_to_avoid=asks_to_avoid)]
    return _result(question, bool(for_key), bool(keys), list(dict.fromkeys(others)))


def _key_names(inputs: FilterInput) -> list[str]:
    """Names of the entities linked to the answer, with their synonyms."""
    nodes = [entity.node for entity in inputs.linked if entity.mention.side is Side.ANSWER]
    return [name for node in nodes for name in (node.name, *inputs.synonyms(node.index))]


def _result(
    question: Question, names_key: bool, mentions_key: bool, others: Sequence[int]
) -> FilterResult:
    key = _shown(question, key_position(question))
    wrong = " and ".join(_shown(question, at) for at in others)
    if names_key and not others:
        explanation = f"The conclusion names {key}, the answer key, and no other option."
        return FilterResult(NAME, True, 1.0, explanation)
    if names_key:
        explanation = f"The conclusion names {key}, the answer key, but also {wrong}."
    elif others:
        explanation = f"The conclusion names {wrong}; the answer key is {key}."
    elif mentions_key:
        explanation = f"The conclusion names {key}, the answer key, only to exclude it."
    else:
        explanation = f"The conclusion names no option; the answer key is {key}."
    return FilterResult(NAME, False, 0.0, explanation)


def _shown(question: Question, position: int) -> str:
    text = option_texts(question)[position]
    return f"{question.options[position].label} ({text})" if question.options else f"“{text}”"
