"""Hostile text end to end: what a source file says is shown as text, never as markup."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from pipeline import store
from pipeline.batches import lifecycle
from pipeline.core.config import preset
from pipeline.core.records import Option
from pipeline.models import Batch
from pipeline.sources.knowledge_graphs import load_graph
from review.models import Study
from review.queue.claim import next_slot
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories.kg import write_kg

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]

IMAGE = "<img src=x onerror=alert(1)>"
PANEL = "<div hx-get=/batches/ hx-trigger=load>"
SCRIPT = "</text></svg><script>alert(1)</script>"
QUOTES = """a" onmouseover="b' {{ 7 }} {% now %} &lt;b&gt;"""
RTL = "\u05d0\u05e1\u05d8\u05de\u05d4 \u200famlodipine"
HOSTILE = (IMAGE, PANEL, SCRIPT, QUOTES, RTL)

# The names a reviewer and a lead read come from files that other people wrote.
NODES = {
    0: ("disease", IMAGE),
    1: ("drug", PANEL),
    2: ("effect/phenotype", SCRIPT),
    3: ("drug", QUOTES),
    4: ("drug", RTL),
}
EDGES = [
    (1, 0, "indication", "indication"),
    (3, 0, "contraindication", "contraindication"),
    (4, 0, "contraindication", "contraindication"),
    (0, 2, "disease_phenotype_positive", "phenotype present"),
]


@pytest.fixture
def lead():
    return actors.lead(PANEL)


@pytest.fixture
def batch(lead, tmp_path: Path) -> Batch:
    graph, _ = load_graph(write_kg(tmp_path / "kg.csv", NODES, EDGES), name="hostile")
    questions = factories.question_set(0)
    options = tuple(Option(label, NODES[n][1]) for label, n in zip("ABC", (1, 3, 4), strict=True))
    hostile = factories.question(
        0,
        text=f"{IMAGE} and {SCRIPT} {QUOTES} {RTL} {PANEL} Which drug is indicated?",
        context=f"{IMAGE}\n{PANEL}",
        specialty=SCRIPT,
        id_in_source=QUOTES,
        options=options,
        answer_label="A",
        answer_text=PANEL,
    )
    store.question_row(questions, hostile).save()
    config = preset("demonstration")
    made = lifecycle.start_batch(questions, knowledge_graph=graph, config=config, name=IMAGE)
    lifecycle.run_batch(made)
    return made


@pytest.fixture
def study(batch, lead) -> Study:
    ann = actors.reviewer(IMAGE)
    plan = StudyPlan(
        name=SCRIPT, batches=[batch], reviewers=[ann], overlap=1, guidelines=f"{PANEL}\n{IMAGE}"
    )
    return open_study(plan, opened_by=lead)


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    content = response.content.decode()
    assert not re.search(r"<img src=x|<div hx-get=/|<script>alert|</svg><script", content)
    assert 'onmouseover="b' not in content
    return content


def as_text(content: str, *texts: str) -> bool:
    """Whether each text is on the page as the text it is."""
    return all(escape(text) in content for text in texts)


def test_the_trace_has_a_path_through_every_hostile_name(batch):
    trace = store.trace_record(batch.traces.get())
    names = {node.name for path in trace.paths for node in path.nodes}
    assert names >= {IMAGE, PANEL}
    assert trace.cot is not None


def test_the_trace_page_and_its_drawing(batch, lead):
    content = read(actors.signed_in(lead), reverse("pipeline:trace", args=[batch.traces.get().key]))
    assert as_text(content, *HOSTILE)
    [svg] = re.findall(r"<svg.*?</svg>", content, re.DOTALL)
    assert set(re.findall(r"<(\w+)", svg)) <= {
        "svg",
        "defs",
        "marker",
        "path",
        "g",
        "rect",
        "text",
        "title",
    }
    assert "&lt;img" in svg


def test_the_grading_page_and_its_drawing(study):
    reviewer = study.reviewers.get()
    slot = next_slot(study, reviewer=reviewer)
    url = reverse("review:grade", args=[slot.item.code])
    content = read(actors.signed_in(reviewer.user), url)
    assert as_text(content, *HOSTILE)
    [svg] = re.findall(r"<svg.*?</svg>", content, re.DOTALL)
    assert "<script" not in svg


def test_an_entered_comment_comes_back_as_text(study):
    reviewer = study.reviewers.get()
    slot = next_slot(study, reviewer=reviewer)
    url = reverse("review:grade", args=[slot.item.code])
    response = actors.signed_in(reviewer.user).post(url, {"comment": f"</textarea>{SCRIPT}"})
    assert response.status_code == 422
    assert "</textarea></text>" not in response.content.decode()
    assert "<script>alert" not in response.content.decode()


def test_the_lists_of_leads_and_reviewers(study, batch, lead):
    client = actors.signed_in(lead)
    for url in (
        reverse("pipeline:batches"),
        reverse("pipeline:batch", args=[batch.pk]),
        reverse("pipeline:traces", args=[batch.pk]) + f"?reason={quote(SCRIPT)}",
        reverse("pipeline:question_set", args=[batch.question_set.name]),
        reverse("review:studies"),
        reverse("review:study", args=[study.pk]),
    ):
        read(client, url)
    read(actors.signed_in(study.reviewers.get().user), reverse("review:desk"))
