"""A text as words that can be compared with names, and where a name stands among them.

A name stands in a text as it is written, with other spelling, plural or order of words
("deficiency of vitamin D"), or without a part that tells nothing ("type 2 diabetes" for type 2
diabetes mellitus). A gene's symbol stands there only as the graph writes it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.core.characters import plain
from pipeline.core.kg.names import normalise
from pipeline.core.similarity.spelling import FUNCTION_WORDS, spelt_alike

Span = tuple[int, int]

_TOKEN = re.compile(r"(?:\d+\.\d+|[^\W_]+)(?:'[^\W_]+)*|[.,;:!?](?=\s|$)|[();]")
_CONTRACTION = re.compile(r"(?:(?<=ca)n|n)'t\b|(?<=can)not\b", re.IGNORECASE)
_HYPHENATED = re.compile(r"\b(contra|non)-(?=indicat)", re.IGNORECASE)
_QUALIFIER = re.compile(r"\s*\((?:disease|disorder|finding|phenotype)\)\s*$", re.IGNORECASE)
# What a name may lose and still name the same: "mellitus", and the salt that a drug comes as.
_SALTS = "hydrochloride maleate tartrate mesylate besylate"
_TELLS_NOTHING = frozenset(("mellitus", *_SALTS.split()))
# Shorter words differ from others by a letter; they are spelt in one way.
_MIN_VARIANT_LENGTH = 5
# "deficiency of the vitamin D": so many words may stand between those of a name.
_MAX_WORDS_BETWEEN = 2
_ADJECTIVES = (
    ("sion", "sive"), ("epsy", "eptic"), ("osis", "otic"), ("emia", "emic"), ("itis", "itic"),
    ("etes", "etic"), ("thma", "thmatic"), ("rexia", "retic"), ("plegia", "plegic"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its normal form, as it is written, and whether it is a mark of punctuation."""

    normal: str
    written: str
    mark: bool = False


def words_of(text: str) -> tuple[Word, ...]:
    """The words and marks of a text; "can't" is two words, so that "not" can be found."""
    return tuple(_words(_CONTRACTION.sub(" not", _HYPHENATED.sub(r"\1", plain(text)))))


def _words(text: str) -> Iterator[Word]:
    for written in _TOKEN.findall(text):
        if not written[0].isalnum():
            yield Word(written, written, mark=True)
        for normal in _normal(written).split() if written[0].isalnum() else ():
            yield Word(normal, written)


@lru_cache(maxsize=1 << 14)
def _normal(word: str) -> str:
    return normalise(word)


@lru_cache(maxsize=1 << 12)
def forms_of(name: str) -> tuple[tuple[str, ...], ...]:
    """The sequences of normal words by which a name is given, the whole name first."""
    bare = _QUALIFIER.sub("", name) or name
    whole = tuple(word.normal for word in words_of(bare) if not word.mark)
    short = tuple(word for word in whole if word not in _TELLS_NOTHING)
    return (whole, short) if len(short) > 1 and short != whole else (whole,)


def find_symbol(words: Sequence[Word], symbol: str) -> Iterator[Span]:
    """Where a gene's symbol stands, spelt as the graph spells it."""
    wanted = [word.written for word in words_of(symbol)]
    for start in range(len(words) - len(wanted) + 1):
        if [word.written for word in words[start : start + len(wanted)]] == wanted:
            yield start, start + len(wanted)


def find_name(words: Sequence[Word], name: str) -> Iterator[Span]:
    """Where any form of a name stands; the spans may overlap."""
    for form in forms_of(name):
        yield from _as_written(words, form)
        if len(form) > 1:
            yield from _in_another_order(words, form)


def _as_written(words: Sequence[Word], form: tuple[str, ...]) -> Iterator[Span]:
    for start in range(len(words)):
        at = start
        for wanted in form:
            while start < at < len(words) and words[at].mark:
                at += 1
            if at == len(words) or not _same_word(words[at].normal, wanted, len(form)):
                break
            at += 1
        else:
            yield start, at


def _same_word(written: str, wanted: str, form_length: int) -> bool:
    if written == wanted:
        return True
    if min(len(written), len(wanted)) < _MIN_VARIANT_LENGTH:
        return False
    return _variant(written, wanted) or (form_length == 1 and _is_adjective(written, wanted))


@lru_cache(maxsize=1 << 14)
def _variant(written: str, wanted: str) -> bool:
    return spelt_alike(written, wanted)


def _is_adjective(written: str, wanted: str) -> bool:
    """Whether the word is the adjective of a noun: asthmatic of asthma, diabetic of diabetes."""
    return any(
        wanted.endswith(noun) and written == wanted.removesuffix(noun) + adjective
        for noun, adjective in _ADJECTIVES
    )


def _in_another_order(words: Sequence[Word], form: tuple[str, ...]) -> Iterator[Span]:
    """Windows that hold each word of a name once and otherwise words of grammar alone."""
    wanted = sorted(word for word in form if word not in FUNCTION_WORDS)
    for start, first in enumerate(words):
        if first.normal not in wanted:
            continue
        longest = min(len(words), start + len(wanted) + _MAX_WORDS_BETWEEN)
        for end in range(start + len(wanted), longest + 1):
            held = [w.normal for w in words[start:end] if w.normal not in FUNCTION_WORDS]
            if words[end - 1].normal in wanted and sorted(held) == wanted:
                yield start, end
