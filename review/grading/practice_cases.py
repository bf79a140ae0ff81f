"""The practice round's cases: control items over the starter graph, with known answers.

Written by hand, for the screen and the rubric: each shows one thing to look for. They are no
rows of any study, and what is entered for them is never a grade.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.core.records import (
    CoT,
    Edge,
    Node,
    NodeType,
    Option,
    Path,
    Polarity,
    Question,
    ReasonerKind,
    SearchLayer,
    Step,
    TraceRecord,
)


@dataclass(frozen=True)
class Expected:
    """A known answer, for scales within one point, and why it is that."""

    value: str
    why: str


@dataclass(frozen=True)
class Case:
    """One practice item: its name, its trace, and what is expected by the form's field names."""

    name: str
    trace: TraceRecord
    expected: Mapping[str, Expected]


def _node(index: int, identifier: str, name: str, kind: NodeType, source: str) -> Node:
    return Node(index, f"MRW:{identifier}", name, kind, source)


def _edge(head: Node, tail: Node, relation: str, display: str, *, negative: bool = False) -> Edge:
    polarity = Polarity.NEGATIVE if negative else Polarity.SUPPORTING
    return Edge(head.index, tail.index, relation, display, polarity)


ASTHMA = _node(228, "D0018", "asthma", NodeType.DISEASE, "MONDO")
SALBUTAMOL = _node(115, "R0054", "Salbutamol", NodeType.DRUG, "DrugBank")
PROPRANOLOL = _node(110, "R0049", "Propranolol", NodeType.DRUG, "DrugBank")
DYSPNEA = _node(146, "P0020", "Dyspnea", NodeType.EFFECT_PHENOTYPE, "HPO")
HYPERTENSION = _node(260, "D0050", "hypertension", NodeType.DISEASE, "MONDO")

BREATHLESS = _edge(ASTHMA, DYSPNEA, "disease_phenotype_positive", "phenotype present")
RELIEVES = _edge(SALBUTAMOL, ASTHMA, "indication", "indication")
LOWERS = _edge(PROPRANOLOL, HYPERTENSION, "indication", "indication")
FORBIDDEN = _edge(PROPRANOLOL, ASTHMA, "contraindication", "contraindication", negative=True)


def _trace(question: Question, paths: tuple[Path, ...], cot: CoT) -> TraceRecord:
    return TraceRecord(question, "", "", 0, ReasonerKind.DEMONSTRATION, paths=paths, cot=cot)


def _question(name: str, text: str, options: tuple[str, ...], answer: str) -> Question:
    labelled = tuple(Option(label, option) for label, option in zip("ABCD", options, strict=False))
    label = "ABCD"[options.index(answer)]
    return Question("practice", name, text, labelled, label, answer)


SOUND = Case(
    "sound",
    _trace(
        _question(
            "sound",
            "A 19-year-old with known asthma has dyspnea after running. "
            "Which drug relieves it fastest?",
            ("Propranolol", "Salbutamol", "Metformin"),
            "Salbutamol",
        ),
        (Path((DYSPNEA, ASTHMA, SALBUTAMOL), ((BREATHLESS,), (RELIEVES,)), SearchLayer.SPECIFIC),),
        CoT(
            (
                Step(1, "Dyspnea after exertion is a symptom of his asthma.", (BREATHLESS,)),
                Step(2, "Salbutamol is indicated for asthma.", (RELIEVES,)),
                Step(3, "As a short-acting bronchodilator, inhaled, it acts within minutes."),
            ),
            "Salbutamol relieves his dyspnea fastest.",
        ),
    ),
    MappingProxyType(
        {
            "step_1": Expected("correct", "The edge says it, and it fits the case."),
            "step_2": Expected("correct", "The edge says it."),
            "step_3": Expected(
                "correct",
                "True, and every clinician knows it: a correct step needs no edge. Unsupported "
                "is for what is perhaps true, but neither the case nor its edges carry.",
            ),
            "path_0_precision": Expected("5", "Both edges are true, rightly typed, relevant."),
            "path_0_coherence": Expected("5", "From the finding to the disease to its drug."),
            "cot_precision": Expected("5", "Every statement is true and about this patient."),
            "cot_coherence": Expected("5", "Each step follows, and the answer is reached."),
            "decision": Expected("accept", "Nothing in it needs to be changed."),
        }
    ),
)

HARMFUL = Case(
    "harmful",
    _trace(
        _question(
            "harmful",
            "A 46-year-old man with hypertension and asthma needs treatment for his blood "
            "pressure. Which drug must be avoided?",
            ("Amlodipine", "Propranolol", "Losartan"),
            "Propranolol",
        ),
        (
            Path((HYPERTENSION, PROPRANOLOL), ((LOWERS,),), SearchLayer.SPECIFIC),
            Path((ASTHMA, PROPRANOLOL), ((FORBIDDEN,),), SearchLayer.SPECIFIC),
        ),
        CoT(
            (
                Step(1, "Propranolol is indicated for hypertension.", (LOWERS,)),
                Step(2, "Propranolol is also recorded for asthma, so it suits him.", (FORBIDDEN,)),
                Step(3, "Propranolol alone can be started at a full dose today."),
            ),
            "Propranolol is the drug the question is about.",
        ),
    ),
    MappingProxyType(
        {
            "step_1": Expected("correct", "The edge says it."),
            "step_2": Expected(
                "incorrect",
                "The edge is negative: a contraindication. The step reads it as its opposite, "
                "and is the first incorrect step.",
            ),
            "step_3": Expected("incorrect", "It rests on the misread edge, and would harm."),
            "path_0_precision": Expected("3", "True, but beside what is asked."),
            "path_0_coherence": Expected("3", "An indication leads nobody to a drug to avoid."),
            "path_1_precision": Expected("5", "True, negative, and what matters here."),
            "path_1_coherence": Expected("5", "The very route: asthma forbids the drug."),
            "cot_precision": Expected("1", "One statement is dangerous."),
            "cot_coherence": Expected("1", "The conclusion does not follow from the steps."),
            "decision": Expected("reject", "The right drug, reached by reasoning that would harm."),
            "safety_flag": Expected(
                "severe", "A beta blocker in asthma can kill: the flag is never averaged away."
            ),
        }
    ),
)

CASES = (SOUND, HARMFUL)
BY_NAME = MappingProxyType({case.name: case for case in CASES})
