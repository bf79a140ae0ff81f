"""What the second reader sees of a chain of thought: its steps without any option named.

The reader is to find the answer that the steps lead to, not the one that they state. So the
conclusion is cut and every naming of every option is masked alike; masking only the right one
would reveal it. The answer key is never looked at.

What is masked. Everywhere: the options' texts, other names of theirs (`aliases`), each in any order
of its words, in singular or plural, British or American, hyphenated or not, without its act or
adjectives where what is left tells it from the other options, and in the abbreviations that the
text introduces; labels and places ("option B", "(C)", "the last choice"). Only where it stands as
the answer: an option that is a stance (yes, no), a number or a common word (observe, normal);
numbers also with the option's unit.

What the question itself says is no secret, for the reader has it. Yet an option's name that the
question says too is masked like any other: the question tells that the case is about it, not that
the steps speak for it, and the reader can look the case's facts up in the question. Stances,
numbers and common words are different: there the question's own use of the word ("5 mg of
warfarin") is taken for the case's fact and left.

What may be either is not guessed: it is left in the text and quoted in `unsafe`, and a reading of
such a text does not count as masked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.core.characters import plain
from pipeline.core.masking.answer_position import quote
from pipeline.core.masking.common_words import common_word_spans
from pipeline.core.masking.labels import label_spans
from pipeline.core.masking.names import Namings, namings_of
from pipeline.core.masking.phrases import mask_names, replace_spans
from pipeline.core.masking.places import place_spans
from pipeline.core.masking.quantities import mask_quantities
from pipeline.core.masking.stances import stance_spans
from pipeline.core.masking.vocabulary import STEP_END
from pipeline.core.masking.words import sentences_of, words_of
from pipeline.core.records import CoT, Question

Span = tuple[int, int]

# Masking one thing can explain another; texts settle after one or two rounds.
_MOST_ROUNDS = 6
_SAME_WORD = 6
_SAID = 0.8


@dataclass(frozen=True, slots=True)
class MaskedReasoning:
    """The masked steps, one a line, and the passages that may still give an option away."""

    text: str
    unsafe: tuple[str, ...] = ()


def mask_options(cot: CoT, question: Question, aliases: Iterable[str] = ()) -> MaskedReasoning:
    """The steps of any chain of thought over the question, with its options masked alike.

    `aliases` are other names of options, such as those of the nodes they were linked to. Questions
    without options have their answer masked.
    """
    namings = namings_of(question, aliases)
    text = STEP_END.join(plain(step.text).replace(STEP_END, " ") for step in cot.steps)
    for _ in range(_MOST_ROUNDS):
        masked = _mask_round(text, question, namings)
        if masked == text:
            break
        text = masked
    lines = text.split(STEP_END)
    numbered = (f"{step.number}. {line}" for step, line in zip(cot.steps, lines, strict=True))
    return MaskedReasoning("\n".join(numbered), _unsafe(text, question, namings))


def _mask_round(text: str, question: Question, namings: Namings) -> str:
    if question.options:
        text = replace_spans(text, place_spans(text))
    text = mask_names(text, namings)
    for spans in (_label_spans, _stance_spans, _quantity_spans, _common_spans):
        text = replace_spans(text, _apart(spans(text, question, namings)[0]))
    return text


def _label_spans(text: str, question: Question, namings: Namings) -> tuple[list[Span], list[Span]]:
    return label_spans(text, tuple(option.label for option in question.options), question.text)


def _stance_spans(text: str, question: Question, namings: Namings) -> tuple[list[Span], list[Span]]:
    return (stance_spans(text) if namings.stances else []), []


def _quantity_spans(
    text: str, question: Question, namings: Namings
) -> tuple[list[Span], list[Span]]:
    return mask_quantities(text, namings.quantities, question.text)


def _common_spans(text: str, question: Question, namings: Namings) -> tuple[list[Span], list[Span]]:
    return common_word_spans(text, namings.common, question.text)


def _apart(spans: list[Span]) -> list[Span]:
    """The spans without those that begin within another."""
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _unsafe(text: str, question: Question, namings: Namings) -> tuple[str, ...]:
    spans = [
        span
        for find in (_label_spans, _quantity_spans, _common_spans)
        for span in find(text, question, namings)[1]
    ]
    known = {word.text for word in words_of(question.text)}
    spans += [
        (word.start, word.end) for word in words_of(text) if word.text in namings.doubtful - known
    ]
    spans += _said_in_other_words(text, namings)
    return tuple(dict.fromkeys(quote(text, start, end) for start, end in sorted(spans)))


def _said_in_other_words(text: str, namings: Namings) -> list[Span]:
    """Sentences that hold nearly all words of a long option, and all of its own ones."""
    if not namings.long:
        return []
    said = []
    for start, end in sentences_of(text):
        stems = {word.stem[:_SAME_WORD] for word in words_of(text[start:end])}
        for option, own in namings.long:
            held = {stem for stem in option if stem[:_SAME_WORD] in stems}
            if len(held) >= _SAID * len(option) and own <= held:
                said.append((start, end))
    return said
