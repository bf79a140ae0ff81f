"""What a case of masking says: a text, what must not remain of it and what must.

`gone` are wordings that would give an option away and must not be left unless the reading is
flagged; `kept` are clinical wordings that must be left as they are; `unsafe` is whether the
reading must be flagged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.masking import MaskedReasoning, mask_options
from pipeline.core.records import CoT, Option, Question, Step

LETTERS = "ABCDEFGHIJ"
DRUGS = ("Metformin", "Insulin", "Aspirin", "Propranolol")
STANCES = ("yes", "no", "maybe")


@dataclass(frozen=True)
class Case:
    """One chain of thought against one set of options; an empty set is a free-text answer."""

    name: str
    options: tuple[str, ...]
    text: str
    gone: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unsafe: bool = False
    aliases: tuple[str, ...] = ()
    stem: str = "Which of the following fits best?"
    answer: str = ""

    def question(self, key: int = 0) -> Question:
        options = tuple(
            Option(letter, text) for letter, text in zip(LETTERS, self.options, strict=False)
        )
        label = options[key].label if options else None
        answer = options[key].text if options else self.answer
        return Question("test", self.name, self.stem, options, label, answer)

    def masked(self, key: int = 0) -> MaskedReasoning:
        steps = tuple(Step(at, text) for at, text in enumerate(self.text.split("\n"), start=1))
        return mask_options(CoT(steps, "never shown"), self.question(key), self.aliases)

    def left_over(self, masked: MaskedReasoning) -> list[str]:
        """What still gives an option away."""
        return [
            part for part in self.gone if re.search(rf"(?<!\w){re.escape(part)}(?!\w)", masked.text)
        ]

    def struck(self, masked: MaskedReasoning) -> list[str]:
        """Clinical wording that was lost."""
        return [part for part in self.kept if part not in masked.text]


@dataclass(frozen=True)
class Rates:
    """Counts over cases: leaks that nobody is told of, clinical words struck, flags."""

    wordings: int
    leaks: int
    clinical: int
    struck: int
    flags_due: int
    flags_missed: int
    false_flags: int


def rates(cases: Sequence[Case]) -> Rates:
    read = [(case, case.masked()) for case in cases]
    return Rates(
        wordings=sum(len(case.gone) for case in cases),
        leaks=sum(len(case.left_over(masked)) for case, masked in read if not masked.unsafe),
        clinical=sum(len(case.kept) for case in cases),
        struck=sum(len(case.struck(masked)) for case, masked in read),
        flags_due=sum(case.unsafe for case in cases),
        flags_missed=sum(case.unsafe and not masked.unsafe for case, masked in read),
        false_flags=sum(bool(masked.unsafe) and not case.unsafe for case, masked in read),
    )
