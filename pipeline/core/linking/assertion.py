"""What a text asserts of a finding: present, absent, a relative's, or past.

Rules in the spirit of NegEx and ConText (Chapman et al. 2001; Harkema et al. 2009): a trigger
opens a span, forward or back, that ends with the clause, at a turning word or after some
characters. A past or a relative's finding that is denied is absent.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.core.records import Assertion


class AssertedSpan(NamedTuple):
    """A stretch of a text, in characters, within which a finding is asserted so."""

    start: int
    end: int
    assertion: Assertion


class _Rule(NamedTuple):
    """Triggers, where the span ends that they open, and its greatest length in characters."""

    assertion: Assertion
    trigger: re.Pattern[str]
    end: re.Pattern[str]
    length: int
    backward: bool = False


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})(?!\w)", re.IGNORECASE | re.VERBOSE)


# "No difference between A and B" denies the difference, neither A nor B.
_NO_FINDING = r"""(?!
    \s+ (?:\w+ly\s+)? (?:(?:significant|clear|consistent|additional|apparent|further)\s+)?
    (?:difference|change|association|relation|correlation|effect|influence|impact|benefit
    |advantage|improvement|increase|decrease|reduction|evidence\s+(?:that|to|for)|role|link
    |consensus|doubt|need)
)"""
_RELATIVE = r"""
    (?:grand)?(?:mother|father|parents?) | brothers? | sisters? | siblings? | twin | aunts?
    | uncles? | cousins? | relatives? | family\ members?
"""
# A relative who has noticed a rash has none.
_TELLS = r"""(?:notice|note|observe|tr(?:y|ied)|giv|brought|see|report|concern|worri|use|found|take
    |call|tell|told|ask|stat|question)"""
_CLAUSE = r"[.;:?!]|\b(?:but|however|although|except|despite)\b"
_ABSENT_END = re.compile(
    rf"{_CLAUSE}|\b(?:who|which|that|with|because|and (?:a|an|has|is|was|he|she|they|his|her)"
    r"|after|he|she|in|presents?|presented|comes?|complain\w*)\b",
    re.IGNORECASE,
)
_FAMILY_END = re.compile(
    rf"{_CLAUSE}|\b(?:he|she|(?:the|this) patient|physical examination)\b", re.IGNORECASE
)
_PAST_END = re.compile(
    rf"{_CLAUSE}|\b(?:who|which|that|presents?|presented|comes?|because|complain\w*"
    r"|(?:and|now) (?:has|is|develop\w*)|he|she|with)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"{_CLAUSE}|[,(]|\b(?:and|who|which|that|he|she|with|has|had)\b", re.I)

_RULES = (
    _Rule(
        Assertion.ABSENT,
        _words(
            rf"""no{_NO_FINDING} | denie[sd] | denying | (?<!and\ )(?<!or\ )without | negative\ for
            | (?<!presence\ or\ )absence\ of
            | rules?\ out | ruled\ out | free\ of | never\ (?:had|experienced)
            | (?:has|have|had)\ not\ had | (?:does|do|did)\ not\ (?:endorse|report|have
            |complain\ of|show|reveal|smoke|drink|use) """
        ),
        _ABSENT_END,
        90,
    ),
    _Rule(
        Assertion.ABSENT,
        _words(
            r"""(?:is|are|was|were|has\ been|have\ been)\ (?:absent|ruled\ out|excluded)
            | (?:is|are|was|were)\ not\ (?:present|seen|found|palpable|detected) """
        ),
        _BEFORE,
        60,
        backward=True,
    ),
    _Rule(
        Assertion.FAMILY,
        _words(
            rf"""family\ (?:medical\ )?history
            | (?<!-old\ )(?:{_RELATIVE}) (?:\s*,[^.;,]{{1,60}},)? ,?\s+ (?:(?:who|also|both)\s+)*
            (?:(?:has|have|had)(?!\s+(?:also\s+|been\s+|not\s+)*{_TELLS})|died|suffer\w*
            |(?:is|are|was|were)\ (?:affected|diagnosed)) """
        ),
        _FAMILY_END,
        160,
    ),
    _Rule(
        Assertion.PAST,
        _words(
            r"""(?<!day\ )(?<!days\ )(?<!week\ )(?<!weeks\ )(?<!month\ )(?<!months\ )
            (?<!year\ )(?<!years\ )(?<!hour\ )(?<!hours\ )(?<!present\ )
            history\ (?:is\ )?(?:otherwise\ )?(?:(?:significant|notable|remarkable|positive)\ )?
            (?:of|for|includes)
            | status\ post | s/p | previously\ (?:had|treated\ for|diagnosed\ with)
            | (?:prior|previous)\ (?:episodes?|bouts?)\ of """
        ),
        _PAST_END,
        120,
    ),
    _Rule(
        Assertion.PAST,
        _words(r"(?:has|have|had)?\s*(?:since\ )?resolved | (?:has|have|had)\ subsided"),
        _BEFORE,
        60,
        backward=True,
    ),
)
# Of several spans over one place the first of these says what is asserted there.
_STRONGEST_FIRST = (Assertion.ABSENT, Assertion.FAMILY, Assertion.PAST)


def asserted_spans(text: str) -> tuple[AssertedSpan, ...]:
    """Where the text asserts anything but presence; spans may overlap."""
    return tuple(span for rule in _RULES for span in _spans(rule, text))


def assertion_at(place: int, spans: tuple[AssertedSpan, ...]) -> Assertion:
    """What these spans assert of a finding that begins at this character."""
    here = {span.assertion for span in spans if span.start <= place < span.end}
    return next((one for one in _STRONGEST_FIRST if one in here), Assertion.PRESENT)


def _spans(rule: _Rule, text: str) -> Iterator[AssertedSpan]:
    for trigger in rule.trigger.finditer(text):
        start, end = trigger.span()
        if rule.backward:
            earliest = max(0, start - rule.length)
            stops = [stop.end() for stop in rule.end.finditer(text, earliest, start)]
            yield AssertedSpan(stops[-1] if stops else earliest, start, rule.assertion)
        else:
            limit = min(len(text), end + rule.length)
            stop = rule.end.search(text, end, limit)
            yield AssertedSpan(end, stop.start() if stop else limit, rule.assertion)
