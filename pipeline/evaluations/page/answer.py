"""One answer as its page shows it: the options as they were shown, the output, what was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from pipeline import store
from pipeline.core.llm.reading.thoughts import without_thoughts
from pipeline.core.records import Question
from pipeline.models import EvaluationItem


@dataclass(frozen=True)
class ShownOption:
    """An option under the letter that it was shown under; `label` is what its source calls it."""

    letter: str
    label: str
    text: str
    is_key: bool
    is_read: bool


@dataclass(frozen=True)
class AnswerView:
    """An answer: `answer` is the output without the thoughts that stand in it.

    `thoughts` are those, or what the server returned beside the output. `has_thoughts_inside`:
    the output holds more than `answer`.
    """

    question: Question
    options: tuple[ShownOption, ...]
    answer: str
    thoughts: str
    has_thoughts_inside: bool

    @property
    def is_relettered(self) -> bool:
        """Whether a letter stands for another option than in the source."""
        return any(option.letter != option.label for option in self.options)


def answer_view(item: EvaluationItem) -> AnswerView:
    """The answer of an item, whatever its state."""
    question = store.question_record(item.question)
    answer, thoughts = without_thoughts(item.output)
    return AnswerView(
        question,
        tuple(_options(question, item)),
        answer,
        "\n\n".join(filter(None, (item.reasoning, thoughts))),
        answer != item.output,
    )


def _options(question: Question, item: EvaluationItem) -> Sequence[ShownOption]:
    texts = {option.label: option.text for option in question.options}
    return [
        ShownOption(letter, label, texts[label], label == item.key_label, label == item.label)
        for letter, label in zip(ascii_uppercase, item.shown, strict=False)
    ]
