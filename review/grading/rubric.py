"""The rubric: what each scale point means. Versioned; a released version never changes."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Scale:
    """One five-point scale: `anchors[i]` is the written meaning of point i + 1."""

    name: str
    title: str
    asks: str
    anchors: tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Choice:
    """One of a few answers that have no order: what is stored, its title, what it means."""

    value: str
    title: str
    means: str


@dataclass(frozen=True)
class Rubric:
    """The scales for the CoT as a whole and for each KG path it cites."""

    version: str
    cot_precision: Scale
    cot_coherence: Scale
    path_precision: Scale
    path_coherence: Scale

    @property
    def labels(self) -> tuple[Choice, ...]:
        """What may be said of one step; none: this rubric does not ask for step labels."""
        return ()

    @property
    def severities(self) -> tuple[Choice, ...]:
        """How severe the harm is that a safety flag warns of."""
        return ()


@dataclass(frozen=True)
class StepRubric(Rubric):
    """A rubric that also asks what is true of each step, and whether anyone could be harmed."""

    step_labels: tuple[Choice, ...]
    harms: tuple[Choice, ...]

    @property
    def labels(self) -> tuple[Choice, ...]:
        return self.step_labels

    @property
    def severities(self) -> tuple[Choice, ...]:
        return self.harms


RUBRIC_1 = Rubric(
    version="1",
    cot_precision=Scale(
        "cot_precision",
        "Precision",
        "Is every medical statement true and specific to this case?",
        (
            "Dangerous or mostly false",
            "Several false or irrelevant statements",
            "One error that matters, or vague throughout",
            "True, with a minor slip or a generality",
            "Every statement true and specific to this case",
        ),
    ),
    cot_coherence=Scale(
        "cot_coherence",
        "Coherence",
        "Does each step follow, and do they lead to the answer together?",
        (
            "No line of reasoning",
            "Several steps do not follow",
            "One gap that a colleague would question",
            "Follows, with a small leap",
            "Each step follows and the answer is reached",
        ),
    ),
    path_precision=Scale(
        "precision",
        "Precision",
        "Is every edge a true relation, rightly typed, relevant to this case?",
        (
            "Mostly untrue",
            "An untrue edge that the reasoning needs",
            "True, but beside this case",
            "True, one edge imprecise",
            "Every edge true and relevant",
        ),
    ),
    path_coherence=Scale(
        "coherence",
        "Coherence",
        "Is the chain a plausible clinical route from finding to answer?",
        (
            "No clinical sense",
            "A link by name only",
            "A detour no clinician would take",
            "Plausible, with a weak link",
            "A route a clinician would take",
        ),
    ),
)

RUBRIC_2 = StepRubric(
    version="2",
    cot_precision=RUBRIC_1.cot_precision,
    cot_coherence=RUBRIC_1.cot_coherence,
    path_precision=RUBRIC_1.path_precision,
    path_coherence=RUBRIC_1.path_coherence,
    step_labels=(
        Choice("correct", "Correct", "True, and right for this case"),
        Choice("incorrect", "Incorrect", "False, or wrong for this case"),
        Choice(
            "unsupported",
            "Unsupported",
            "Perhaps true, but neither the case nor its edges carry it",
        ),
        Choice("cannot_judge", "Cannot judge", "Beyond my knowledge, or unclear as written"),
    ),
    harms=(
        Choice("mild", "Mild", "Passing harm, no treatment needed"),
        Choice("moderate", "Moderate", "Harm that needs treatment"),
        Choice("severe", "Severe", "Lasting harm or death"),
    ),
)

RUBRICS: MappingProxyType[str, Rubric] = MappingProxyType(
    {RUBRIC_1.version: RUBRIC_1, RUBRIC_2.version: RUBRIC_2}
)
CURRENT = RUBRIC_2
