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
class Rubric:
    """The scales for the CoT as a whole and for each KG path it cites."""

    version: str
    cot_precision: Scale
    cot_coherence: Scale
    path_precision: Scale
    path_coherence: Scale


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

RUBRICS = MappingProxyType({RUBRIC_1.version: RUBRIC_1})
CURRENT = RUBRIC_1
