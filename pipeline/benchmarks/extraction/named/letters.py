"""A letter at a place, if it stands for an option and for nothing else.

"C. difficile", "D-dimer", "B cells", "T4", "A+", "A 45-year-old" and "I think" name no option. What
may follow a letter is therefore listed, the same for every letter: that no letter is read more
readily than another matters more than reading one more output.
"""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.benchmarks.extraction.named.place import Place
from pipeline.benchmarks.extraction.named.vocabulary import SMALL_WORDS, SPECIES


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that stands for an option: its label, or None where no such option was offered.

    `own_text`: where the option's own text ends, if it follows. `contradicted`: another's follows.
    """

    written: str
    label: str | None
    end: int
    own_text: int | None = None
    contradicted: bool = False


_LETTER: Final = re.compile(
    r"(?P<pair>\(\s?([A-Za-z])\s?\)|\[\s?([A-Za-z])\s?\]|\{\s?([A-Za-z])\s?\})|"
    r"[(\[]?([A-Za-z])(?P<close>[)\]])?"
)
_FOLLOWS: Final = re.compile(
    r"[\"']?(?:\s*$|\s*\n|[.,;!?](?=[\s)\]}\"'(<]|$)|:(?!\s?\d)(?=[\s)\]}\"'(<]|$)|<|\s?\u2014|"
    r"\s?-{1,2}\s|\s\(|[)\]}]|/[A-Z]\b|\s?[&+|]\s?[A-Z]\b|"
    r"\s(?:and|but)(?!\s(?:for|in|if|when|with|otherwise|then|on|after|before|only)\b)|"
    r"\s(?:because|since|as|due|given|which|rather|instead|not|or|over|if|unless|only|when|versus|"
    r"plus|vs\.?|in\sthis|for\sthis|i\.e\.|namely|based\son|among)(?![\w-])|"
    r"选项|選項|因为|因為|です|である|입니다|이다)"
)
_SENTENCE: Final = re.compile(r"(?:[^.!?\n;]|\.(?=\w)){0,200}")
_LONGEST_NAMING: Final = 15
# Shares of words: from where a text is an option's in other words, and from where it contradicts.
_NEAR: Final = 0.8
_NEARER: Final = 0.6
# A text this short names the other option though half of it is a verb: "C. Start colchicine".
_FEW: Final = 3
_HOLDS: Final = 0.5
# Signs from here on are written without spaces between words.
_FIRST_CJK: Final = "\u2e80"
_SEPARATOR: Final = re.compile(r"[\"']?[)\]}]{0,2}\s?(?:[.,:\u2014(]|-{1,2}|\s)?\s?[\"'(]?")
_AFTER_GENUS: Final = re.compile(r"[)\]]?(?P<dot>\.?) (?P<word>[^\W\d_]+)")
_SMALL_MARKED: Final = re.compile(r"(?:[.:;,](?:\s|$)|\n|\s(?:because|since)\b)")


def letter_at(place: Place, start: int, *, chosen: bool) -> Letter | None:
    """The letter at a position, if it stands for an option.

    `chosen`: "option" or the like stands before it.
    """
    match = _LETTER.match(place.text, start)
    if match is None or not _stands_alone(place.text, match.end()):
        return None
    written = next(group for group in match.group(2, 3, 4, 5) if group)
    if written.islower() and not _set_apart(place.text, match, chosen):
        return None
    label = place.offered.letters.get(written.upper())
    own, other = text_behind(place, match.end(), label)
    if own is not None:
        return Letter(written, label, match.end(), own_text=own)
    if other and label:
        return Letter(written, label, match.end(), contradicted=True)
    if not (_bracketed(match) or _FOLLOWS.match(place.text, match.end())):
        return None
    if _genus(place, match.end()):
        return None
    return Letter(written, label, match.end())


def _bracketed(match: re.Match[str]) -> bool:
    return bool(match.group("pair") or match.group("close"))


def _stands_alone(text: str, end: int) -> bool:
    """Not a part of a word, a number or a name."""
    sign, following = text[end : end + 1], text[end + 1 : end + 2]
    if (sign.isalnum() and sign < _FIRST_CJK) or sign in ("_", "\u00b0", "%", "^"):
        return False
    if sign == "'":
        return not following.isalnum()
    return not (sign in ("+", "-") and not (following == " " or following.isupper()))


def _set_apart(text: str, match: re.Match[str], chosen: bool) -> bool:
    """Whether a small letter can be nothing else: marked, or all there is."""
    if _bracketed(match) or _SMALL_MARKED.match(text, match.end()):
        return True
    before = text[: match.start()].rstrip(" \"'")[-1:] if match.end() == len(text) else "."
    word = match.group()[-1:] in "ai"
    return before in ("", ":", "=", "\n") or (not word and chosen)


def text_behind(place: Place, end: int, label: str | None) -> tuple[int | None, bool]:
    """Where the option's own text ends behind its letter, and whether another's stands there."""
    separator = _SEPARATOR.match(place.text, end)
    start = separator.end() if separator else end
    found = place.offered.begun(place.text, place.words, start)
    if found is None:
        marked = place.text[end:start].strip() != "" and "\n" not in place.text[end:start]
        return _alike_behind(place, start, label) if marked else (None, False)
    if label in found.labels:
        return found.end, False
    return None, "\n" not in place.text[end:start]


def _alike_behind(place: Place, start: int, label: str | None) -> tuple[int | None, bool]:
    """The same for a text in other words: near the option's own, or nearer to another's."""
    sentence = _SENTENCE.match(place.text, start)
    end = sentence.end() if sentence else start
    words = place.words.words[place.words.at(start) : place.words.at(end)]
    if not 0 < len(words) <= _LONGEST_NAMING:
        return None, False
    shares = place.offered.likeness(words)
    own = shares.pop(label or "", 0.0)
    other = max(shares.values(), default=0.0)
    if own >= _NEAR and own > other:
        return end, False
    least = _HOLDS if len(words) <= _FEW and not own else _NEARER
    return None, other >= least and other > own


def _genus(place: Place, end: int) -> bool:
    """Whether the letter abbreviates a genus, as far as the next word shows: "E. coli"."""
    following = _AFTER_GENUS.match(place.text, end)
    if following is None:
        return False
    word = following.group("word")
    lower_case = bool(following.group("dot")) and word.islower()
    return word.casefold() in SPECIES or (lower_case and word not in SMALL_WORDS)
