"""One released line with everything on it, and its parts, for tests of the format."""

import json
from dataclasses import replace
from typing import Any

from pipeline.core.records import (
    Comparison,
    CoT,
    Edge,
    FilterResult,
    Node,
    NodeType,
    Option,
    Path,
    Polarity,
    Preferred,
    Question,
    ReasonerKind,
    Rival,
    SearchLayer,
    Step,
    TraceRecord,
    Verdict,
)
from pipeline.core.release_format import (
    GraphReference,
    ModelReference,
    Place,
    PromptReference,
    Provenance,
    ReleasedConsensus,
    ReleasedGrade,
    ReleasedPathGrade,
    Terms,
    released_line,
)
from review.exports.bundle import FrozenLine

DRUG = Node(7, "DB01", "drug one", NodeType.DRUG, "DrugBank")
DISEASE = Node(9, "1200_1134", "haemophilia", NodeType.DISEASE, "MONDO_grouped")
GENE = Node(11, "2157", "F8", NodeType.GENE_PROTEIN, "NCBI")
AGAINST = Edge(7, 9, "contraindication", "contraindication", Polarity.NEGATIVE)
FOR = Edge(9, 7, "indication", "indication", Polarity.SUPPORTING)
OTHER = Edge(9, 11, "disease_protein", "associated with", Polarity.SUPPORTING)

QUESTION = Question(
    source="house",
    id_in_source="q1",
    text="Which drug is contraindicated?\u2028Choose.",
    options=(Option("A", "Drüg one"), Option("B", "Drug two")),
    answer_label="A",
    answer_text="Drüg one",
)
COT = CoT((Step(1, "It must not be given.", (AGAINST,)), Step(2, "No other is.")), "So A.")
TRACE = TraceRecord(
    question=QUESTION,
    graph_checksum="c" * 64,
    config_fingerprint="f" * 64,
    sample_index=1,
    reasoner_kind=ReasonerKind.DEMONSTRATION,
    paths=(
        Path((DISEASE, DRUG), ((AGAINST, FOR),), SearchLayer.SPECIFIC),
        Path((GENE, DISEASE), ((OTHER,),), SearchLayer.WHOLE),
    ),
    cot=COT,
    verdict=Verdict(
        (
            FilterResult("format", True, None, "Complete."),
            FilterResult("grounding", False, 0.1 + 0.2, "One step of two."),
        )
    ),
)
RIVAL = Rival(
    "B",
    "Drug two",
    (Path((DISEASE, GENE), ((OTHER,),), SearchLayer.WHOLE),),
    CoT((Step(1, "It acts on the gene.", (OTHER,)),), "So B."),
    tuple(Comparison(first, Preferred.KEY, "Its edge is to the point.") for first in (True, False)),
)
GRAPH = GraphReference(name="starter", version="1", checksum="c" * 64)
GRADE = ReleasedGrade(
    rater="r-01",
    rubric_version="1",
    revision=1,
    cot_precision=4,
    cot_coherence=5,
    decision="accept",
    step_labels=("correct", "incorrect"),
    first_incorrect_step=2,
    active_seconds=90,
    path_grades=(ReleasedPathGrade(path=0, precision=3, coherence=4, invalid_edges=(1,)),),
)
CONSENSUS = ReleasedConsensus(
    precision=4.5,
    coherence=5,
    decision="accept",
    basis="agreement",
    grades=2,
    step_labels=("correct", "disagreed"),
)
PLACE = Place(study="pilot", stratum="house, kept", inclusion_probability=0.25)

PROVENANCE = Provenance(
    batch="first batch",
    made_at="2026-11-21T10:00:00+00:00",
    software_version="0.1.0",
    reasoner=ModelReference(
        endpoint="reasoner", model="llama3.1", answered_as=("llama3.1:8b",), provider=()
    ),
    second_reader=None,
    embedding_model="",
    prompts=(PromptReference(name="answer", version="v2", sha256="a" * 64),),
    temperature=0.0,
    reasoning="",
    seed=7,
    calls=5,
    replayed_calls=1,
    input_tokens=4000,
    output_tokens=300,
    cost="0.0012",
    currency="USD",
)
TERMS = Terms(question="CC-BY-4.0", graph="MIT", output="Apache-2.0", together="CC-BY-4.0")

