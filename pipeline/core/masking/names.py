"""What the options of a question are called: their names, sorted by how safely each is masked."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.core.characters import plain
from pipeline.core.masking.quantities import Quantity, quantity_of
from pipeline.core.masking.vocabulary import (
    ACTS,
    COMMON,
    CONNECTORS,
    GENERIC,
    MASK,
    MODIFIERS,
    SPECIFIC_ENDINGS,
    STANCES,
    WARD,
)
from pipeline.core.masking.words import Word, words_of
from pipeline.core.records import Question

_BRACKETS = re.compile(r"\(([^()]*)\)")
_QUALIFIERS = frozenset({"disease", "disorder", "finding", "procedure", "substance", "drug"})
# What an option may join: "vancomycin and cefepime".
_PARTS = re.compile(r"[,;+]|\b(?:and|or|plus|with|followed\s+by)\b", re.IGNORECASE)
_LATIN = ("us", "um", "a", "is", "es", "i", "ae", "ans", "ens")
_PREPOSITIONS = frozenset({"of", "for", "with", "in", "to", "due", "from", "on", "at"})
# B12 of "vitamin B12".
_CODE = re.compile(r"[A-Za-z]+\d+[A-Za-z]?")
_LONGEST_ABBREVIATION = 5
# Initials of fewer words stand for too much else to be masked unasked.
_SURE_INITIALS = 3
# Shorter names are named by their words; of a longer one a text may say all but a word or two.
_LONG = 4

Key = tuple[str, ...]


@dataclass
class Namings:
    """All names of a question's options, none marked as the key's.

    `phrases` holds sorted stems of names of two words and more, `singles` the singular of names of
    one, `heads` single words that name an option unless another adjective stands before them.
    `abbreviations` are matched as they are spelt, `to_spell_out` also by words with these initials;
    `doubtful` holds two-letter initials. `common` holds
    options that are ordinary words. `verbatim` finds options
    of several words as they are written. `long` holds the stems of each long option,
    and, of these, those that tell it from the other options and from the question.
    """

    phrases: set[Key] = field(default_factory=set)
    singles: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    abbreviations: set[str] = field(default_factory=set)
    to_spell_out: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    quantities: set[Quantity] = field(default_factory=set)
    common: set[str] = field(default_factory=set)
    stances: bool = False
    verbatim: re.Pattern[str] | None = None
    long: list[tuple[frozenset[str], frozenset[str]]] = field(default_factory=list)

    def add(self, name: str, *, all_capitals: bool = False) -> None:
        """Sort one name among the kinds."""
        quantity = quantity_of(name)
        words = words_of(name)
        if name.casefold() in STANCES:
            self.stances = True
        elif quantity is not None:
            self.quantities.add(quantity)
        elif len(words) == 1:
            self._add_word(words[0], all_capitals)
        elif words:
            self.phrases.add(phrase_key(words))
            joined = "".join(word.singular for word in words)
            if len(words) == 2 and (len(joined) > 6 or any(map(str.isdigit, joined))):
                self.singles.add(joined)

    def _add_word(self, word: Word, all_capitals: bool) -> None:
        lower = word.text.casefold()
        capitals = word.text.isupper() and not all_capitals
        if capitals and 1 < len(word.text) <= _LONGEST_ABBREVIATION:
            self.abbreviations.add(word.text)
            self.to_spell_out.add(word.text)
            if len(lower) < _SURE_INITIALS or lower in COMMON | CONNECTORS:
                return
            self.singles.add(word.singular)
        elif lower in COMMON | CONNECTORS or word.singular in COMMON:
            self.common.add(lower)
        elif len(lower) > 1:  # A single letter is read as a label, if at all.
            self.singles.add(word.singular)


def namings_of(question: Question, aliases: Iterable[str]) -> Namings:
    """Every name of every option, or of the answer of a free-text question."""
    options = [option.text for option in question.options] or [question.answer_text]
    texts = [" ".join(plain(text).split()).strip(' ."\u201c\u201d') for text in options]
    all_capitals = all(text.isupper() for text in texts) and any(len(t) > 5 for t in texts)
    found = Namings()
    stem = words_of(plain(question.text))
    for text in texts:
        for name in _without_brackets(text):
            found.add(name, all_capitals=all_capitals)
        _add_initials(found, text, {word.text for word in stem})
    # "Calcium channel blocker (CCB)" is spelt out already.
    found.to_spell_out.intersection_update(texts)
    for alias in aliases:
        for name in _without_brackets(plain(alias).strip(" .")):
            found.add(name)
    found.verbatim = _verbatim(texts)
    known = {word.stem for word in stem}
    _add_shorter(found, texts, known)
    _add_long(found, texts, known)
    return found


def _verbatim(texts: Sequence[str]) -> re.Pattern[str] | None:
    """Options of several words as they are written, punctuation and all."""
    written = sorted((text for text in texts if len(words_of(text)) > 1), key=len, reverse=True)
    spaced = (r"\s+".join(map(re.escape, text.split())) for text in written if _is_name(text))
    either = "|".join(spaced)
    # A mask is matched first and so stays one.
    pattern = rf"{re.escape(MASK)}|(?<!\w)(?:{either})(?!\w)"
    return re.compile(pattern, re.IGNORECASE) if either else None


def _is_name(text: str) -> bool:
    return quantity_of(text) is None


def content(words: Sequence[Word]) -> list[Word]:
    """The words that say something; all of them where none does ("all of the above")."""
    return [word for word in words if word.text.casefold() not in CONNECTORS] or list(words)


def phrase_key(words: Sequence[Word]) -> Key:
    return tuple(sorted(word.stem for word in content(words)))


def _without_brackets(text: str) -> list[str]:
    """The name without what it holds in brackets, and that by itself unless it only qualifies."""
    names = [_BRACKETS.sub(" ", text), *_BRACKETS.findall(text)]
    names = [" ".join(name.split()).strip(" .,") for name in names]
    inner = [name for name in names[1:] if name.casefold() not in _QUALIFIERS and name.isalpha()]
    return [name for name in (names[0], *inner) if name]


def _add_initials(found: Namings, text: str, known: set[str]) -> None:
    words = content(words_of(_BRACKETS.sub(" ", text)))
    initials = "".join(word.text[0] for word in words).upper()
    if not initials.isalpha() or initials in known | WARD or not 2 <= len(words) <= 6:
        return
    sure = len(initials) >= _SURE_INITIALS
    (found.abbreviations if sure else found.doubtful).add(initials)


def _add_shorter(found: Namings, texts: Sequence[str], known: set[str]) -> None:
    """Names without acts, modifiers and adjectives, where they tell one option from the rest."""
    counts = Counter(word for text in texts for word in {w.stem for w in words_of(text)})
    # A word of all options tells none of them from another, and one of the question none either.
    telling = {word for word, n in counts.items() if n < max(2, len(texts))} - known
    for text in texts:
        words = content(words_of(_BRACKETS.sub(" ", text)))
        for core in (_core(words), _core([word for word in words if word.stem not in known])):
            if 0 < len(core) < len(words) and _tells(core, telling):
                found.add(" ".join(word.text for word in core))
        _add_binomial(found, words)
        found.singles |= {
            word.singular
            for word in words
            if len(words) > 1 and _CODE.fullmatch(word.text) and _tells([word], telling)
        }
        heads = (_head(words_of(part)) for part in _PARTS.split(text)) if len(words) > 1 else ()
        found.heads |= {head.singular for head in heads if head and head.stem in telling}


def _core(words: Sequence[Word]) -> list[Word]:
    left = [word for word in words if word.text.casefold() not in ACTS | MODIFIERS]
    # "Intravenous fluids" is a name, "fluids" is none.
    if len(left) == 1 and not _says_enough(left[0]):
        left = [word for word in words if word.text.casefold() not in ACTS]
    return left if len(left) > 1 or (left and _says_enough(left[0])) else []


def _says_enough(word: Word) -> bool:
    plural_of = {word.text.casefold(), word.singular}
    specific = not plural_of & (COMMON | GENERIC) and not word.text.isdigit()
    return specific and len(word.text) > 2


def _tells(core: Sequence[Word], telling: set[str]) -> bool:
    return any(word.stem in telling for word in core)


def _head(words: Sequence[Word]) -> Word | None:
    """The noun that carries the name, if it is specific enough to be used alone."""
    before: list[Word] = []
    for word in words:
        if word.text.casefold() in _PREPOSITIONS and before:
            break
        before.append(word)
    nouns = content(before) if before else []
    specific = nouns and _is_specific(nouns[-1])
    if len(nouns) == 2 and not specific and nouns[1].text.endswith(_LATIN):
        nouns = nouns[:1]  # Psoriasis vulgaris
        specific = _is_specific(nouns[0])
    return nouns[-1] if specific and len(nouns[-1].text) > 6 else None


def _is_specific(noun: Word) -> bool:
    lower = noun.text.casefold()
    return lower.endswith(SPECIFIC_ENDINGS) or lower.removesuffix("s").endswith(SPECIFIC_ENDINGS)


def _add_binomial(found: Namings, words: Sequence[Word]) -> None:
    """S. aureus for Staphylococcus aureus."""
    if len(words) != 2 or len(words[0].text) < 5 or not words[1].text.islower():
        return
    initial = words[0].text[0].casefold()
    if initial not in CONNECTORS:
        found.phrases.add(tuple(sorted((initial, words[1].stem))))
    elif words[1].text.endswith(_LATIN) and words[0].text.endswith(_LATIN):
        found.singles.add(words[1].singular)


def _add_long(found: Namings, texts: Sequence[str], known: set[str]) -> None:
    held = [frozenset(word.stem for word in content(words_of(text))) for text in texts]
    for at, stems in enumerate(held):
        others = frozenset().union(*held[:at], *held[at + 1 :])
        own = stems - others - known
        if len(stems) >= _LONG and own:
            found.long.append((stems, own))
