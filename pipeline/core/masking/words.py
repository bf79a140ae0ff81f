"""Words of a text with the keys by which two spellings of one word are the same.

Keys fold case, accents, possessives, British or American spelling, doubled letters, y and i, ph
and f (amoxicilin, oxibutinin). `singular` also folds the plural and serves single words; `stem`
folds -ed, -ing and -e too and serves words within a phrase, where the other words say what is
meant.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from pipeline.core.masking.vocabulary import MASK

_WORD = re.compile(rf"{re.escape(MASK)}|[^\W_]+(?:'[^\W_]+)*")
_DIPHTHONGS = re.compile("[ao]e")
_DOUBLED = re.compile(r"([b-rt-z])\1")
_SENTENCE = re.compile(r"[^.;?!\n\x00]*(?:\.(?!\s|\x00|$)[^.;?!\n\x00]*)*")


class Word(NamedTuple):
    """A word where it stands; the mask is a word without keys."""

    start: int
    end: int
    text: str
    singular: str
    stem: str


@lru_cache(maxsize=16)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text in order, a mask as one word."""
    return tuple(_word(match.start(), match.group()) for match in _WORD.finditer(text))


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text begin and end."""
    return [match.span() for match in _SENTENCE.finditer(text) if match.group().strip()]


def _word(start: int, text: str) -> Word:
    if text == MASK:
        return Word(start, start + len(text), text, "", "")
    bare = text[:-2] if text.endswith(("'s", "'S")) else text
    singular, stem = keys(bare)
    return Word(start, start + len(bare), bare, singular, stem)


@lru_cache(maxsize=1 << 14)
def keys(word: str) -> tuple[str, str]:
    """The word's singular and its stem, folded."""
    folded = word.casefold()
    if not folded.isascii():
        parts = unicodedata.normalize("NFD", folded.replace("\u00e6", "e").replace("\u0153", "e"))
        folded = "".join(sign for sign in parts if not unicodedata.combining(sign))
    if not folded.isalpha() or len(folded) < 4:
        return folded, folded
    folded = _DOUBLED.sub(r"\1", _DIPHTHONGS.sub("e", folded)).replace("ph", "f")
    singular = _singular(folded).replace("y", "i")
    return singular, _stem(singular)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _stem(word: str) -> str:
    if word.endswith("sis"):
        return word[:-2]
    for ending in ("ing", "ed", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
