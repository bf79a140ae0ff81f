"""Options that are a stance: yes, no, maybe, true, false.

A stance is masked where it stands as the answer. What denies a finding ("no fever", "was negative",
"a false lumen") is the argument itself and stays.
"""

import re

_STANCE = r"(?:yes|no|maybe|true|false|unclear|uncertain)"
_ADVERBS = (
    r"(?:(?:therefore|thus|hence|then|clearly|most|likely|probably|rather|simply|only|just|"
    r"definitely|in\s+all\s+likelihood|an?|the|definite|clear|firm|cautious|qualified|to|be)\s+)*"
)
_STANDS_ALONE = r"(?=[\"'\u201d\u2019*)\]]*\s*(?:[.,;:!?)\u2014\u2013\x00]|-\s|$))"
# What may follow a stance that a cue announces; a noun would make it a plain negation.
_BEFORE_CLAUSE = (
    r"(?=\s+(?:because|since|as|for|rather|and|or|nor|but|given|if|with|to|in|when|here|overall|"
    r"on)\b)"
)
_CUE = (
    r"\b(?:answer(?:s|ed)?|conclusion|verdict|response|reply|conclude[sd]?|favou?rs?|points?|"
    r"leans?|tends?|stance|question|says?|indicates?|suggests?|supports?|neither|nor|either|than|"
    r"not|hence|thus|therefore|so)\b"
)
_BETWEEN = (
    r"(?:\s+(?:to|towards?|is|are|was|be|would|should|must|can|could|remains?|this|the|of|with|"
    r"question|answer|answered|in)\b)*[:,]?\s+[\"'\u201c*]*"
)

_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w-])yes(?![\w-])",
        rf"(?<![\w-])(?:no|maybe)(?!\.\s*\d)(?!-){_STANDS_ALONE}",
        rf"(?P<lead>{_CUE}{_BETWEEN}{_ADVERBS})(?<![\w-])(?:no|maybe|unclear|uncertain)"
        rf"(?:{_STANDS_ALONE}|{_BEFORE_CLAUSE})",
        rf"(?P<lead>[\"\u201c\u2018'*(\[]){_STANCE}(?=[\"\u201d\u2019'*)\]])",
        rf"(?P<lead>(?:^|[.?!\x00]\s+|\x00)){_STANCE}(?=\s*[,.:;!\u2014\x00]|\s*$)",
        r"(?P<lead>\b(?:answer|conclusion|statement|claim|hypothesis|assertion|proposition|it|this|"
        rf"that)\s+(?:is|are|was|be|must\s+be|would\s+be|remains?|:)\s+{_ADVERBS})"
        rf"(?:true|false|unclear|uncertain){_STANDS_ALONE}",
        r"(?P<lead>\bin\s+the\s+)(?:affirmative|negative)(?!\s+(?:control|group|arm|patients|cases))",
        r"\b(?:yes|no|maybe)(?=\s+(?:is|would\s+be|seems|remains)\s+(?:the|our|my|what|safest|best)\b)",
        r"(?:affirmative|negative|positive)\s+(?:answer|reply|verdict)\b",
        r"(?P<lead>\banswered?\s+(?:\w+\s+){0,3}?)(?:affirmatively|negatively|positively)\b",
    )
)


def stance_spans(text: str) -> list[tuple[int, int]]:
    """Where the text takes a stance, sorted; some of them may overlap."""
    found = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            lead = match.groupdict().get("lead") or ""
            found.append((match.start() + len(lead), match.end()))
    return sorted(found)
