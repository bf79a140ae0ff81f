"""Reading an output: the columns of an item that say what a model wrote and which letter that is.

What reads an output sees the options as they were shown, and no key.
"""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import Any

from django.utils import timezone

from pipeline.benchmarks.extraction import EXTRACTOR_VERSION, extract
from pipeline.core.llm.reading.completion import ended
from pipeline.core.records import Option, Question
from pipeline.db.leases import end_lease, leased_rows
from pipeline.models import EvaluationItem

# What an output is called that ends at the token limit before a letter was read from it, and one
# that a filter or the model itself withheld.
TRUNCATED, REFUSED = "truncated", "refused"

Columns = dict[str, Any]


def read_output(
    output: str,
    question: Question,
    shown: Sequence[str],
    *,
    reasoning: str = "",
    finish_reason: str = "",
) -> Columns:
    """The columns of an item that was answered with this output.

    `shown` holds the source's labels in the order shown. Where the output ended at the token limit,
    its last word may be half a word, and if no letter was read, that is the reason.
    """
    cut_off = ended(finish_reason) == "cut"
    extracted = extract(output, shown_options(question, shown), cut_off=cut_off)
    letter = extracted.letter or ""
    return {
        "state": EvaluationItem.State.MADE,
        "output": output,
        "reasoning": reasoning,
        "finish_reason": finish_reason,
        "stage": TRUNCATED if cut_off and not letter else extracted.stage,
        "letter": letter,
        "label": shown[ascii_uppercase.index(letter)] if letter else "",
        "extractor": EXTRACTOR_VERSION,
    }


def withheld(output: str, *, finish_reason: str) -> Columns:
    """The columns of an item whose output a filter, or the model's own refusal, withheld.

    The server says so, and no extractor reads what there is of it.
    """
    return {
        "state": EvaluationItem.State.MADE,
        "output": output,
        "finish_reason": finish_reason,
        "stage": REFUSED,
    }


def failed(stage: str, reason: str, detail: str) -> Columns:
    """The columns of an item that got no output."""
    return {
        "state": EvaluationItem.State.FAILED,
        "failure_stage": stage,
        "failure_reason": reason,
        "failure_detail": detail,
    }


def save_item(row: EvaluationItem, columns: Columns, *, seconds: float) -> bool:
    """Settle a claimed item; False when it is no longer this worker's, and nothing is saved."""
    return end_lease(leased_rows(row), settled_at=timezone.now(), seconds=seconds, **columns)


def shown_options(question: Question, shown: Sequence[str]) -> tuple[Option, ...]:
    """The options under the letters that they were shown under."""
    texts = {option.label: option.text for option in question.options}
    return tuple(
        Option(letter, texts[label]) for letter, label in zip(ascii_uppercase, shown, strict=False)
    )
