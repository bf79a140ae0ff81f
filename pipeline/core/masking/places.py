"""Options named by their place: "the second option", "choice #3", "the option listed last"."""

import re

_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|penultimate|"
    r"next[\s-]to[\s-]last|second[\s-]to[\s-]last|middle|top|bottom|former|latter|"
    r"\d{1,2}(?:st|nd|rd|th))"
)
_COUNT = r"(?:two|three|four|five|\d)"
_THING = r"(?:options?|choices?|alternatives?|answers?)"
_NOUN = r"(?:diagnosis|drug|agent|treatment|test|disease|condition|intervention|step)"
_NUMBER = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten)"
_LIST = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s*/\s*|\s+(?:and|or|to|through)\s+)"
_LISTED = (
    r"(?:on\s+the\s+list|in\s+the\s+list|listed|given|named|stated|shown|offered|mentioned|above)"
)
# "The drug of first choice", "the second option for treatment": lines of therapy, not places.
_NO_LINE = r"(?<!of )(?<!as )(?<!as the )"
_THERAPY = r"(?!\s+(?:for|in|of|when|if|drugs?|agents?|treatments?|therap(?:y|ies)|medications?)\b)"

_SPEAKS_OF_OPTIONS = re.compile(
    r"\blisted\b|\boption|\bchoice|\balternative|\banswer|\bone\b", re.IGNORECASE
)
_PATTERN = re.compile(
    rf"\b(?:the\s+)?{_ORDINAL}(?:\s+{_COUNT})?\s+of\s+(?:the\s+)?(?:{_COUNT}\s+)?{_THING}\b"
    rf"|{_NO_LINE}\b(?:the\s+)?(?:first|second|third)(?:\s+{_COUNT})?"
    rf"(?:\s+(?:answer|{_LISTED}))*\s+{_THING}\b(?:\s+{_LISTED})?{_THERAPY}"
    rf"|\b(?:the\s+)?{_ORDINAL}\s+one\s+{_LISTED}"
    rf"|{_NO_LINE}\b(?:the\s+)?(?!first|second\s|third){_ORDINAL}(?:\s+{_COUNT})?"
    rf"(?:\s+(?:answer|{_LISTED}))*\s+{_THING}\b(?:\s+{_LISTED})?"
    rf"|\b(?:the\s+)?(?:answer\s+)?(?:{_THING}|one|{_NOUN})\s+(?:that\s+(?:is|was)\s+)?{_LISTED}\s+"
    rf"(?:in\s+)?(?:the\s+)?{_ORDINAL}\b(?:\s+place)?"
    rf"|\b(?:answer\s+)?{_THING}\s+(?:number\s+|no\.?\s*|\#\s*)?{_NUMBER}(?:{_LIST}{_NUMBER})*"
    r"(?![\w%.,]*\d)(?!\w)(?!\s+(?:mg|of)\b)",
    re.IGNORECASE,
)


def place_spans(text: str) -> list[tuple[int, int]]:
    """Where the text names an option by its place among the options."""
    if not _SPEAKS_OF_OPTIONS.search(text):
        return []
    return [match.span() for match in _PATTERN.finditer(text)]
