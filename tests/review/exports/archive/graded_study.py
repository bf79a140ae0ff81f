"""A study as rows with everything that can happen to an item, graded at random under a seed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import numpy as np
from django.contrib.auth.models import User

from pipeline import store
from pipeline.models import Trace
from review.grading.practice_cases import CASES
from review.models import (
    Adjudication,
    Correction,
    Decline,
    Draft,
    Grade,
    Item,
    KeyRuling,
    PathGrade,
    PracticeGrade,
    Reveal,
    Reviewer,
    SendBack,
    Slot,
    StepLabel,
    Study,
)
from review.studies.lifecycle import StudyPlan, open_study
from tests.review.exports.archive.grown_batch import grown_batch

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)
DECISIONS = ("reject", "revise", "accept")
LABELS = ("correct", "correct", "correct", "incorrect", "unsupported", "cannot_judge")
SECRET = "plainly-secret words"  # in every free text


@dataclass
class GradedStudy:
    """How large the study is, and its chances; `make` writes it."""

    raters: list[Reviewer]
    lead: User
    traces: int = 100
    drawn: int | None = 70
    overlap: int = 3
    seed: int = 1
    name: str = "graded"

    def open(self) -> Study:
        """The study before anyone has graded."""
        self.chance = np.random.default_rng(self.seed)
        plan = StudyPlan(
            self.name,
            batches=[grown_batch(self.name, self.traces)],
            reviewers=self.raters,
            overlap=self.overlap,
            size=self.drawn,
            strata=("source", "verdict"),
            seed=self.seed,
            practice_round=True,
        )
        return open_study(plan, opened_by=self.lead)

    def make(self) -> Study:
        """The study with its grades and all that came of them."""
        study = self.open()
        self._more_items(study)
        self.quality = {pk: self.chance.normal() for pk in study.items.values_list("pk", flat=True)}
        self._grade(study)
        self._what_came_of_it(study)
        return Study.objects.get(pk=study.pk)

    def _more_items(self, study: Study) -> None:
        """Control items, repeats and placebos beside what was drawn."""
        sampled = list(study.items.order_by("pk"))
        drawn = {item.trace_id for item in sampled}
        batch = study.batches.get()
        left = batch.traces.of_key().filter(state=Trace.State.MADE).exclude(pk__in=drawn)
        expected = {"precision": 4, "coherence": 4, "decision": "accept", "tolerance": 1}
        rows = [
            Item(study=study, trace=trace, kind="control", expected=expected) for trace in left[:3]
        ]
        rows += [
            Item(study=study, trace=item.trace, kind="repeat", repeat_of=item)
            for item in sampled[:8]
        ]
        placebos = batch.traces.exclude(arm=Trace.Arm.KEY).filter(state=Trace.State.MADE)
        rows += [Item(study=study, trace=trace, kind="placebo") for trace in placebos]
        Item.objects.bulk_create(rows)

    def _grade(self, study: Study) -> None:
        """Everyone grades in turn; one item in ten nobody has graded, and some once too few."""
        grades: list[Grade] = []
        places = dict.fromkeys(range(len(self.raters)), 0)
        items = list(study.items.select_related("trace").order_by("pk"))
        self._given: dict[int, list[Grade]] = {}
        self._labelled: list[tuple[Grade, list[str]]] = []
        self._shapes: dict[str, tuple[int, list[int]]] = {}
        for number, item in enumerate(items):
            item.study = study
            wanted = 0 if number % 10 == 7 else self.overlap - (number % 13 == 5)
            chosen = self.chance.permutation(len(self.raters)).tolist()
            if item.repeat_of_id:
                earlier = self._given.get(item.repeat_of_id, [])
                chosen = [self.raters.index(grade.reviewer) for grade in earlier[:1]]
            for rater in chosen[:wanted]:
                places[rater] += 1
                grade = self._one(item, int(rater), places[rater])
                self._given.setdefault(item.pk, []).append(grade)
                grades.append(grade)
        Slot.objects.bulk_create([grade.slot for grade in grades], batch_size=500)
        for grade in grades:
            grade.slot_id = grade.slot.pk
        at = iter([grade.submitted_at for grade in grades])
        with patch("django.db.models.fields.timezone.now", lambda: next(at)):
            Grade.objects.bulk_create(grades, batch_size=500)
        self._details(grades)

    def _one(self, item: Item, rater: int, place: int) -> Grade:
        unable = self.chance.uniform() < 0.04
        labels = [] if unable else self._labels(item)
        wrong = [step for step, label in enumerate(labels, 1) if label == "incorrect"]
        seen = self.quality[item.pk] + self.chance.normal(scale=0.3) - 0.05 * rater
        number = len(self._given.get(item.pk, [])) + 1
        slot = Slot(item=item, number=100 + number, state="filled", reviewer=self.raters[rater])
        errors = self.chance.normal(scale=0.2, size=2)
        precision, coherence = (int(np.clip(np.floor(3.7 + seen + e), 1, 5)) for e in errors)
        grade = Grade(
            slot=slot,
            item=item,
            reviewer=self.raters[rater],
            rubric_version=item.study.rubric_version,
            cot_precision=None if unable else precision,
            cot_coherence=None if unable else coherence,
            decision="" if unable else DECISIONS[int(seen > -0.5) + int(seen > -1.2)],
            safety_flag="mild" if seen < -2.1 else "",
            cannot_judge="outside_specialty" if unable else "",
            answer_key_disputed=number == 1 and len(self._given) % 13 == 6,
            first_incorrect_step=None if unable else min(wrong, default=0),
            comment=SECRET,
            active_seconds=int(self.chance.gamma(4, 20)),
            wall_seconds=400,
            study_position=place,
            session_position=(place - 1) % 9 + 1,
        )
        self._labelled.append((grade, labels))
        grade.submitted_at = BEGAN + timedelta(minutes=7 * place, days=place // 9, seconds=rater)
        return grade

    def _shape(self, item: Item) -> tuple[int, list[int]]:
        """How many steps the item's trace has, and how many edges each of its paths."""
        record = item.trace.record
        if record not in self._shapes:
            trace = store.trace_record(item.trace)
            self._shapes[record] = len(trace.cot.steps), [len(path.edges) for path in trace.paths]
        return self._shapes[record]

    def _labels(self, item: Item) -> list[str]:
        sound = self.quality[item.pk] > -0.3
        steps = range(self._shape(item)[0])
        return ["correct" if sound else str(self.chance.choice(LABELS)) for _ in steps]

    def _details(self, grades: list[Grade]) -> None:
        """Labels of steps and grades of paths."""
        judged = [grade for grade in grades if not grade.cannot_judge]
        steps = [
            _step(grade, step, label)
            for grade, labels in self._labelled
            for step, label in enumerate(labels, 1)
        ]
        paths = [
            self._path(grade, path, size)
            for grade in judged
            for path, size in enumerate(self._shape(grade.item)[1])
        ]
        StepLabel.objects.bulk_create(steps, batch_size=1000)
        PathGrade.objects.bulk_create(paths, batch_size=1000)

    def _path(self, grade: Grade, path: int, edges: int) -> PathGrade:
        precision, coherence = (int(one) for one in self.chance.integers(2, 6, 2))
        invalid = [edge for edge in range(edges) if self.chance.uniform() < 0.1]
        return PathGrade(
            grade=grade, path=path, precision=precision, coherence=coherence, invalid_edges=invalid
        )

    def _what_came_of_it(self, study: Study) -> None:
        """Amendments, send-backs, reveals, settlements, rulings, corrections, declines, drafts."""
        graded = list(study.items.filter(kind="sampled").order_by("pk"))
        with_grades = [item for item in graded if len(self._given.get(item.pk, [])) >= 2]
        without = [item for item in graded if item.pk not in self._given]
        first, second, third, fourth, *others = with_grades
        grade = self._given[first.pk][0]
        SendBack.objects.create(grade=grade, comment=SECRET, asked_by=self.lead)
        self._amend(grade, cot_precision=1, decision="reject")
        answered = self._given[second.pk][0]
        SendBack.objects.create(
            grade=answered, comment=SECRET, asked_by=self.lead, reply=SECRET, closed_at=BEGAN
        )
        self._amend(self._given[third.pk][0], cot_coherence=4)
        shown = self._given[fourth.pk][0]
        Reveal.objects.create(item=fourth, reviewer=shown.reviewer, peers_at=BEGAN)
        self._amend(shown, after_reveal=True, is_current=False, cot_precision=1)
        for number, item in enumerate(others[: max(6, len(others) // 3)]):
            self._settle(item, number)
        disputed = Grade.objects.filter(answer_key_disputed=True, item__in=graded).first()
        question = disputed.item.trace.question
        for revision, ruling in enumerate(("wrong", "stands"), 1):
            KeyRuling.objects.filter(question=question).update(is_current=False)
            KeyRuling.objects.create(
                question=question,
                ruling=ruling,
                reason=SECRET,
                ruled_by=self.lead,
                ruled_at=BEGAN + timedelta(days=100),
                revision=revision,
            )
        for rater in self.raters[:2]:
            Decline.objects.create(item=without[0], reviewer=rater, reason=SECRET)
        Draft.objects.create(
            item=without[1], reviewer=self.raters[0], content={"comment": f"draft {SECRET}"}
        )
        Correction.objects.create(
            item=first, steps=["x", SECRET], conclusion=SECRET, approved_by=self.lead
        )
        self._practise(study)

    def _practise(self, study: Study) -> None:
        for case in CASES:
            content = {field: known.value for field, known in case.expected.items()}
            PracticeGrade.objects.create(
                study=study,
                reviewer=self.raters[0],
                case=case.name,
                rubric_version=study.rubric_version,
                content=content | {"comment": SECRET},
            )

    def _amend(self, grade: Grade, **changes: Any) -> None:
        fields = {
            name: getattr(grade, name)
            for name in ("slot", "item", "reviewer", "rubric_version", "decision")
        }
        fields |= {"cot_precision": grade.cot_precision or 3, "cot_coherence": 3}
        fields |= {"decision": grade.decision or "revise", "revision": 2, "amend_reason": SECRET}
        if changes.get("is_current", True):
            Grade.objects.filter(pk=grade.pk).update(is_current=False)
        Grade.objects.create(**(fields | changes))

    def _settle(self, item: Item, number: int) -> None:
        """Twice where the number is even; the grades weighed leave one out where it is odd."""
        for revision in range(1, 2 + (number % 2 == 0)):
            Adjudication.objects.filter(item=item).update(is_current=False)
            row = Adjudication.objects.create(
                item=item,
                adjudicator=self.lead,
                revision=revision,
                precision=3 + revision % 2,
                coherence=4,
                decision=DECISIONS[number % 3],
                step_labels={"1": "correct"},
                rationale=SECRET,
            )
            grades = item.grades.filter(is_current=True).order_by("pk")
            row.grades.set(grades[number % 2 :])


def _step(grade: Grade, step: int, label: str) -> StepLabel:
    correction = SECRET if label == "incorrect" else ""
    return StepLabel(grade=grade, step=step, label=label, correction=correction)
