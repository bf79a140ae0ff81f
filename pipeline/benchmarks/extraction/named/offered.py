"""The options as they were offered: their letters, and their texts found whole at a place.

Of options within each other the longest that fits is meant. A text that is more than an option's
("metformin hydrochloride" where "metformin" is offered) is not that option.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pipeline.benchmarks.extraction.written.canonical import canonical
from pipeline.benchmarks.extraction.written.words import ARTICLES, Words, words_of
from pipeline.core.records import Option

STANCES: Final = frozenset({"yes", "no", "maybe", "true", "false", "unclear", "uncertain"})
# Words that texts share without being alike; letters are, too.
_EMPTY: Final = frozenset(
    {
        *("the", "an", "of", "in", "on", "to", "for", "and", "or"),
        *("with", "by", "is", "are", "not", "do"),
    }
)
# What may stand before an option's text.
_OPENS: Final = " \"'([{<"
# How an option's text may go on without becoming another text.
_END: Final = re.compile(
    r"[)\]}\"']*(?:\s*$|\s*\n|[.;!?](?!\s?\d)(?=[\s)\]}\"'<]|$)|<|\s?[\u2014(]|\s-\s|\s?:(?!\w)|"
    r"\s(?:because|rather\sthan|instead\sof)\b|"
    r",\s(?:because|since|as|given\sth|which|rather|instead|not|but\snot|if|unless)\b)"
)
_BREAK: Final = re.compile(r"[.!?:;](?=\s)|\n")
# "Yes, it was shorter", but not "yes, in adults".
_STANCE_END: Final = re.compile(
    r",\s(?!(?:but|if|unless|although|though|however|except|only|in|for|when|or|and|yes|no|maybe|not|"
    r"at|possibly|perhaps)\b)"
)


@dataclass(frozen=True, slots=True)
class Named:
    """Options whose text stands at a place, and where it ends; several look the same."""

    labels: tuple[str, ...]
    end: int


@dataclass(frozen=True, slots=True)
class _Text:
    label: str
    written: str
    words: tuple[str, ...]
    breaks: tuple[bool, ...]


@dataclass(frozen=True)
class Offered:
    """The options of one question, made ready to be looked for."""

    texts: tuple[_Text, ...]
    by_first: dict[str, list[_Text]] = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, as offered."""
        return tuple(text.label for text in self.texts)

    @property
    def letters(self) -> dict[str, str]:
        """Labels of one letter, by that letter as a capital."""
        return {
            label.upper(): label for label in self.labels if len(label) == 1 and label.isalpha()
        }

    def words(self, label: str) -> tuple[str, ...]:
        """The words of an option's text."""
        return next(text.words for text in self.texts if text.label == label)

    def likeness(self, words: Sequence[str]) -> dict[str, float]:
        """The share of a text's words, those that say nothing aside, that each option has too."""
        said = {word for word in words if len(word) > 1} - _EMPTY
        if not said:
            return {}
        return {text.label: len(said.intersection(text.words)) / len(said) for text in self.texts}

    def whole(self, text: str, words: Words, position: int) -> Named | None:
        """The longest option whose text stands at a position and ends there as a whole."""
        return self._longest(text, words, position, whole=True)

    def begun(self, text: str, words: Words, position: int) -> Named | None:
        """The longest option whose text stands at a position, whatever follows it.

        Short and common texts (a number, "no") begin many sentences: they must stand whole.
        """
        return self._longest(text, words, position, whole=False)

    def _longest(self, text: str, words: Words, position: int, *, whole: bool) -> Named | None:
        first = words.at(position)
        if first >= len(words.words) or text[position : words.starts[first]].strip(_OPENS):
            return None
        found = self._from(text, words, first, whole)
        return found or (
            self._from(text, words, first + 1, whole) if _article(text, words, first) else None
        )

    def _from(self, text: str, words: Words, first: int, whole: bool) -> Named | None:
        fitting = [
            option
            for option in self.by_first.get(words.words[first], ())
            if _fits(option, text, words, first, whole)
        ]
        if not fitting:
            return None
        length = max(len(option.words) for option in fitting)
        longest = [option for option in fitting if len(option.words) == length]
        start, end = words.starts[first], words.ends[first + length - 1]
        return Named(_told_apart(longest, text[start:end]), end)


def _article(text: str, words: Words, at: int) -> bool:
    """Whether the word is an article of the next one. A capital A may as well be a label."""
    if at + 1 >= len(words.words) or words.words[at] not in ARTICLES:
        return False
    return text[words.starts[at] : words.ends[at]] != "A" and text[words.ends[at]].isspace()


def _fits(option: _Text, text: str, words: Words, first: int, whole: bool) -> bool:
    last = first + len(option.words)
    if words.words[first:last] != option.words:
        return False
    end = words.ends[last - 1]
    breaks = zip(_breaks(text, words, first, last), option.breaks, strict=True)
    if any(here and not own for here, own in breaks):
        return False
    if text[end : end + 1].isalnum():
        return False
    if not whole and not _is_common(option.words):
        return True
    stance = option.words[0] in STANCES and len(option.words) == 1
    return bool(_END.match(text, end) or (stance and _STANCE_END.match(text, end)))


def _told_apart(options: list[_Text], written: str) -> tuple[str, ...]:
    """Options of the same words differ in case or signs: AA and Aa."""
    exact = [option.label for option in options if option.written.startswith(written)]
    return tuple(exact) if len(exact) == 1 else tuple(option.label for option in options)


def _is_common(words: Sequence[str]) -> bool:
    return len(words) == 1 and (len(words[0]) < 4 or words[0][0].isdigit() or words[0] in STANCES)


@lru_cache(maxsize=256)
def offer(options: tuple[Option, ...]) -> Offered:
    """The options made ready. One question is read many times: the latest are kept."""
    texts = tuple(_text(option) for option in options)
    by_first: dict[str, list[_Text]] = defaultdict(list)
    for text in texts:
        if text.words:
            by_first[text.words[0]].append(text)
            if text.words[0] in ARTICLES and len(text.words) > 1:
                written = text.written.split(maxsplit=1)[-1]
                bare = _Text(text.label, written, text.words[1:], text.breaks[1:])
                by_first[bare.words[0]].append(bare)
    return Offered(texts, dict(by_first))


def _text(option: Option) -> _Text:
    written = " ".join(canonical(option.text).split())
    words = words_of(written)
    breaks = _breaks(written, words, 0, len(words.words))
    return _Text(option.label, written, words.words, breaks)


def _breaks(text: str, words: Words, first: int, last: int) -> tuple[bool, ...]:
    """Between which words a sentence or a line ends."""
    gaps = zip(words.ends[first : last - 1], words.starts[first + 1 : last], strict=True)
    return tuple(_BREAK.search(text, end, start) is not None for end, start in gaps)
