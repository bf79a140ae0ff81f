"""Small rows for the tests: a graph, questions, batches, studies."""

import io
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from django.contrib.auth.models import User
from django.utils import timezone

from pipeline import store
from pipeline.batches.imported.importing import Origin, import_chains
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import SimilarityConfig, preset
from pipeline.core.kg.index import GraphSummary, build_index
from pipeline.core.records import Option, Question
from pipeline.jobs.claims import claim_item
from pipeline.jobs.lifecycle import finish_if_done
from pipeline.models import Batch, KnowledgeGraph, QuestionSet, Trace
from pipeline.sources import knowledge_graphs
from pipeline.sources.knowledge_graphs import GraphTerms, load_graph
from review.evidence.policies import Rules
from review.models import Policy, Release, Reviewer, Study
from review.releases.lifecycle import begin_release, remove_release
from review.releases.making import make
from review.releases.selection.choices import CannotRelease
from review.studies.lifecycle import StudyPlan, open_study
from tests.data_folder import data_folder
from tests.factories import endpoints
from tests.factories.kg import write_kg

NODES = {
    0: ("disease", "asthma"),
    1: ("drug", "Salbutamol"),
    2: ("drug", "Propranolol"),
    3: ("effect/phenotype", "Wheezing"),
    4: ("disease", "essential hypertension"),
    5: ("effect/phenotype", "Headache"),
    6: ("drug", "Amlodipine"),
    7: ("disease", "migraine disorder"),
    8: ("drug", "Sumatriptan"),
    9: ("effect/phenotype", "Photophobia"),
}
EDGES = [
    (1, 0, "indication", "indication"),
    (2, 0, "contraindication", "contraindication"),
    (0, 3, "disease_phenotype_positive", "phenotype present"),
    (2, 4, "indication", "indication"),
    (6, 4, "indication", "indication"),
    (8, 7, "indication", "indication"),
    (7, 5, "disease_phenotype_positive", "phenotype present"),
    (7, 9, "disease_phenotype_positive", "phenotype present"),
    (6, 5, "drug_effect", "side effect"),
    (8, 4, "contraindication", "contraindication"),
]
UNGRADED = Rules(
    minimum_precision=None, minimum_coherence=None, minimum_graders=0, only_accepted=False
)
# Columns of a settled trace that follow from its question alone: graph and method are the same.
OUTCOME = (
    *("state", "kept", "rejections", "failure_stage", "failure_reason", "failure_detail"),
    *("record", "record_sha256", "features", "seconds"),
)
_outcomes: dict[str, dict[str, Any]] = {}
DRUGS = ("Salbutamol", "Propranolol", "Amlodipine", "Sumatriptan")
ASKED = (
    ("A child with asthma has wheezing. Which drug is indicated?", "Salbutamol"),
    ("A man with essential hypertension needs treatment. Which drug is indicated?", "Amlodipine"),
    ("A woman with migraine disorder has photophobia. Which drug is indicated?", "Sumatriptan"),
    ("Which drug is contraindicated in a patient with asthma?", "Propranolol"),
)


def question(number: int = 0, **changes: object) -> Question:
    """The n-th question of ASKED (n modulo four), with its own id."""
    text, answer = ASKED[number % len(ASKED)]
    options = tuple(Option(label, drug) for label, drug in zip("ABCD", DRUGS, strict=True))
    fields: dict[str, object] = {
        "source": "house",
        "id_in_source": f"q{number}",
        "text": text if number < len(ASKED) else f"{text} Case {number}.",
        "options": options,
        "answer_label": "ABCD"[DRUGS.index(answer)],
        "answer_text": answer,
    }
    return Question(**(fields | changes))  # type: ignore[arg-type]


def question_set(
    size: int = 4, *, name: str = "questions", first: int = 0, **changes: object
) -> QuestionSet:
    """A set of `size` questions that may be released, from the `first` on."""
    fields = {"source": "house", "licence": "Apache-2.0", "may_be_released": True}
    row = QuestionSet.objects.create(name=name, **(fields | changes))
    for number in range(first, first + size):
        store.question_row(row, question(number)).save()
    return row


def misspelt_set(*, name: str = "misspelt") -> QuestionSet:
    """A set of one question, whose answer no node is called by."""
    row = question_set(0, name=name)
    options = (Option("A", "Salbutamoll"), Option("B", "Propranolol"))
    asked = question(options=options, answer_label="A", answer_text="Salbutamoll")
    store.question_row(row, asked).save()
    return row


