"""Whether a word or number stands where a text gives its answer.

What may be either the answer or a word of the case (a number, a verb, "normal") is masked only
there.
"""

import re

_NOUNS = (
    "answers?|choice|option|solution|results?|conclusion|value|number|score|total|product|sum|"
    "finding|diagnosis|step|approach|management|treatment|plan|course|response|effect|change|"
    "verdict|recommendation|intervention|action|decision"
)
_IS = r"(?:is|are|was|be|equals?|becomes?|remains?|seems|called|named|termed)"
_ADVERBS = (
    r"(?:(?:therefore|thus|hence|then|simply|just|clearly|most|likely|probably|best|only|"
    r"approximately|about|roughly|exactly|indeed|not|an?|the|to|now|next|first)\s+)*"
)
_BEFORE = re.compile(
    rf"(?:\b(?:{_NOUNS})\b(?:\s+\w+){{0,4}}?\s*(?:\b{_IS}\s+|:\s*){_ADVERBS}"
    rf"|\b(?:best|better|advisable|appropriate|wise|safest)\s+(?:to|called)\s+{_ADVERBS}"
    rf"|\b(?:should|must)\s+{_ADVERBS}(?:be\s+)?"
    rf"|\b(?:choose|pick|select|recommends?|advises?|prefers?|opt\s+for)\s+{_ADVERBS}"
    r"|[=\u2192\u21d2\u2248]\s*)$",
    re.IGNORECASE,
)
# These also lead on to a clause, so the answer must end one.
_BEFORE_END = re.compile(
    rf"(?:\b(?:therefore|thus|hence|so|consequently|accordingly|conclude[sd]?)[,:]?\s+{_ADVERBS}"
    rf"|\b(?:yield|give|equal|favou?r|support|suggest|indicate|comprise)(?:s|ing)?\s+{_ADVERBS}"
    rf"|\b(?:point|lead|amount|come|sum|add)(?:s|ing)?\s+(?:up\s+)?(?:to|towards?)\s+{_ADVERBS}"
    rf"|\b(?:rather\s+than|instead\s+of|approximately)\s+{_ADVERBS}"
    r"|(?:^|[.;?!\n\x00]\s*)[\"'(*\u201c\u2018]*)$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[\"')*\u201d\u2019]*\s*(?:[.;,!?\x00]|$)")
_AFTER = re.compile(
    r"\s+(?:is|are|was|would\s+be|must\s+be|remains?|seems)\s+(?:\w+ly\s+|therefore\s+|thus\s+)?"
    r"(?:not\s+)?(?:the\s+|an?\s+)?(?:(?:most|only|best|single|right|correct)\s+)*"
    r"(?:correct|right|wrong|incorrect|answer|best|excluded|likely|appropriate|choice|option)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"\u201c\u2018*(]$")
_UNQUOTES = re.compile(r"[\"\u201d\u2019*)]")
# As far back as a cue can lie.
_REACH = 80


def stands_as_answer(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is given as the answer by the words around it."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    if _AFTER.match(after) or _BEFORE.search(before):
        return True
    if _QUOTED.search(before) and _UNQUOTES.match(after):
        return True
    return bool(_ENDS.match(after) and _BEFORE_END.search(before))


def quote(text: str, start: int, end: int) -> str:
    """A passage short enough to show, with a few words of its surroundings."""
    left = text.rfind(" ", 0, max(0, start - 24)) + 1 if start > 24 else 0
    right = text.find(" ", end + 24)
    passage = text[left : right if right >= 0 else len(text)]
    return " ".join(passage.replace("\x00", " ").split())
