"""Answer: does a reader who sees only the masked CoT reach the answer key?

Questions with options are compared by option, free text goes to the judge.
"""

from pipeline.core.filtering.filter_input import FilterInput
from pipeline.core.records import FilterResult, Question

NAME = "answer"


def check_answer(inputs: FilterInput) -> FilterResult:
    """Rejects when the second reader prefers another option than the key, or none."""
    if inputs.question.answer_label is None:
        return _check_free_text(inputs)
    label = inputs.read_answer.label
    key = _option(inputs.question, inputs.question.answer_label)
    if label is None:
        explanation = f"The second reader could prefer no option; the answer key is {key}."
    elif label == inputs.question.answer_label:
        explanation = f"The second reader chose {key}, which is the answer key."
    else:
        chosen = _option(inputs.question, label)
        explanation = f"The second reader chose {chosen}; the answer key is {key}."
    passed = label == inputs.question.answer_label
    return FilterResult(NAME, passed, float(passed), explanation)


def _check_free_text(inputs: FilterInput) -> FilterResult:
    judgement = inputs.judgement
    if judgement is None:
        raise ValueError("A question without options needs a judgement.")
    outcome = "agrees" if judgement.correct else "does not agree"
    explanation = (
        f"The second reader's answer {outcome} with the answer key: {judgement.explanation}"
    )
    return FilterResult(NAME, judgement.correct, float(judgement.correct), explanation)


def _option(question: Question, label: str) -> str:
    texts = {option.label: option.text for option in question.options}
    return f"{label} ({texts.get(label, 'no such option')})"