def graph(name: str = "small") -> KnowledgeGraph:
    """The small graph, loaded. Its index is built once a process, then copied."""
    source, index, summary = _small_graph()

    def copied(_: Path, folder: Path, *__: object, **___: object) -> GraphSummary:
        shutil.copytree(index, folder)
        return summary

    with patch.object(knowledge_graphs, "build_index", copied):
        return load_graph(source, name=name, terms=GraphTerms("CC0-1.0"))[0]


@cache
def _small_graph() -> tuple[Path, Path, GraphSummary]:
    """Its source file, its index, and what is said of it."""
    folder = Path(tempfile.mkdtemp(dir=data_folder()))
    source = write_kg(folder / "kg.csv", NODES, EDGES)
    return source, folder / "index", build_index(source, folder / "index")


def batch(size: int = 4, *, name: str = "batch", samples: int = 1, first: int = 0) -> Batch:
    """A running batch over `size` questions; nothing is made yet."""
    return start_batch(
        question_set(size, name=f"{name}-questions", first=first),
        knowledge_graph=graph(f"{name}-graph"),
        config=preset("demonstration"),
        name=name,
        samples=samples,
    )


def model_batch(size: int = 4, *, name: str = "modelled", **changes: Any) -> Batch:
    """A running batch of a language model over `size` questions; nothing is made yet."""
    config = replace(preset("default"), similarity=SimilarityConfig())
    plan: dict[str, Any] = {"config": config}
    if "reasoner_endpoint" not in changes:
        plan["reasoner_endpoint"] = endpoints.endpoint()
    if "reader_endpoint" not in changes:
        plan["reader_endpoint"] = endpoints.reader()
    return start_batch(
        question_set(size, name=f"{name}-questions"),
        knowledge_graph=graph(f"{name}-graph"),
        name=name,
        **(plan | changes),
    )


def made_batch(size: int = 4, *, name: str = "batch", first: int = 0) -> Batch:
    """A finished batch. What comes of each question is worked out once a process, then copied.

    Two batches have the same questions, and so twins, unless they begin with different ones.
    """
    row = batch(size, name=name, first=first)
    unknown = []
    for trace in row.traces.select_related("question"):
        outcome = _outcomes.get(trace.question.id_in_source)
        if outcome is None:
            unknown.append(trace)
        else:
            now = timezone.now()
            row.traces.filter(pk=trace.pk).update(**outcome, claimed_at=now, settled_at=now)
    if unknown:
        run_batch(row)
    else:
        finish_if_done(row)
    for trace in unknown:
        trace.refresh_from_db(fields=OUTCOME)
        outcome = {name: getattr(trace, name) for name in OUTCOME}
        _outcomes[trace.question.id_in_source] = outcome
    row.refresh_from_db()
    return row


def study(
    *reviewers: Reviewer, opened_by: User, size: int = 4, overlap: int = 1, name: str = "study"
) -> Study:
    """An open study over a fresh batch, for these reviewers."""
    plan = StudyPlan(
        name=name,
        batches=[made_batch(size, name=f"{name}-batch")],
        reviewers=reviewers,
        overlap=overlap,
        seed=7,
    )
    return open_study(plan, opened_by=opened_by)


def make_release(name: str, *, study: Study, policy: Policy, made_by: User) -> Release:
    """Begin a release and make it without a worker. Raises CannotRelease, and removes it then."""
    release = begin_release(name, studies=[study], policy=policy, made_by=made_by)
    make(release)
    release.refresh_from_db()
    if release.state == Release.State.FAILED:
        remove_release(release, by=made_by)
        raise CannotRelease(release.failed_reason)
    return release


def imported_batch(
    questions: QuestionSet, *, name: str = "imported", rows: Sequence[dict[str, Any]] | None = None
) -> Batch:
    """A batch of others' chains of thought, one on each question of the set or as `rows` say."""
    if rows is None:
        rows = [
            {"question": one.text, "answer": one.answer_text, "cot": chain_text(one.answer_text)}
            for one in questions.questions.order_by("pk")
        ]
    text = "\n".join(json.dumps(row) for row in rows)
    return import_chains(
        name,
        io.BytesIO(text.encode()),
        file_name="chains.jsonl",
        questions=questions,
        origin=Origin("Chen and others", "Apache-2.0"),
    )


def chain_text(answer: str) -> str:
    """A chain of thought that ends at the answer, of two steps."""
    return (
        "Step 1: The patient's condition is considered.\n"
        f"Step 2: {answer} acts on it.\nConclusion: The answer is {answer}."
    )


def claim_trace(batch: Batch, *, max_claimed: int | None = None) -> Trace | None:
    """The batch's next pending trace, leased."""
    return cast(Trace | None, claim_item(batch, max_claimed=max_claimed))
