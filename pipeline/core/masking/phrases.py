"""Finds the names of options in a text, in any order of their words, and abbreviates with it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.core.masking.names import Namings
from pipeline.core.masking.vocabulary import CONNECTORS, LIGHT_ADJECTIVES, MASK
from pipeline.core.masking.words import Word, words_of

Span = tuple[int, int]

# Between the words of one name: no sentence ends there ("E. coli" apart).
_GAP = re.compile(r"[\s\-/,'\"()+&%]{0,3}")
_REACH_OF_HEAD = 8
_MOST_CONNECTORS = 4  # in a row
_ALSO = re.compile(
    rf"{re.escape(MASK)}\s*[,(]*\s*(?:also\s+(?:known|called|termed)(?:\s+as)?|aka|a\.k\.a\.|"
    r"abbreviated(?:\s+(?:as|to))?|hereafter|or\s+simply|known\s+as|(?:under\s+)?(?:the\s+)?"
    r"(?:brand|trade)\s+name|marketed\s+as|sold\s+as|brand)[\s:]+"
    r"[\"'\u201c]?(?P<name>[\w-]+(?:\s+[\w-]+){0,3}?)[\"'\u201d]?(?=\s*[,.;:)\x00]|$)",
    re.IGNORECASE,
)
_SHORT = r"(?=[\w-]*[A-Z])[A-Za-z][\w-]{1,7}"
_INTRODUCED = re.compile(rf"{re.escape(MASK)}\s*[(\[]\s*(?P<name>{_SHORT})\s*[)\]]")
_EXPLAINED = re.compile(
    rf"(?<!\w)(?P<name>[A-Z][\w-]*[A-Z]\w*)\s*[(\[]\s*{re.escape(MASK)}\s*[)\]]"
)
_ARTICLE = re.compile(rf"\b[Aa]n?\s+(?={re.escape(MASK)})")
# Before a head these are no adjectives.
_FREE = frozenset(
    ("no", "not", "if", "when", "after", "before", "during", "as", "but", "so", "also", "since")
)


def mask_names(text: str, namings: Namings) -> str:
    """The text with every name masked, and with what it says stands for one of them.

    `namings` grows by the abbreviations and other names that the text introduces. An article
    before the mask goes too: "an" or "a" would tell the sound that the name begins with.
    """
    if namings.verbatim:
        text = namings.verbatim.sub(MASK, text)
    text = _mask_once(text, namings)
    learnt = [
        match.group("name")
        for pattern in (_ALSO, _INTRODUCED, _EXPLAINED)
        for match in pattern.finditer(text)
    ]
    if learnt:
        for name in learnt:
            _learn(namings, name)
        text = _mask_once(text, namings)
    return _ARTICLE.sub("", text)


def replace_spans(text: str, spans: Sequence[Span]) -> str:
    """The text with each of the spans, in order and apart, masked."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], MASK]
        at = end
    return "".join((*parts, text[at:]))


def _learn(namings: Namings, name: str) -> None:
    if name.isupper() or any(sign.isupper() for sign in name[1:]):
        namings.abbreviations.add(name.removesuffix("s"))
    else:
        namings.add(name)


def _mask_once(text: str, namings: Namings) -> str:
    words = words_of(text)
    vocabulary = {stem for key in namings.phrases for stem in key}
    longest = max(map(len, namings.phrases), default=0)
    spans: list[Span] = []
    at = 0
    while at < len(words):
        taken = _name_at(text, words, at, namings, vocabulary, longest)
        if taken:
            spans.append((words[at].start, words[at + taken - 1].end))
        at += taken or 1
    return replace_spans(text, spans)


def _name_at(
    text: str, words: Sequence[Word], at: int, namings: Namings, vocabulary: set[str], longest: int
) -> int:
    """How many words from here are a name; 0 if none is."""
    phrase = _phrase_at(text, words, at, namings, vocabulary, longest)
    if phrase:
        return phrase
    if _is_single(text, words, at, namings):
        return 1
    if _shares_a_head(text, words, at, namings, vocabulary):
        return 1
    return _joined(text, words, at, namings) or _spelt_out(text, words, at, namings)


