"""Which options a text names, and where: by letter, by text or by another name.

A letter, a number, a stance or an ordinary word (increase) names an option only where it stands as
the answer, as masking reads it. Of names within each other the longer is meant: "type 1 diabetes"
is not "type 1".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.characters import plain
from pipeline.core.filtering.statements.words import Span, Word, find_name, words_of
from pipeline.core.masking.common_words import common_word_spans
from pipeline.core.masking.labels import label_spans
from pipeline.core.masking.names import content
from pipeline.core.masking.quantities import mask_quantities, quantity_of
from pipeline.core.masking.stances import stance_spans
from pipeline.core.masking.vocabulary import COMMON, CONNECTORS, STANCES
from pipeline.core.masking.words import keys
from pipeline.core.masking.words import words_of as stems_of
from pipeline.core.records import Question

# Stands in the text for an option that was found by its signs, with the option's position.
_FOUND = "Foundoption"
# What may stand between the words of a name: "anemia due to iron deficiency".
_JOINS = CONNECTORS | {"due"}


@dataclass(frozen=True, slots=True)
class Naming:
    """A place of a text that names the option at a position; free text is position 0.

    `by_name`: by a name in words, which may as well speak of the case, not by letter or number.
    """

    option: int
    span: Span
    by_name: bool = False


@dataclass(frozen=True, slots=True)
class NamedOptions:
    """A text's words, and where they name options, in order."""

    words: tuple[Word, ...]
    namings: tuple[Naming, ...]


def named_options(text: str, question: Question, key_names: Iterable[str] = ()) -> NamedOptions:
    """Every naming of an option in the text; of a free-text question, of the answer.

    `key_names` are other names of the answer, which count only where they tell it apart: neither
    the question nor another option says them.
    """
    texts = option_texts(question)
    words = words_of(_with_signs(plain(text), question, texts))
    names = {at: [option] for at, option in enumerate(texts) if not _is_sign(option)}
    key = key_position(question)
    others = [question.text, *(option for at, option in enumerate(texts) if at != key)]
    telling = [name for name in key_names if not any(_says(other, name) for other in others)]
    names.setdefault(key, []).extend(telling)
    namings = [*_signs(words), *_names(words, names)]
    return NamedOptions(words, _longest(namings))


def option_texts(question: Question) -> list[str]:
    """The texts of the options, or the answer's where there are none."""
    return [option.text for option in question.options] or [question.answer_text]


def key_position(question: Question) -> int:
    """Where the answer key stands among the options."""
    labels = [option.label for option in question.options]
    return labels.index(question.answer_label) if question.answer_label in labels else 0


def says_in_question(question: Question, position: int) -> bool:
    """Whether the question itself says an option's text, so that a text may speak of the case."""
    return _says(question.text, option_texts(question)[position])


def _is_sign(option: str) -> bool:
    """Whether an option is a number, a stance or one ordinary word."""
    bare = option.strip(" .").casefold()
    return bare in STANCES or quantity_of(option) is not None or _is_common(bare)


def _is_common(bare: str) -> bool:
    words = stems_of(bare)
    return len(words) == 1 and (words[0].singular in COMMON or bare in COMMON)


def _with_signs(text: str, question: Question, texts: Sequence[str]) -> str:
    """The text with letters, numbers, stances and ordinary words of options made findable."""
    labels = [option.label for option in question.options]
    found: dict[Span, int] = {}
    for start, end in label_spans(text, tuple(labels), question.text)[0]:
        letters = [label for label in labels if label.upper() in _capitals(text[start:end])]
        if len(letters) == 1:
            found[start, end] = labels.index(letters[0])
    for at, option in enumerate(texts):
        found.update(dict.fromkeys(_sign_spans(text, at, option, question), at))
    for (start, end), at in sorted(found.items(), reverse=True):
        text = f"{text[:start]} {_FOUND}{at} {text[end:]}"
    return text


def _capitals(text: str) -> list[str]:
    return [word.written.upper() for word in words_of(text) if len(word.written) == 1]


def _sign_spans(text: str, at: int, option: str, question: Question) -> list[Span]:
    """Where an option that is a sign stands; a bare number that may be another option's counts."""
    bare = option.strip(" .").casefold()
    quantity = quantity_of(option)
    if bare in STANCES:
        return [(a, b) for a, b in stance_spans(text) if bare in text[a:b].casefold().split()]
    if quantity is not None:
        sure, doubtful = mask_quantities(text, {quantity}, question.text)
        return sure if at == key_position(question) else sure + doubtful
    if _is_common(bare):
        return common_word_spans(text, {bare}, question.text)[0]
    return []


def _signs(words: Sequence[Word]) -> list[Naming]:
    return [
        Naming(int(word.written.removeprefix(_FOUND)), (at, at + 1))
        for at, word in enumerate(words)
        if word.written.startswith(_FOUND)
    ]


def _names(words: Sequence[Word], names: Mapping[int, Sequence[str]]) -> list[Naming]:
    return [
        Naming(at, span, by_name=True)
        for at, of_option in names.items()
        for name in of_option
        for span in (*find_name(words, name), *_inflected(words, name))
    ]


def _inflected(words: Sequence[Word], name: str) -> Iterator[Span]:
    """Where a name of several words stands in any order and form: "metformin should be started"."""
    key = sorted(word.stem for word in content(stems_of(name)))
    if len(key) < 2:
        return
    for start in range(len(words)):
        told: list[str] = []
        for end, word in enumerate(words[start:], start=start + 1):
            stem = keys(word.written)[1]
            if stem in key:
                told.append(stem)
            elif not told or word.normal not in _JOINS:
                break
            if sorted(told) == key:
                yield start, end
                break


def _says(text: str, name: str) -> bool:
    return any(True for _ in find_name(words_of(text), name))


def _longest(namings: Sequence[Naming]) -> tuple[Naming, ...]:
    """The namings without those that lie within a longer one, in the order of the text."""
    kept = [
        one
        for one in namings
        if not any(_within(one.span, other.span) for other in namings if other is not one)
    ]
    return tuple(sorted(dict.fromkeys(kept), key=lambda one: (one.span, one.option)))


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1] and inner != outer
