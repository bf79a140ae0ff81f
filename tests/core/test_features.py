"""Features of a trace: what reports, samples and the learned score read."""

from dataclasses import replace

from pipeline.core.features import Contrast, TraceFeatures, features_of
from pipeline.core.records import (
    Comparison,
    CoT,
    Edge,
    Failure,
    LinkedEntity,
    LinkStage,
    Mention,
    Node,
    NodeType,
    Path,
    Polarity,
    Preferred,
    Question,
    ReadAnswer,
    Reading,
    ReadingKind,
    ReasonerKind,
    Rival,
    SearchLayer,
    Side,
    Step,
    TraceRecord,
)

ASTHMA, DRUG, SIGN = (
    Node(index, str(index), name, NodeType.DISEASE, source)
    for index, (name, source) in enumerate(
        (("asthma", "MONDO_grouped"), ("salbutamol", "DrugBank"), ("wheezing", "HPO"))
    )
)
HELPS = Edge(1, 0, "indication", "indication", Polarity.SUPPORTING)
TARGETS = Edge(1, 0, "target", "target", Polarity.SUPPORTING)
SHOWS = Edge(0, 2, "disease_phenotype_negative", "phenotype absent", Polarity.NEGATIVE)
TWO_HOPS = Path((SIGN, ASTHMA, DRUG), ((SHOWS,), (HELPS, TARGETS)), SearchLayer.WHOLE)
ONE_HOP = Path((ASTHMA, DRUG), ((HELPS, TARGETS),), SearchLayer.SPECIFIC)


def linked(node: Node, stage: LinkStage) -> LinkedEntity:
    return LinkedEntity(Mention(node.name, Side.QUESTION, 0, 1), node, stage, 1.0, 1)


def trace(*steps: Step, paths=(ONE_HOP, TWO_HOPS)) -> TraceRecord:
    question = Question("house", "q1", "Which drug helps?", (), None, "salbutamol")
    entities = (linked(SIGN, LinkStage.SIMILARITY), linked(DRUG, LinkStage.EXACT))
    return TraceRecord(
        question=question,
        graph_checksum="0",
        config_fingerprint="0",
        sample_index=0,
        reasoner_kind=ReasonerKind.DEMONSTRATION,
        linked=entities,
        paths=paths,
        cot=CoT(steps, "Salbutamol."),
    )


def test_only_what_is_cited_counts():
    found = features_of(trace(Step(1, "It helps asthma.", (HELPS,)), paths=(ONE_HOP,)))
    assert (found.path_length, found.cited_paths, found.relations) == (1, 1, ("indication",))
    assert (found.layers, found.grouped, found.negative) == (("specific",), True, False)
    assert found.stages == (LinkStage.EXACT,)


def test_a_path_is_as_long_as_its_hops_whatever_the_parallel_edges():
    found = features_of(trace(Step(1, "No wheezing here.", (SHOWS,)), Step(2, "So it helps.")))
    assert (found.path_length, found.paths, found.negative) == (2, 2, True)
    assert found.stages == (LinkStage.EXACT, LinkStage.SIMILARITY)
    assert (found.steps, found.uncited_steps, found.cot_words) == (2, 1, 6)


def test_a_failed_trace_has_features_too():
    found = features_of(replace(trace(), cot=None, paths=()))
    assert found == TraceFeatures(question_words=3)
    assert not found.passed("format")


def test_readings_and_rivals_are_told_by_what_came_of_them():
    record = trace(Step(1, "It helps.", (HELPS,)))
    answer = ReadAnswer("A", "A", "")
    both = (Preferred.KEY, Preferred.KEY), (Preferred.RIVAL, Preferred.RIVAL)
    split = (Preferred.KEY, Preferred.RIVAL), (Preferred.NEITHER, Preferred.KEY)
    neither = (Preferred.NEITHER, Preferred.NEITHER)
    rivals = [
        Rival("B", "b", comparisons=(Comparison(True, one, ""), Comparison(False, other, "")))
        for one, other in (*both, *split, neither)
    ]
    rivals.append(Rival("C", "c", failure=Failure("search", "no_path", "")))
    reading = Reading(ReadingKind.WITHOUT_COT, answer, correct=True)
    found = features_of(
        replace(record, rivals=tuple(rivals), readings=(reading,), unmasked=("Option B",))
    )
    assert [rival.outcome for rival in found.rivals] == [
        *(Contrast.KEY, Contrast.RIVAL, Contrast.SPLIT, Contrast.SPLIT, Contrast.NEITHER, None)
    ]
    assert found.rivals[-1].failure == "no_path"
    assert [(one.kind, one.correct, one.failure) for one in found.readings] == [
        (ReadingKind.WITHOUT_COT, True, "")
    ]
    assert (found.unmasked, found.reaches_answer) == (True, False)
