"""What further readings say of the first: is the CoT needed, and does its reading hold?

Each filter gives None where its reading was not made. Confidence is what the reader states of
itself; a reader that does not state it is taken to be certain of its choice.
"""

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult, Question, ReadAnswer, Reading, ReadingKind

MARGIN, QUESTION_ALONE = "margin", "question_alone"
AGREEMENT, PERMUTATION = "agreement", "permutation"


def check_margin(inputs: FilterInput) -> FilterResult | None:
    """Rejects when the CoT does not raise the reader's confidence in the key by the minimum.

    The score is that rise, from -1 to 1.
    """
    alone = inputs.reading(ReadingKind.WITHOUT_COT)
    if alone is None:
        return None
    if alone.failure:
        return _not_read(MARGIN, alone)
    with_cot = confidence_in_key(inputs.question, inputs.read_answer, inputs.reads_correctly)
    without = confidence_in_key(inputs.question, alone.answer, alone.correct)
    margin = round(with_cot - without, 6)
    return FilterResult(
        MARGIN,
        margin >= inputs.checks.minimum_margin,
        margin,
        f"The second reader's confidence in the answer key is {with_cot:.2f} with the chain of "
        f"thought and {without:.2f} without "
        f"(a rise of at least {inputs.checks.minimum_margin:.2f} is asked).",
    )


def confidence_in_key(question: Question, answer: ReadAnswer, correct: bool) -> float:
    """How sure a reader is of the key, from 0 to 1: the rest is shared by the other options."""
    options = len(question.options)
    if answer.label is None and options:
        return 1 / options
    confidence = 1.0 if answer.confidence is None else answer.confidence
    if correct:
        return confidence
    return (1 - confidence) / (options - 1) if options > 1 else 0.0


def check_question_alone(inputs: FilterInput) -> FilterResult | None:
    """Rejects when the reader reaches the key from the question alone: the CoT proves nothing."""
    alone = inputs.reading(ReadingKind.WITHOUT_COT)
    if alone is None:
        return None
    if alone.failure:
        return _not_read(QUESTION_ALONE, alone)
    verb = "reaches" if alone.correct else "does not reach"
    return FilterResult(
        QUESTION_ALONE,
        not alone.correct,
        float(not alone.correct),
        f"Without the chain of thought the second reader {verb} the answer key.",
    )


def check_agreement(inputs: FilterInput) -> FilterResult | None:
    """Rejects when another reader takes the same masked CoT to another answer."""
    return _compared(
        inputs,
        ReadingKind.OTHER_READER,
        AGREEMENT,
        same="Two readers agree on where the chain of thought leads",
        different="Two readers do not agree on where the chain of thought leads",
    )


def check_permutation(inputs: FilterInput) -> FilterResult | None:
    """Rejects when the reader's answer changes with the order of the options."""
    return _compared(
        inputs,
        ReadingKind.PERMUTED,
        PERMUTATION,
        same="With the options in another order the second reader's answer stays the same",
        different="With the options in another order the second reader's answer changes",
    )


def _compared(
    inputs: FilterInput, kind: ReadingKind, name: str, *, same: str, different: str
) -> FilterResult | None:
    """Passes a reading of this kind that gives the answer of the first, and says so."""
    reading = inputs.reading(kind)
    if reading is None:
        return None
    if reading.failure:
        return _not_read(name, reading)
    agrees = _same_answer(inputs, reading.answer, reading.correct)
    answers = f"({_named(inputs.read_answer)}; {_named(reading.answer)})"
    return FilterResult(name, agrees, float(agrees), f"{same if agrees else different} {answers}.")


def _not_read(name: str, reading: Reading) -> FilterResult:
    """A reading that failed shows nothing: no score, and nothing passes by it."""
    reason = reading.failure.replace("_", " ")
    return FilterResult(name, False, None, f"The reading could not be made ({reason}).")


def _same_answer(inputs: FilterInput, answer: ReadAnswer, correct: bool) -> bool:
    if inputs.question.options:
        return answer.label is not None and answer.label == inputs.read_answer.label
    return correct == inputs.reads_correctly


def _named(answer: ReadAnswer) -> str:
    return answer.label or answer.text or "no answer"
