"""Answer keys that were ruled wrong and corrected: what a question asks stays, its key changes.

The correction outlives its source: the same file loaded again is told of it and changes nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import F, QuerySet

from pipeline import store
from pipeline.core.datasets.sameness import same_text
from pipeline.core.errors import Refusal
from pipeline.models import Event, Question, QuestionSet, Trace

ACTION = "question.key_corrected"


def key_words(label: str, text: str) -> str:
    """A key as people read it: "B. Amlodipine"."""
    return f"{label}. {text}" if label else text


def correct_key(question: Question, *, label: str, text: str, reason: str, by: User) -> Question:
    """Give a question another key, in the caller's transaction that holds its row.

    `label` names an option; `text` is the answer of a question without options. The source's
    explanation was written for the wrong key and goes; the event keeps it with the earlier key.
    Raises Refusal.
    """
    text = _text_of(question, label, text)
    if (label, same_text(text)) == (question.answer_label, same_text(question.answer_text)):
        raise Refusal("That is the key as it stands: name another.", field="right")
    right = replace(
        store.question_record(question),
        answer_label=label or None,
        answer_text=text,
        long_answer="",
    )
    content = store.content_sha256(right)
    twin = question.question_set.questions.filter(content_sha256=content).first()
    if twin is not None:
        raise Refusal(
            f"The set holds the question with this key already, as {twin.id_in_source}: "
            "withdraw this one.",
            field="right",
        )
    Event.objects.record(
        ACTION,
        question,
        by=by,
        set=question.question_set.name,
        question=question.id_in_source,
        earlier=key_words(question.answer_label, question.answer_text),
        right=key_words(label, text),
        explanation=question.long_answer,
        reason=reason,
    )
    question.answer_label, question.answer_text = label, text
    question.long_answer, question.content_sha256 = "", content
    question.save(update_fields=("answer_label", "answer_text", "long_answer", "content_sha256"))
    QuestionSet.objects.filter(pk=question.question_set_id).update(revision=F("revision") + 1)
    return question


def _text_of(question: Question, label: str, text: str) -> str:
    options: dict[str, str] = dict(question.options)
    if not options and not label:
        return text
    if label not in options:
        raise Refusal("Choose one of the options.", field="right")
    return options[label]


def corrections_of(question: Question) -> list[Event]:
    """The events of the question's corrections, in order."""
    return list(_events([question.pk]).select_related("actor").order_by("pk"))


def asked_elsewhere(question: Question) -> list[Question]:
    """The same question in other sets, each with its own key, which no correction here changes."""
    rows = Question.objects.filter(asked_sha256=question.asked_sha256).exclude(pk=question.pk)
    return list(rows.select_related("question_set").order_by("question_set__name", "pk"))


def corrected_at(question: Question) -> datetime | None:
    """When its key was last corrected; None where it never was."""
    return _events([question.pk]).order_by("-pk").values_list("at", flat=True).first()


def has_outdated_key(row: Trace) -> bool:
    """Whether a settled trace was made with another key than its question has now."""
    made_with = store.trace_record(row).question
    key = (made_with.answer_label or "", made_with.answer_text)
    return key != (row.question.answer_label, row.question.answer_text)


def corrected_questions(target: QuestionSet, ids: Iterable[str]) -> dict[str, Question]:
    """The questions of a set under these ids whose keys were corrected, by id."""
    rows = {str(row.pk): row for row in target.questions.filter(id_in_source__in=list(ids))}
    corrected = _events(rows).values_list("subject_id", flat=True)
    return {rows[pk].id_in_source: rows[pk] for pk in corrected}


def _events(questions: Iterable[int | str]) -> QuerySet[Event]:
    return Event.objects.filter(
        action=ACTION,
        subject_type=Question._meta.label_lower,
        subject_id__in=[str(pk) for pk in questions],
    )


def is_earlier_form(row: Question, corrected: Question) -> bool:
    """Whether a row read from a file is the corrected question, whatever key the file gives it."""
    as_corrected = replace(
        store.question_record(row),
        answer_label=corrected.answer_label or None,
        answer_text=corrected.answer_text,
        long_answer=corrected.long_answer,
    )
    return store.content_sha256(as_corrected) == corrected.content_sha256


def correction_told(line: int, row: Question, corrected: Question) -> str | None:
    """What a load says where the file's key is not the corrected one; None where it is."""
    theirs = key_words(row.answer_label, row.answer_text)
    ours = key_words(corrected.answer_label, corrected.answer_text)
    if theirs == ours:
        return None
    return (
        f"Line {line}: the key of question {row.id_in_source} was corrected here to {ours}. "
        f"The file says {theirs}; the correction stays."
    )
