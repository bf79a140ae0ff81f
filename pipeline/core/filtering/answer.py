"""Answer: does a reader who sees only the masked CoT reach the answer key?

Questions with options are compared by option, free text goes to the judge.
"""

from pipeline.core.filtering.evidence import FilterInput
from pipeline.core.records import FilterResult, Question

NAME = "answer"


def reaches_answer(given: FilterInput) -> FilterResult:
    """Rejects when the second reader prefers another option than the key, or none."""
    if given.question.answer_label is None:
        return _judged(given)
    label = given.read_answer.label
    key = _option(given.question, given.question.answer_label)
    if label is None:
        said = f"The second reader could prefer no option; the answer key is {key}."
    elif label == given.question.answer_label:
        said = f"The second reader chose {key}, which is the answer key."
    else:
        chosen = _option(given.question, label)
        said = f"The second reader chose {chosen}; the answer key is {key}."
    passed = label == given.question.answer_label
    return FilterResult(NAME, passed, float(passed), said)


def _judged(given: FilterInput) -> FilterResult:
    judgement = given.judgement
    if judgement is None:
        raise ValueError("A question without options needs a judgement.")
    found = "agrees" if judgement.correct else "does not agree"
    said = f"The second reader's answer {found} with the answer key: {judgement.explanation}"
    return FilterResult(NAME, judgement.correct, float(judgement.correct), said)


def _option(question: Question, label: str) -> str:
    texts = {option.label: option.text for option in question.options}
    return f"{label} ({texts.get(label, 'no such option')})"
