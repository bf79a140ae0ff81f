"""What reading an output may come to: a letter and the rule that read it, or why there is none.

Every output ends in exactly one stage, so that the stages of an evaluation add up to its outputs.
"""

from dataclasses import dataclass
from typing import Final

# Read, by how the answer was stated. The order is the one in which reports list them.
READ_TITLES: Final = {
    "json": "a field of JSON",
    "tagged": "between answer tags",
    "boxed": "in a box (LaTeX)",
    "final_answer": "said to be the final answer",
    "declared": "said to be the answer",
    "chosen": "said to be chosen",
    "predicate": "an option said to be the right one",
    "superlative": "said to be the most likely or the best",
    "concluded": "concluded in the last line",
    "lone_letter": "a letter alone",
    "labelled_line": "a line with letter and text of an option",
    "option_text": "a line with the text of an option",
}
UNREAD_TITLES: Final = {
    "empty": "nothing was written, thoughts aside",
    "refused": "refused, or said not to know",
    "truncated": "broken off before an answer",
    "several_answers": "several answers, or letter and text that contradict each other",
    "none_of_the_options": "an answer that is none of the options",
    "open_ended": "text that states no answer",
}
READ_STAGES: Final = tuple(READ_TITLES)
UNREAD_STAGES: Final = tuple(UNREAD_TITLES)


def stage_title(stage: str) -> str:
    """A stage in words, for screens and reports. Raises KeyError for what is no stage."""
    return {**READ_TITLES, **UNREAD_TITLES}[stage]


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an output was read as.

    `letter` is the label of an option as it was offered, or None where no answer could be read
    for certain. `stage` is one of READ_STAGES exactly where there is a letter, else one of
    UNREAD_STAGES.
    """

    letter: str | None
    stage: str
