"""Right-to-left text has its own base direction on every page and in every field.

A browser takes the direction of an element with `dir="auto"`, and of `bdi`, from its first letter.
So wherever a name or text of the planted world stands, the nearest such element must begin with it.
"""

import unicodedata
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.batches import lifecycle
from pipeline.core.config import preset
from pipeline.core.records import Option, ReadAnswer
from pipeline.evaluations.reading import read_output
from pipeline.evaluations.starting import start_evaluation
from pipeline.jobs.lifecycle import pause_job
from pipeline.models import EvaluationItem, Trace
from pipeline.sources.knowledge_graphs import load_graph
from review.adjudication.settle import lease_item
from review.grading.sendbacks import send_back
from review.models import Slot, Study
from review.queue.claim import next_slot
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories.kg import write_kg
from tests.pipeline.evaluations.scripted import plan
from tests.review.disagreeing import grade_row
from tests.review.submitting import submit

pytestmark = pytest.mark.django_db

NODES = {
    0: ("disease", "الربو"),
    1: ("drug", "سالبوتامول"),
    2: ("drug", "פרופרנולול"),
    3: ("effect/phenotype", "أزيز"),
}
EDGES = [
    (1, 0, "indication", "indication"),
    (2, 0, "contraindication", "contraindication"),
    (0, 3, "disease_phenotype_positive", "phenotype present"),
]
QUESTIONS = {
    "arabic": "طفل مصاب بمرض الربو ولديه أزيز. ما الدواء؟",
    "hebrew": "ילד עם الربو. איזו תרופה ניתנת?",
}
# Sentences of our own in which a name stands: they have one direction, that of their first word.
OURS = ("Path ", "The second reader", "The conclusion", "Option ")
VOID = {"br", "hr", "img", "input", "link", "meta"}
TEXT_FIELDS = {"text", "search", ""}


