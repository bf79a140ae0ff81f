"""A graph of a dozen nodes and questions over it, for tests of the method."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.core.chain import Tools
from pipeline.core.config import MethodConfig, preset
from pipeline.core.kg.index import GraphIndex
from pipeline.core.reasoner import DraftCoT, Preference
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.records import (
    Extraction,
    Judgement,
    Mention,
    OpenMention,
    Option,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
    Step,
    StepCheck,
)
from pipeline.core.similarity.registry import make_similarity

NODES = {
    0: ("disease", "asthma"),
    1: ("drug", "Salbutamol"),
    2: ("drug", "Propranolol"),
    3: ("effect/phenotype", "Wheezing"),
    4: ("disease", "migraine"),
    5: ("gene/protein", "ADRB2"),
    6: ("disease", "hypertension"),
    7: ("effect/phenotype", "Hypertension"),
    8: ("gene/protein", "REST"),
    9: ("drug", "Acetylsalicylic acid"),
    10: ("disease", "bronchitis", "1_2", "MONDO_grouped"),
    11: ("disease", "gout"),
    12: ("drug", "Allopurinol"),
    13: ("disease", "type 2 diabetes mellitus"),
    14: ("effect/phenotype", "Fever"),
    15: ("anatomy", "blood"),
    16: ("drug", "Urea"),
}
PRESENT = ("disease_phenotype_positive", "phenotype present")
EDGES = [
    (1, 0, "indication", "indication"),
    (2, 0, "contraindication", "contraindication"),
    (0, 3, *PRESENT),
    (2, 4, "indication", "indication"),
    (1, 5, "drug_protein", "target"),
    (2, 5, "drug_protein", "target"),
    (2, 6, "indication", "indication"),
    (13, 7, *PRESENT),
    (8, 6, "disease_protein", "associated with"),
    (9, 4, "indication", "indication"),
    (10, 3, *PRESENT),
    (1, 10, "indication", "indication"),
    (0, 14, "disease_phenotype_negative", "phenotype absent"),
    (13, 14, *PRESENT),
    (6, 14, *PRESENT),
    (15, 8, "anatomy_protein_present", "expression present"),
    (16, 6, "indication", "indication"),
    (12, 11, "indication", "indication"),
]
DRUGS = ("Salbutamol", "Propranolol", "Acetylsalicylic acid", "Allopurinol")
CONFIG = preset("demonstration", seed=7)


def question(
    text: str = "A child with asthma and wheezing comes in. Which drug treats this?",
    options: Sequence[str] = DRUGS,
    key: int | None = 0,
    **fields: str,
) -> Question:
    """A question whose answer is the option at `key`, or `answer_text` without options."""
    made = tuple(Option("ABCDE"[at], option) for at, option in enumerate(options))
    right = made[key] if key is not None else None
    stated = {"answer_text": right.text if right else "", "source": "test", "id_in_source": "1"}
    return Question(
        text=text, options=made, answer_label=right.label if right else None, **(stated | fields)
    )


def tools(graph: GraphIndex, reasoner: object = None, config: MethodConfig = CONFIG) -> Tools:
    """Tools with the demonstration reasoner, or the one given, on both sides."""
    reasons = reasoner or DemonstrationReasoner(graph)
    return Tools(graph, make_similarity(graph, config.similarity), reasons, reasons)  # type: ignore[arg-type]


@dataclass
class Scripted:
    """A reasoner that says what it is told to; any act left None is the demonstration's."""

    base: DemonstrationReasoner
    mentions: tuple[Mention, ...] | None = None
    choices: tuple[int | None, ...] | None = None
    kept: tuple[int, ...] | None = None
    draft: DraftCoT | None = None
    read: ReadAnswer | None = None
    kind: ReasonerKind = ReasonerKind.DEMONSTRATION
    asked: list[Sequence[OpenMention]] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)

    def extract(self, question: Question) -> Extraction:
        found = self.mentions
        return self.base.extract(question) if found is None else Extraction(found)

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        self.asked.append(open_mentions)
        chosen = self.base.select(question, open_mentions)
        return chosen if self.choices is None else self.choices

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        return self.base.prune(question, paths, keep) if self.kept is None else self.kept

    def generate(
        self, question: Question, paths: Sequence[Path], *, reaches_answer: bool = True
    ) -> DraftCoT:
        return self.draft or self.base.generate(question, paths, reaches_answer=reaches_answer)

    def answer(self, question: Question, masked_reasoning: str | None) -> ReadAnswer:
        self.masked.append(masked_reasoning or "")
        return self.read or self.base.answer(question, masked_reasoning)

    def judge(self, question: Question, answer: str) -> Judgement:
        return self.base.judge(question, answer)

    def check_steps(
        self, question: Question, steps: Sequence[Step], paths: Sequence[Path]
    ) -> tuple[StepCheck, ...]:
        return self.base.check_steps(question, steps, paths)

    def compare(self, question: Question, first: str, second: str) -> Preference:
        return self.base.compare(question, first, second)
