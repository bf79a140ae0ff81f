"""Leakage: the CoT speaks of an answer it was given, or of the paths as given material.

2.1 % of 4,125 published traces do. Stating the answer is no leak ("the best answer is
metformin"), nor is a body's answer to a treatment; speaking of an answer that somebody
provided is, for then the reasoning was written backwards from it.
"""

import re

from pipeline.core.cot import as_text
from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult

NAME = "leakage"

_GIVEN = r"(?:provided|given|supplied|pre-?given|reference|official|gold(?:en)?|ground[- ]truth)"
_KINDS = r"(?:(?:correct|right|final|true|best)\s+)?"
# "the given answer to steroids" is a response; "the given answer to the question" is a leak.
_NO_RESPONSE = r"(?!\s+to\s+(?!(?:the|this)\s+question))"
_MATERIAL = r"(?:(?:reasoning|knowledge|graph|kg|evidence|relation(?:al)?)[- ]*)*paths?"

_LEAKS = re.compile(
    "|".join(
        (
            rf"\b{_GIVEN}\s+{_KINDS}answers?\b{_NO_RESPONSE}",
            r"\banswer\s+(?:key|sheet)\b",
            r"\banswer\s+(?:that\s+)?(?:was|is|has\s+been|we\s+were|i\s+was)?\s*"
            r"(?:provided|supplied|given\s+(?:as|to\s+(?:me|us)|above|in\s+the\s+(?:prompt|question)))\b",
            rf"\b(?:was|were|been|am|are)\s+(?:given|told|provided\s+with|shown)\s+(?:that\s+)?"
            rf"the\s+{_KINDS}answer\b{_NO_RESPONSE}",
            r"\b(?:knowing|since\s+we\s+know|as\s+we\s+know|we\s+already\s+know)\s+(?:that\s+)?"
            r"the\s+(?:correct|right|final)\s+answer\b",
            r"\baccording\s+to\s+the\s+answer\b",
            r"\bas\s+the\s+answer\s+(?:states|says|indicates|suggests|implies)\b",
            r"\bto\s+(?:match|agree\s+with|arrive\s+at|justify|support|fit)\s+the\s+"
            r"(?:given|provided|correct|known|expected)\s+answer\b",
            rf"\b{_GIVEN}\s+{_MATERIAL}\b(?!\s+(?:of|along|from)\b)",
            r"\b(?:reasoning|knowledge[- ]graph|kg|graph)\s+paths?\b",
            r"\b(?:these|the)\s+paths?\s+(?:above|provided|given\s+(?:above|to))\b",
            r"\bknowledge\s+graph\b",
            r"\bpath\s+(?:no\.?\s*|number\s+)?\d+\b",
        )
    ),
    re.IGNORECASE,
)


def check_leakage(inputs: FilterInput) -> FilterResult:
    """Rejects a CoT that betrays that the answer or the paths were in front of its writer."""
    leaks = [match.group(0) for match in _LEAKS.finditer(as_text(inputs.cot))]
    if not leaks:
        return FilterResult(
            NAME, True, 1.0, "The CoT speaks neither of a given answer nor of given paths."
        )
    count = "once" if len(leaks) == 1 else f"{len(leaks)} times"
    return FilterResult(
        NAME,
        False,
        0.0,
        f"The CoT speaks {count} of an answer or of paths it was given, "
        f"first as “{' '.join(leaks[0].split())}”.",
    )
