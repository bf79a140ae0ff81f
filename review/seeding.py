"""Seeding: what a new installation starts with, so that it can be tried in a minute."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

import pipeline
from pipeline.accounts.roles import Role
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import preset
from pipeline.models import Batch, KnowledgeGraph
from pipeline.sources.knowledge_graphs import GraphTerms, load_graph
from pipeline.sources.question_sets import QuestionSetTerms, get_or_create_question_set
from pipeline.sources.questions import load_questions
from pipeline.sources.terms import StatedTerms, set_terms
from review.models import Reviewer, Study
from review.people.accounts import NewAccount, make_account
from review.studies.lifecycle import StudyPlan, open_study

STARTER = Path(pipeline.__file__).parent / "starter"
NAME = "starter"
BATCH = "Starter batch"
OWN_GRAPH = GraphTerms(licence="Apache-2.0", source="written for MedReason Web")
ACCOUNTS = (
    ("lead", Role.LEAD),
    ("reviewer1", Role.REVIEWER),
    ("reviewer2", Role.REVIEWER),
    ("adjudicator", Role.ADJUDICATOR),
)
# Given what is being done and of how many parts, yields what to call after each part.
Progress = Callable[[str, int], AbstractContextManager[Callable[[], object]]]


def _silent(title: str, total: int) -> AbstractContextManager[Callable[[], object]]:
    return nullcontext(lambda: None)


def seed_accounts() -> list[NewAccount]:
    """Make the first accounts with fresh passwords; none where anyone has an account."""
    with transaction.atomic():
        if User.objects.exists():
            return []
        return [make_account(username, role=role) for username, role in ACCOUNTS]


def seed_starter(progress: Progress = _silent) -> Study | None:
    """Load the starter content, make its first batch, open a first study over it.

    Goes on where an interrupted seeding stood. Does nothing, and returns None, where there is
    a study, a batch of someone's own, or no user `lead`.
    """
    _state_own_terms()
    lead = User.objects.filter(username="lead").first()
    in_use = Study.objects.exists() or Batch.objects.exclude(name=BATCH).exists()
    if lead is None or in_use:
        return None
    batch = Batch.objects.filter(name=BATCH).first() or _start_first_batch(lead)
    # Small enough to make here and now: reviewers find work at their first sign-in.
    total = batch.traces.count()
    title = f"Making the first {total} traces, the very first of which takes longest"
    with progress(title, total) as count:
        run_batch(batch, on_progress=count)
    return _open_first_study(batch, lead)


def _state_own_terms() -> None:
    """The starter graph of an installation from before terms existed: its file is ours."""
    unstated = KnowledgeGraph.objects.filter(name=NAME, licence="", synonyms_checksum="")
    for row in unstated:
        with (STARTER / "kg.csv").open("rb") as file:
            is_ours = hashlib.file_digest(file, "sha256").hexdigest() == row.source_checksum
        if is_ours:
            own = StatedTerms(OWN_GRAPH.licence, True, OWN_GRAPH.source)
            reason = "The starter graph is this program's own."
            set_terms(row, terms=own, shown=StatedTerms.of(row), reason=reason)


def _start_first_batch(lead: User) -> Batch:
    graph, _ = load_graph(STARTER / "kg.csv", name=NAME, terms=OWN_GRAPH, loaded_by=lead)
    terms = QuestionSetTerms(licence="Apache-2.0", may_be_released=True)
    questions = get_or_create_question_set(NAME, source="house", terms=terms, created_by=lead)
    file = STARTER / "questions.jsonl"
    load_questions(questions, file, file_name=file.name, loaded_by=lead)
    return start_batch(
        questions,
        knowledge_graph=graph,
        config=preset("demonstration"),
        name=BATCH,
        started_by=lead,
    )


def _open_first_study(batch: Batch, lead: User) -> Study:
    plan = StudyPlan(
        name="Starter study",
        batches=[batch],
        reviewers=list(Reviewer.objects.order_by("pk")),
        overlap=2,
        practice_round=True,
    )
    return open_study(plan, opened_by=lead)
