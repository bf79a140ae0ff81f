"""Question sets: made under their terms, found again under no others."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from pipeline.core.errors import Refusal
from pipeline.core.licences import may_publish, permits_publication, written
from pipeline.models import Event, QuestionSet
from pipeline.sources.described_files import adapter_named


@dataclass(frozen=True)
class QuestionSetTerms:
    """The licence of a question set, and where its text may be sent.

    A known licence that permits publication gives leave to it by itself. `split` is a benchmark's;
    empty: not stated.
    """

    licence: str
    may_be_released: bool = False
    is_benchmark: bool = False
    split: str = ""
    text_may_go: str = QuestionSet.TextMayGo.THIS_MACHINE
    destinations: tuple[str, ...] = ()

    @property
    def permits_publication(self) -> bool:
        return may_publish(self.licence, self.may_be_released)


def get_or_create_question_set(
    name: str, *, source: str, terms: QuestionSetTerms | None, created_by: User | None = None
) -> QuestionSet:
    """The set of this name, made if it is new; None leaves the terms to the set.

    Raises Refusal when it exists from another source or under other terms: a file that
    may not be released must not slip into a set that may.
    """
    known = QuestionSet.objects.filter(name=name).first()
    if known is None:
        try:
            return _new_set(name, source, terms or QuestionSetTerms(licence=""), created_by)
        except IntegrityError:  # made since it was looked for
            known = QuestionSet.objects.get(name=name)
    if known.source != source:
        raise Refusal(f"The set {name} holds {known.source} questions, not {source}.", field="name")
    if terms is not None:
        _check_terms(known, terms)
    return known


def _check_terms(known: QuestionSet, terms: QuestionSetTerms) -> None:
    """An unstated licence is no contradiction; everything else must be as the set has it."""
    if terms.licence and written(known.licence) != written(terms.licence):
        raise Refusal(f"The set {known} is under the licence {known.licence!r}.", field="name")
    existing = (known.may_be_released, known.is_benchmark)
    # A leave that a lead took back since is not given again by a known licence.
    gives = terms.may_be_released and not known.may_be_released
    permits = terms.may_be_released or permits_publication(terms.licence)
    slips = known.may_be_released and not permits
    if gives or slips or known.is_benchmark != terms.is_benchmark:
        raise Refusal(
            f"The set {known} has other terms: it may{'' if existing[0] else ' not'} be released "
            f"and holds {'' if existing[1] else 'no '}evaluation questions.",
            field="name",
        )
    if terms.split and known.split != terms.split:
        stated = f"the split {known.split!r}" if known.split else "no split"
        raise Refusal(f"The set {known} states {stated}.", field="name")
    destinations = (known.text_may_go, sorted(known.destinations))
    if destinations != (terms.text_may_go, sorted(terms.destinations)):
        raise Refusal(
            f"The text of the set {known} may {known.get_text_may_go_display()}"
            f"{': ' if destinations[1] else ''}{', '.join(destinations[1])}.",
            field="name",
        )


def _new_set(
    name: str, source: str, terms: QuestionSetTerms, created_by: User | None
) -> QuestionSet:
    adapter_named(source)
    if terms.split and not terms.is_benchmark:
        raise Refusal("A split is stated of evaluation questions only.", field="split")
    with transaction.atomic():
        row = QuestionSet.objects.create(
            name=name,
            source=source,
            licence=written(terms.licence) or "unknown",
            may_be_released=terms.permits_publication,
            is_benchmark=terms.is_benchmark,
            split=terms.split,
            text_may_go=terms.text_may_go,
            destinations=list(terms.destinations),
            created_by=created_by,
        )
        Event.objects.record(
            "question_set.created",
            row,
            by=created_by,
            name=name,
            source=source,
            licence=row.licence,
            benchmark=row.is_benchmark,
            split=row.split,
        )
    return row
