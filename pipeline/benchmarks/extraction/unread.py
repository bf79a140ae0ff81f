"""Why an output could not be read: refused, cut off, none of the options, or no answer at all."""

import re
from typing import Final

from pipeline.benchmarks.extraction.named.place import Place

_CANNOT: Final = r"(?:cannot|can't|can not|could not|couldn't)(?! (?:rule|exclude))"
_REFUSAL: Final = re.compile(
    rf"\b(?:(?:i|we)(?:'m|'ll| am| are)? (?:\w{{1,12}} )?(?:{_CANNOT}|unable to|not able to|won't|"
    r"will not|must decline|refuse|decline|don't know|do not know|apologi[sz]e|sorry|unsure|"
    r"not (?:sure|certain|qualified|a (?:doctor|physician)))|sorry, (?:but )?i|as an ai|"
    r"(?:cannot|can't|could not|impossible to|not possible to|unable to) (?:be )?(?:determined?|"
    r"answer(?:ed)?|decided?|choose|select|say|tell|provide)|"
    r"(?:not enough|insufficient) information|no way to (?:know|tell)|"
    r"(?:consult|see) (?:a|your) (?:doctor|physician|healthcare|medical))\b",
    re.IGNORECASE,
)
_NONE: Final = re.compile(
    r"\bnone of (?:the|these|those) (?:\w{1,12} )?"
    r"(?:above|options?|choices?|answers?|provided|given|listed)\b|"
    r"\bnone of (?:these|the above)\b|\bnot (?:listed|among the (?:options|choices))\b",
    re.IGNORECASE,
)
_LIST_LINE: Final = re.compile(r"[\s*-]{0,4}[(\[]?[A-Z][).\]:]")
_FEWEST_WORDS: Final = 6
_ENDS: Final = ".!?)]}\"'`\u2026|>"


def is_cut(spot: Place) -> bool:
    """Whether a text ends in the middle of a sentence, as far as its end shows."""
    ending = spot.text.rstrip()
    if len(spot.words.words) < _FEWEST_WORDS or ending[-1] in _ENDS:
        return False
    if _LIST_LINE.match(ending, ending.rfind("\n") + 1):
        return False
    return not any(
        text.words == spot.words.words[-len(text.words) :] for text in spot.offered.texts
    )


def why_unread(text: str, *, cut: bool) -> str:
    """The class of a text in which no answer was found."""
    if _REFUSAL.search(text):
        return "refused"
    if _NONE.search(text):
        return "none_of_the_options"
    if cut:
        return "truncated"
    return "open_ended" if text.strip() else "empty"
