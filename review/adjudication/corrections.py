"""Corrections: an item's CoT rewritten and approved, for release beside the original."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction

from pipeline import store
from pipeline.core.errors import Conflict, Refusal
from pipeline.db.revisions import newest_revision, supersede
from pipeline.models import Event
from review.adjudication.comparison import letters_of
from review.models import Correction, Item, StepLabel


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How one grader, under a letter, would word a step."""

    letter: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One step as it stands, what graders suggest, and the text to begin from."""

    number: int
    original: str
    suggestions: tuple[Suggestion, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ToCorrect:
    """A CoT laid out for correction; `seen` is the newest revision, 0 before the first."""

    passages: tuple[Passage, ...]
    conclusion_original: str
    conclusion: str
    seen: int


def to_correct(item: Item) -> ToCorrect:
    """Begin from the approved correction where there is one, else from a step's only suggestion."""
    cot = store.trace_record(item.trace).cot
    if cot is None:
        raise Refusal("The trace has no chain of thought.")
    approved = item.corrections.filter(is_current=True).first()
    suggested = _suggestions(item)
    passages = []
    for step in cot.steps:
        suggestions = suggested.get(step.number, ())
        start = suggestions[0].text if len(suggestions) == 1 else step.text
        text = approved.steps[step.number - 1] if approved else start
        passages.append(Passage(step.number, step.text, suggestions, text))
    return ToCorrect(
        passages=tuple(passages),
        conclusion_original=cot.conclusion,
        conclusion=approved.conclusion if approved else cot.conclusion,
        seen=newest_revision(item.corrections.all()),
    )


def approve_correction(
    item: Item, *, steps: Sequence[str], conclusion: str, seen: int, by: User
) -> Correction:
    """Approve the whole corrected CoT; it supersedes an earlier one, and overwrites none.

    `seen` is the revision that was shown. Raises Refusal unless every step has a text and
    something differs from the CoT, and Conflict.
    """
    _check(item, steps, conclusion)
    with transaction.atomic():
        # The item's row is the lock: of two who approve, one gets a Conflict.
        Item.objects.select_for_update().get(pk=item.pk)
        if newest_revision(item.corrections.all()) != seen:
            raise Conflict("Someone approved a correction meanwhile: look again.")
        row = supersede(
            item.corrections.all(),
            item=item,
            steps=list(steps),
            conclusion=conclusion,
            approved_by=by,
        )
        Event.objects.record(
            "cot.corrected",
            row,
            by=by,
            chain=item.study.event_chain,
            item=item.code,
            revision=row.revision,
            steps=list(steps),
            conclusion=conclusion,
        )
    return row


def _check(item: Item, steps: Sequence[str], conclusion: str) -> None:
    cot = store.trace_record(item.trace).cot
    if cot is None or len(steps) != len(cot.steps):
        raise Refusal("A correction has a text for every step.")
    if not all(text.strip() for text in (*steps, conclusion)):
        raise Refusal("No step and no conclusion may be left empty.")
    if [step.text for step in cot.steps] == list(steps) and cot.conclusion == conclusion:
        raise Refusal("Nothing is changed: there is no correction to approve.")


def _suggestions(item: Item) -> dict[int, tuple[Suggestion, ...]]:
    letters = letters_of(item)
    rows = StepLabel.objects.filter(grade__item=item, grade__is_current=True).exclude(correction="")
    suggestions: dict[int, tuple[Suggestion, ...]] = {}
    for row in rows.select_related("grade").order_by("step"):
        letter = letters[row.grade.reviewer_id]
        suggestion = Suggestion(letter, row.get_label_display(), row.correction)
        of_step = (*suggestions.get(row.step, ()), suggestion)
        suggestions[row.step] = tuple(sorted(of_step, key=lambda other: other.letter))
    return suggestions