NEW_IN_FORMAT_4 = (
    *("question_id", "cluster", "split", "specialty", "topic", "question_type"),
    *("difficulty", "is_graded", "provenance", "terms"),
)


def line(trace: TraceRecord = TRACE, **changes: Any) -> str:
    """The line of the trace as released, with these changes."""
    grades: dict[str, Any] = {
        "trace_id": "t-1",
        "licence": "CC-BY-4.0",
        "graph": GRAPH,
        "preset": "demonstration",
        "question_id": "house/q1",
        "cluster": "house/q1",
        "split": "train",
        "provenance": PROVENANCE,
        "terms": TERMS,
        "place": PLACE,
        "grades": (GRADE,),
        "consensus": CONSENSUS,
    }
    return released_line(trace, **(grades | changes))


def line_of_format_2(trace: TraceRecord, **changes: Any) -> str:
    """The line of the trace as releases of that format hold it."""
    plain = json.loads(line_of_format_3(trace, **changes)) | {"format_version": 2}
    del plain["reaches_answer"], plain["rivals"]
    for result in plain["verdict"]["filters"]:
        del result["decides"]
    return _written(plain)


def line_of_format_3(trace: TraceRecord, **changes: Any) -> str:
    """The line of the trace as releases of that format hold it."""
    plain = json.loads(line(trace, **changes)) | {"format_version": 3}
    for name in NEW_IN_FORMAT_4:
        del plain[name]
    if plain["place"]:
        del plain["place"]["weight"]
    return _written(plain)


def _written(plain: dict[str, Any]) -> str:
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n"
    return text.replace("\u2028", "\\u2028")


MODEL_TRACE = replace(TRACE, reasoner_kind=ReasonerKind.LANGUAGE_MODEL)
OTHER_WORDS = replace(MODEL_TRACE, cot=replace(COT, conclusion="So A, hence."), sample_index=2)
REJECTED = CONSENSUS.model_copy(update={"decision": "reject"})
NOTICE = "Not clinically validated. Not for clinical use."


def frozen(
    trace: TraceRecord = MODEL_TRACE, *, taken: bool = True, question: int = 1, **changes: Any
) -> FrozenLine:
    """A frozen line of a language model's trace."""
    return FrozenLine(question, taken, line(trace, **changes))


STUDY: dict[str, Any] = {
    "name": "pilot",
    "rubric_version": "2",
    "items": 3,
    "graded": 2,
    "grades": 4,
    "raters": 2,
    "rater_specialties": {"cardiology": 1, "": 1},
    "rater_seniorities": {"consultant": 2},
}


def facts(**changes: Any) -> dict[str, Any]:
    """What a release of these lines records of itself."""
    facts: dict[str, Any] = {
        "release": "first",
        "made": "2026-11-21",
        "notice": NOTICE,
        "rows": 1,
        "rows_graded": 1,
        "rows_nobody_graded": 0,
        "policy": {"name": "fair"},
        "batches": [],
        "studies": [STUDY],
        "creators": [],
        "contact": "",
        "reasoner_kind": "language_model",
        "rows_by_licence": {"CC-BY-4.0": 1},
        "rows_by_source": {"house": 1},
        "rows_by_split": {"train": 1},
        "rows_by_specialty": {"": 1},
        "rows_by_question_type": {"": 1},
        "left_out": {"not accepted": 1},
        "left_out_by_source": {"house": {"not accepted": 1}},
        "left_out_by_question_type": {"": {"not accepted": 1}},
        "twins": dict.fromkeys(("groups", "traces", "set_aside", "left_out", "exact"), 0),
        "splits": {"shares": {"train": 0.9, "validation": 0.05, "test": 0.05}, "seed": 7},
        "quality": {"rows_known": 1, "rows_estimated": 0, "rows_without_evidence": 0},
        "archive": {"studies": ["pilot"], "with_comments": False},
        "contamination": {"threshold": 75.0, "benchmarks": {}, "found": 0, "matches": []},
        "difference": None,
        "figures": [
            {
                "title": "Share acceptable",
                "unit": "share",
                "value": 0.5,
                "low": 0.1,
                "high": 0.9,
                "n": 3,
                "note": "few.",
            }
        ],
        "audits": [{"chain": "study:1", "length": 3, "head": "ab"}],
        "sha256": "f" * 64,
    }
    return facts | changes
