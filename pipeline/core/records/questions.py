"""Questions as their sources state them."""

from dataclasses import dataclass

# Answers that take a side and name no thing, as PubMedQA's.
STANCES = frozenset({"yes", "no", "maybe", "true", "false", "unclear"})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer option: its label ("A") and its text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One clinical QA pair as its source states it.

    `answer_label` is None for free-text answers. `long_answer` is the source's explained
    answer (PubMedQA's long_answer), `context` what the source wants read first. `specialty`,
    `topic` and `question_type` are the source's own words, empty where it has none.
    """

    source: str
    id_in_source: str
    text: str
    options: tuple[Option, ...]
    answer_label: str | None
    answer_text: str
    context: str = ""
    long_answer: str = ""
    specialty: str = ""
    topic: str = ""
    question_type: str = ""

    @property
    def asks_for_stance(self) -> bool:
        """Whether every option takes a side (yes, no, maybe) instead of naming a thing."""
        texts = {option.text.strip().casefold() for option in self.options}
        return bool(texts) and texts <= STANCES
