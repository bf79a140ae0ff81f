"""In which order a log's model was shown a question's options, and which of them its key names.

Texts of options are compared with their case: genotypes AA and Aa differ by it alone.
"""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from pipeline.benchmarks.outputs.records import OthersOutput
from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.datasets.sameness import same_text
from pipeline.core.records import Option, Question

# "A. ", "(a) ", "[A] ", "A: ", "A - ", "**A.** ", after a space or at the beginning.
_MARKERS = re.compile(r"(?:^|(?<=\s))[*_]{0,2}[(\[]?([A-Za-z])(?:[.):\]]|\s-)[*_]{0,2}\s+")
# "B", "(b)", "B." and "B. text".
_LETTER = re.compile(r"\(?([A-Za-z])[.):]*(?:\s+(.+))?", re.DOTALL)


def order_shown(row: OthersOutput, question: Question) -> tuple[str, ...]:
    """Our labels in the order shown: as the prompt lists them, else as the row does, else none.

    The options of the row are those of the question, in whatever order. Raises InvalidRecord
    where a prompt letters some of them otherwise and does not list them all.
    """
    listed = listed_in_prompt(row.prompt, question.options)
    letters = ascii_uppercase[: len(question.options)]
    if sorted(listed) == list(letters) and len(set(listed.values())) == len(letters):
        return tuple(listed[letter] for letter in letters)
    labels = {same_text(option.text): option.label for option in question.options}
    stated = tuple(labels[same_text(option.text)] for option in row.options)
    order = dict(zip(letters, stated or labels.values(), strict=True))
    if any(order.get(letter) != label for letter, label in listed.items()):
        raise InvalidRecord(
            "Its prompt letters some options otherwise, and does not list them all."
        )
    return stated


def listed_in_prompt(prompt: str, options: Sequence[Option]) -> dict[str, str]:
    """Our label under each letter under which a prompt lists one of the options, word for word.

    Of several lists of these very options the last counts: examples come first.
    """
    text = same_text(prompt)
    found: dict[str, str] = {}
    for marker in _MARKERS.finditer(text):
        if label := _option_at(text, marker.end(), options):
            found[marker[1].upper()] = label
    return found


def _option_at(text: str, start: int, options: Sequence[Option]) -> str:
    """The label of the longest option that stands whole at this place; empty for none."""
    standing = [
        (len(said), option.label)
        for option in options
        if text.startswith(said := same_text(option.text), start)
        and not text[start + len(said) : start + len(said) + 1].isalnum()
    ]
    return max(standing, default=(0, ""))[1]


def labels_named(row: OthersOutput, question: Question) -> set[str]:
    """Our labels of the options that the row's key can mean, by letter, by words or by both.

    None where it states no key, or one that is neither.
    """
    key = same_text(row.key or "")
    by_words = {o.label for o in question.options if _said(o.text) == key.casefold()}
    match = _LETTER.fullmatch(key)
    text = _lettered(row, question).get(match[1].upper()) if match else None
    if text is None or not match or (match[2] and match[2].casefold() != _said(text)):
        return by_words
    return by_words | {o.label for o in question.options if same_text(o.text) == same_text(text)}


def _said(text: str) -> str:
    return same_text(text).casefold()


def _lettered(row: OthersOutput, question: Question) -> dict[str, str]:
    """The texts by the letters that the row's key refers to: its own, else those shown."""
    if row.options:
        return {option.label: option.text for option in row.options}
    texts = {option.label: option.text for option in question.options}
    order = order_shown(row, question) or tuple(texts)
    return {letter: texts[label] for letter, label in zip(ascii_uppercase, order, strict=False)}
