"""How a benchmark's question is put to a model: two prompts of ours, versioned and locked.

`free` is what rows for training hold as their prompt (`review/exports/training/conversation.py`),
so that a model fine-tuned on a release is asked as it was taught. `strict` adds how to end.
"""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from types import MappingProxyType
from typing import Final

from pipeline.core.llm.base import Message
from pipeline.core.prompts import Prompt, load_prompt
from pipeline.core.records import Question

FREE: Final = "free"
STRICT: Final = "strict"
PROMPTS: Final = (FREE, STRICT)
LATEST_VERSIONS: Final[Mapping[str, str]] = MappingProxyType({FREE: "v1", STRICT: "v1"})


def evaluation_prompt(prompt: str, version: str) -> Prompt:
    """The template of a prompt, "free" or "strict", with its sha256. Raises PromptError."""
    return load_prompt(f"evaluate_{prompt}", version)


def evaluation_messages(
    prompt: str, version: str, question: Question, shown: Sequence[str]
) -> tuple[Message, ...]:
    """One turn of the user: context where there is one, question, options lettered as shown.

    `shown` holds the labels of all options in the order shown: the first stands under the letter
    A, whatever the source calls it. The texts stand as the source has them, without a fence: they
    are what is tested. Raises ValueError for a question without options or with too many for the
    alphabet, and for any other labels; PromptError where there is no such prompt.
    """
    texts = {option.label: option.text for option in question.options}
    if not texts or len(texts) > len(ascii_uppercase) or sorted(shown) != sorted(texts):
        raise ValueError(f"{question.id_in_source} has options {[*texts]}, not {[*shown]}.")
    content = evaluation_prompt(prompt, version).render(
        context=question.context,
        question=question.text,
        options=[
            (letter, texts[label]) for letter, label in zip(ascii_uppercase, shown, strict=False)
        ],
    )
    return (Message("user", content),)
