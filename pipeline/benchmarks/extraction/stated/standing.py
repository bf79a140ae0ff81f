"""Whether a statement of an answer stands: not denied, doubted, conditional, asked or quoted.

Read from its own sentence only. Where a word may or may not take the statement back, it does: an
answer that was stated plainly is usually stated plainly once more. A text is looked through once,
however many statements it holds.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Not behind an abbreviation, nor in "E. coli": behind a letter only before a word that begins
# sentences.
SENTENCE_END: Final = re.compile(
    r"(?<!\b[A-Z])(?<!\bDr)(?<!\bvs)(?<!e\.g)(?<!i\.e)(?<!\bSt)(?!(?<=\bNo)\.\s\d)"
    r"[.!?][\"')\]]?\s|\n|"
    r"(?<=\b[A-Z])[.!?][\"')\]]?\s(?=(?:The|This|That|These|My|So|Therefore|Thus|Hence|In|It|If|"
    r"However|But|And|Options?|Answer|Choices?|I|We|An|At|For|Because|Since|Final|Correct|Based|"
    r"Note|Wait|Actually|Both|Some|Many|Most|With|Without|Why|One|Unlike|To|All|There|He|She|They|"
    r"When|While|Although|No|Not|Neither|Other|Others|You|Let|Also|As|On|Of|Only|Here|Now)\b)"
)
_CLAUSE: Final = re.compile(
    r"[,;:\u2014(]|\b(?:so|therefore|thus|hence|but|consequently|because|since|although|though)\b",
    re.IGNORECASE,
)
_CONCLUSION: Final = re.compile(r"\b(?:so|therefore|thus|hence|consequently)\b", re.IGNORECASE)
_NEGATION: Final = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|cannot|neither|nor|without|hardly|fail\w*|unlikely|"
    r"doubts?|doubtful|deny|wrong|false|incorrect(?:ly)?|unclear|uncertain|unsure|impossible|"
    r"refut\w+|rule[sd]?\s+out|rather\s+than|instead\s+of|except|exclud\w+|reject\w*)\b|n't\b",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"\b(?:if|unless|whether|suppos(?:e|ing)|assuming|let(?:'s|\s+us)\s+assume|imagine|"
    r"otherwise|in\s+case|provided\s+that|hypothetical\w*|would\s+have\s+been|had\s+(?:the|she|he|it|they|this)|in\s+which\s+case|"
    r"in\s+that\s+case|as\s+long\s+as)\b",
    re.IGNORECASE,
)
_FORCED: Final = re.compile(
    r"\bif\s+(?:(?:i|we)\s+(?:had\s+to|have\s+to|must|were\s+(?:forced|asked)\s+to)\s+"
    r"(?:choose|pick|guess|answer|select|make)|forced)\b",
    re.IGNORECASE,
)
# What the writer does not say in earnest, wherever it stands in the sentence.
_SEEMING: Final = re.compile(
    r"\b(?:(?:might|may|could|would)\s+(?:\w+\s+)?(?:think|argue|assume|believe|guess|expect)|"
    r"(?:could|can|might|may|is)\s+(?:be\s+)?(?:argued|said|believed|thought)|"
    r"(?:i|we)\s+(?:\w+\s+)?(?:thought|assumed|believed|guessed|suspected)|tempt\w*|at\s+first|first\s+(?:glance|thought|instinct|impression|guess)|glance|"
    r"mistak\w+|misconceptions?|distractors?|traps?|pitfalls?|according\s+to|"
    r"(?:some|others|many|most|users?|students?|residents?|colleagues?|you|they|he|she|people|"
    r"someone|one|who|experts?)\s+(?:\w+\s+){0,2}?(?:think|thinks|thought|believe[sd]?|argue[sd]?|"
    r"claim(?:s|ed)?|assume[sd]?)|formats?|formatted|instructions?|template|placeholder)\b",
    re.IGNORECASE,
)
# Sentences that begin with these are conditions, or ask the reader for something.
_OPENING: Final = re.compile(
    r"[\W_]{0,12}(?:please\s+)?(?:were|had|should|explain|why|how|describe|discuss|justify|reply|"
    r"respond|end|write|output|give|provide|choose|select|return|conclude|suppose)\b",
    re.IGNORECASE,
)
# "For children, ..." speaks of others than the patient, as "in this case" does not.
_SCOPE: Final = re.compile(
    r"(?:^|(?<=[.!?;,:] )|(?<=\n))[#*\"'( -]{0,4}(?:(?:and|but|while|whereas|however,)\s)?"
    r"(?:without|absent|barring|(?:in|for)\s(?:the\s(?:acute|chronic|early|late|absence|elderly|"
    r"young|second|other)\b|(?!this\b|these\b|the\b|our\b|your\b|conclusion|summary|short|brief|"
    r"light|view|fact|addition|all\b|order|his\b|her\b|that\b|sum\b|closing|my\b|which\b|whom\b)))",
    re.IGNORECASE,
)
_SUPPOSED: Final = re.compile(r"[\W_]{0,6}(?:with|after|given|during|on|under)\s", re.IGNORECASE)
# Whose word it is, or that it is quoted, right before the statement.
_QUOTED: Final = re.compile(
    r"\b(?<!\bI )(?<!\bwe )(?:says?|said|states?|stated|writes?|wrote|suggested|chose|answered|"
    r"reads|such\s+as|like|e\.g\.,?|for\s+example,?|for\s+instance,?|examples?:?|in\s+the\s+form|if|"
    r"whether|when|before|until|once|why)[\"'({:\s]*(?:that\s+)?(?:(?:the|my|our|final|correct|right|best)\s+){0,3}"
    r"[\"'({:\s]*$",
    re.IGNORECASE,
)
_BACK: Final = 60
_TAKEN_BACK: Final = re.compile(
    r"[ ,;:)\]}\"'*(\u2014-]{0,4}(?:but\s+)?(?:if|unless|provided|assuming|when|in\s+case|were|"
    r"except|is\s+(?:incorrect|wrong|false|not)|incorrect|wrong|false|not\s+correct|was\s+wrong|"
    r"until|depending|only|at\s+first|on\s+the\s+surface|in\s+theory|corrected|should\s+be|changed|"
    r"revised|right\?|which\s(?:is|was)\s(?:impossible|incorrect|wrong|not\s(?:possible|correct|right|"
    r"an\soption|given|listed|appropriate|supported)))\b",
    re.IGNORECASE,
)
# "The answer is C. This is wrong."
_CALLED_WRONG: Final = re.compile(
    r"[\"')\]*]{0,3}[.;]?[\"')\]*]{0,3}\s(?:but\s|however,\s)?(?:this|that|it)(?:'s|\sis|\swas)\s"
    r"(?:clearly\s|obviously\s)?(?:incorrect|wrong|false|not\s(?:correct|right|true))\b",
    re.IGNORECASE,
)
# "The answer is C, but D would be better" (not: "but D is wrong").
_BUT_ANOTHER: Final = re.compile(
    r"[^.!?\n]{0,120}?\b(?:but|however|although|though|yet),?\s(?:option\s|choice\s)?"
    r"\(?[A-HJ-Z]\)?\s(?:is|would|could|may|might|explains|fits|seems|remains)\b"
    r"(?!\s(?:wrong|incorrect|not|less|unlikely|clearly\swrong|a\sdistractor))"
)
# "The answer is C. Or D." and "The answer is C. D is also correct."
_OR_ANOTHER: Final = re.compile(
    r"[\"')\]*]{0,3}[.;,]\s(?:(?i:or|alternatively|otherwise|no)\b,?\s(?:maybe\s|possibly\s|"
    r"perhaps\s)?(?:option\s|choice\s)?\(?[A-HJ-Z](?=[\s.,;)!?]|$)|"
    r"(?i:but\s|however,?\s|and\s)?(?i:option\s|choice\s)?\(?[A-HJ-Z]\)?\s"
    r"(?:is|would\sbe|could\sbe|may\sbe)\s(?:also|equally|better|more)\b)"
)
_QUESTION: Final = re.compile(r"[^.!?\n]{0,160}\?")


@dataclass(frozen=True, slots=True)
class _Sentences:
    """Where in a text sentences and clauses begin, and where words of doubt stand."""

    starts: Sequence[int]
    clauses: Sequence[int]
    conclusions: Sequence[int]
    negations: Sequence[int]
    conditions: Sequence[int]
    seeming: Sequence[int]


@lru_cache(maxsize=16)
def _sentences(text: str) -> _Sentences:
    """A text looked through once. The latest are kept: all stages read the same."""
    forced = {match.start() for match in _FORCED.finditer(text)}
    starts = [0, *(match.end() for match in SENTENCE_END.finditer(text))]
    scopes = [match.start() for match in _SCOPE.finditer(text)]
    conditions = [m.start() for m in _CONDITION.finditer(text) if m.start() not in forced]
    return _Sentences(
        starts=starts,
        clauses=[match.end() for match in _CLAUSE.finditer(text)],
        conclusions=[match.end() for match in _CONCLUSION.finditer(text)],
        negations=[match.start() for match in _NEGATION.finditer(text)],
        conditions=sorted([*scopes, *conditions]),
        seeming=[match.start() for match in _SEEMING.finditer(text)],
    )


def stands(text: str, start: int, named: int, end: int, *, modal: bool = False) -> bool:
    """Whether the statement is the writer's own and plain.

    Its cue begins at `start`, its naming at `named` and ends at `end`. `modal`: it says "would be",
    which a condition anywhere in the sentence makes conditional; a statement that is drawn as a
    conclusion ("so", "therefore") is free of what stood before it.
    """
    found = _sentences(text)
    sentence = _last(found.starts, start, 0)
    if _OPENING.match(text, sentence, start) or _QUOTED.search(text[max(0, start - _BACK) : start]):
        return False
    if modal and _SUPPOSED.match(text, sentence):
        return False
    clause = _last(found.clauses, start, sentence)
    bound = sentence if modal else _last(found.conclusions, start, sentence)
    doubted = (
        _any(found.negations, clause, start)
        or _any(found.seeming, sentence, named)
        or _any(found.conditions, bound, start)
    )
    behind = (_TAKEN_BACK, _CALLED_WRONG, _QUESTION, _BUT_ANOTHER, _OR_ANOTHER)
    return not (doubted or any(words.match(text, end) for words in behind))


def _last(places: Sequence[int], position: int, least: int) -> int:
    """The last of the places that is not behind a position, or `least`."""
    at = bisect_right(places, position)
    return max(least, places[at - 1]) if at else least


def _any(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end
