"""Search of questions by text and specialty."""

from django.db.models import Q, QuerySet

from pipeline.models import Question

MAX_CHOICES = 200


def asked_like(text: str, *, prefix: str = "") -> Q:
    """Questions whose text or id contains this, in capital or small letters.

    SQLite knows capitals of plain Latin letters only: there, "é" does not find "É".
    """
    return Q(**{f"{prefix}text__icontains": text}) | Q(**{f"{prefix}id_in_source__icontains": text})


def search_questions(
    rows: QuerySet[Question], *, text: str = "", specialty: str = ""
) -> QuerySet[Question]:
    """Those of `rows` that meet every term that is given."""
    if text:
        rows = rows.filter(asked_like(text))
    return rows.filter(specialty=specialty) if specialty else rows


def specialties_of(rows: QuerySet[Question]) -> list[str]:
    """The specialties that occur, in alphabetical order, MAX_CHOICES and one at most."""
    named = rows.exclude(specialty="").order_by("specialty")
    return list(named.values_list("specialty", flat=True).distinct()[: MAX_CHOICES + 1])