class Page(HTMLParser):
    """Finds right-to-left letters whose nearest element with a direction begins otherwise."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.first: list[str | None] = []  # of each open element with a direction: its first letter
        self.found, self.wrong = 0, list[str]()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "input" and (given.get("type") or "") in TEXT_FIELDS and "dir" not in given:
            self.wrong.append(f"input {given.get('name')}")
        if tag == "textarea" and given.get("dir") != "auto":
            self.wrong.append(f"textarea {given.get('name')}")
        if tag not in VOID:
            self.open.append((tag, given))
            self.first.append("" if tag == "bdi" or "dir" in given else None)

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            self.first.pop()
        self.first.pop()

    def handle_data(self, data):
        strong = [sign for sign in data if unicodedata.bidirectional(sign) in {"L", "R", "AL"}]
        if not strong or self.is_beyond_direction():
            return
        at = max((i for i, first in enumerate(self.first) if first is not None), default=None)
        if at is not None and not self.first[at]:
            self.first[at] = strong[0]
        if any(map(_is_rtl, strong)):
            self.found += 1
            if at is None or not (_is_rtl(self.first[at]) or data.strip().startswith(OURS)):
                self.wrong.append(f"{'/'.join(tag for tag, _ in self.open[-3:])}: {data.strip()}")

    def is_beyond_direction(self) -> bool:
        """Titles of windows, choices of a list and read-out text; SVG has its own, in CSS."""
        hidden = any("visually-hidden" in (given.get("class") or "") for _, given in self.open)
        return hidden or bool({"title", "option", "svg", "script"} & {tag for tag, _ in self.open})


def _is_rtl(sign: str | None) -> bool:
    return bool(sign) and unicodedata.bidirectional(sign) != "L"


@pytest.fixture(scope="module")
def study(module_db, tmp_path_factory) -> Study:
    lead, ann = actors.lead("مدير"), actors.reviewer("سارة")
    actors.person("חכם", Role.ADJUDICATOR)
    folder: Path = tmp_path_factory.mktemp("kg")
    graph, _ = load_graph(write_kg(folder / "kg.csv", NODES, EDGES), name="مخطط")
    questions = factories.question_set(0, name="arabic", licence="رخصة")
    options = (Option("A", NODES[1][1]), Option("B", NODES[2][1]))
    for number, text in enumerate(QUESTIONS.values()):
        row = factories.question(
            number,
            text=text,
            id_in_source=f"سؤال {number}",
            context="سياق",
            specialty="طب",
            options=options,
            answer_label="A",
            answer_text=options[0].text,
        )
        store.question_row(questions, row).save()
    config = preset("demonstration")
    batch = lifecycle.start_batch(questions, knowledge_graph=graph, config=config, name="دفعة")
    lifecycle.run_batch(batch)
    for trace in Trace.objects.all():
        _write_in_arabic(trace)
    opened = StudyPlan(
        name="دراسة", batches=[batch], reviewers=[ann], overlap=1, guidelines="# دليل\n\n- ملاحظة"
    )
    made = open_study(opened, opened_by=lead)
    Study.objects.update(reveal_after_submit=True)
    submit(next_slot(made, reviewer=ann), ann, comment="تعليق")
    graded = made.items.get(slots__state=Slot.State.FILLED)
    peer = actors.reviewer("مريم")
    grade_row(graded, peer, comment="תגובה", cot_precision=1, decision="reject")
    own = grade_row(graded, ann, revision=2, comment="تعليق", answer_key_disputed=True)
    send_back(graded, grades=[own], comment="انظر", by=lead)
    next_slot(made, reviewer=ann)
    return made


def _write_in_arabic(row: Trace) -> None:
    trace = store.trace_record(row)
    steps = tuple(replace(step, text="خطوة") for step in trace.cot.steps)
    cot = replace(trace.cot, steps=steps, conclusion="خلاصة")
    said = ReadAnswer("A", "", "شرح")
    written = replace(trace, cot=cot, read_answer=said)
    Trace.objects.filter(pk=row.pk).update(record=store.trace_text(written))


def check(username: str, *addresses: str) -> None:
    """All these pages, as this person sees them, hold such text and nothing of it misplaced."""
    client = actors.signed_in(User.objects.get(username=username))
    replies = {address: client.get(address) for address in addresses}
    assert {
        one: reply.status_code for one, reply in replies.items() if reply.status_code != 200
    } == {}
    pages = {address: Page(reply.content.decode()) for address, reply in replies.items()}
    wrong = [f"{one} {what}" for one, page in pages.items() for what in page.wrong]
    assert not wrong, "\n".join(wrong)
    assert [address for address, page in pages.items() if not page.found] == []


def test_pages_of_a_lead(study):
    batch, item = study.batches.get(), study.items.filter(grades__isnull=False).distinct().get()
    by_name = {
        "pipeline": ["batches", "question_sets", "knowledge_graphs", "batch_new"],
        "review": ["studies", "study_new", "disputes", "people", "audit"],
    }
    plain = [reverse(f"{app}:{name}") for app, names in by_name.items() for name in names]
    with_row = [
        ("pipeline:batch", batch.pk),
        ("pipeline:traces", batch.pk),
        *(("pipeline:trace", trace.key) for trace in batch.traces.all()),
        ("pipeline:question_set", batch.question_set.name),
        ("review:study", study.pk),
        ("review:dispute", item.trace.question_id),
        ("review:adjudication_study", study.pk),
        ("review:adjudication_item", item.code),
        ("review:correct", item.code),
        ("review:control_mark", item.trace.key),
    ]
    check("مدير", *plain, *(reverse(name, args=[key]) for name, key in with_row))


def test_pages_of_an_evaluation(study):
    questions = study.batches.get().question_set
    questions.is_benchmark = True
    questions.save()
    name = "تقييم"
    evaluation = start_evaluation(plan(questions, orders=2), name=name)
    item = evaluation.answers.last()
    asked = store.question_record(item.question)
    columns = read_output("الجواب\n<think>فكر</think>Answer: A", asked, item.shown)
    EvaluationItem.objects.filter(pk=item.pk).update(**{**columns, "reasoning": "تفكير"})
    pause_job(evaluation)
    check(
        "مدير",
        reverse("pipeline:evaluations"),
        reverse("pipeline:evaluation", args=[evaluation.pk]),
        reverse("pipeline:evaluation_cancel", args=[evaluation.pk]),
        reverse("pipeline:evaluation_new") + f"?like={evaluation.pk}",
        reverse("pipeline:answers", args=[evaluation.pk]),
        reverse("pipeline:answer", args=[item.key]),
    )


def test_pages_of_a_reviewer(study):
    graded = study.items.filter(grades__reviewer__user__username="سارة").distinct().get()
    held = study.items.exclude(pk=graded.pk).get()
    of_item = [("grade", held), ("amend", graded), ("reveal", graded), ("sent_back", graded)]
    check(
        "سارة",
        reverse("review:desk"),
        reverse("review:history", args=[study.pk]),
        *(reverse(f"review:{name}", args=[item.code]) for name, item in of_item),
    )


def test_pages_of_an_adjudicator(study):
    item = study.items.filter(grades__isnull=False).distinct().get()
    lease_item(item, adjudicator=User.objects.get(username="חכם"))
    check("חכם", reverse("review:settle", args=[item.code]))