def _phrase_at(
    text: str, words: Sequence[Word], at: int, namings: Namings, vocabulary: set[str], longest: int
) -> int:
    if words[at].stem not in vocabulary:
        return 0
    best, connectors, stems = 0, 0, []
    for end in range(at, len(words)):
        word = words[end]
        if end > at and not _one_name(text, words[end - 1], word):
            break
        if word.stem in vocabulary:
            stems.append(word.stem)
            connectors = 0 if word.text.casefold() not in CONNECTORS else connectors + 1
        elif word.text.casefold() in CONNECTORS and connectors < _MOST_CONNECTORS:
            connectors += 1
            continue
        else:
            break
        if word.text.casefold() not in CONNECTORS or not set(stems) - CONNECTORS:
            best = end - at + 1 if _key(stems) in namings.phrases else best
        if len(stems) > longest + _MOST_CONNECTORS:
            break
    return best


def _shares_a_head(
    text: str, words: Sequence[Word], at: int, namings: Namings, vocabulary: set[str]
) -> bool:
    """Whether the word and one behind its neighbours are a name: ulnar and median nerves."""
    first = words[at]
    if first.stem not in vocabulary:
        return False
    coordinated = False
    for before, word in pairwise(words[at : at + _REACH_OF_HEAD]):
        if not _one_name(text, before, word):
            return False
        coordinated = coordinated or "," in text[before.end : word.start]
        if word.text.casefold() in ("and", "or", "nor"):
            coordinated = True
        elif word.stem not in vocabulary:
            return False
        elif coordinated and tuple(sorted((first.stem, word.stem))) in namings.phrases:
            return True
    return False


def _key(stems: list[str]) -> tuple[str, ...]:
    says = [stem for stem in stems if stem not in CONNECTORS] or stems
    return tuple(sorted(says))


def _one_name(text: str, left: Word, right: Word) -> bool:
    gap = text[left.end : right.start].removeprefix("'s")
    if len(left.text) == 1 and gap == ". ":
        return True
    return _GAP.fullmatch(gap) is not None and right.text != MASK


def _is_single(text: str, words: Sequence[Word], at: int, namings: Namings) -> bool:
    word = words[at]
    if word.text.removesuffix("s") in namings.abbreviations or word.text in namings.abbreviations:
        return _stands_alone(text, word)
    if word.singular in namings.singles:
        return not (word.text.isupper() and len(word.text) == 1)
    return word.singular in namings.heads and not _other_adjective(text, words, at)


def _stands_alone(text: str, word: Word) -> bool:
    """A letter or two with a hyphen is a part of another name: HLA-B, A-a."""
    joined = text[word.start - 1 : word.start] == "-" or text[word.end : word.end + 1] == "-"
    return len(word.text) > 2 or not joined


def _other_adjective(text: str, words: Sequence[Word], at: int) -> bool:
    """Whether a word before a head makes it another thing: aplastic anaemia."""
    if at == 0 or text[words[at - 1].end : words[at].start] not in (" ", "-"):
        return False
    before = words[at - 1].text.casefold()
    return before not in CONNECTORS | LIGHT_ADJECTIVES and before != MASK and before not in _FREE


def _joined(text: str, words: Sequence[Word], at: int, namings: Namings) -> int:
    """Two words that the option writes as one: beta blocker, betablocker."""
    if at + 1 >= len(words):
        return 0
    left, right = words[at], words[at + 1]
    joined = left.singular + right.singular
    together = text[left.end : right.start] in (" ", "-") and len(left.text) > 2
    return 2 if together and joined in namings.singles else 0


def _spelt_out(text: str, words: Sequence[Word], at: int, namings: Namings) -> int:
    """As many words as an abbreviation has letters, beginning with these."""
    for name in namings.to_spell_out:
        run = words[at : at + len(name)]
        if len(name) < 3 or len(run) < len(name) or not name.isalpha():
            continue
        initials = "".join(word.text[0] for word in run).casefold()
        if initials == name.casefold() and _one_run(text, run):
            return len(run)
    return 0


def _one_run(text: str, run: Sequence[Word]) -> bool:
    if any(len(word.text) < 3 or word.text.casefold() in CONNECTORS for word in run):
        return False
    return all(text[left.end : right.start] in (" ", "-") for left, right in pairwise(run))
