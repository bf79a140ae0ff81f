"""A field says "optional" where, and only where, the form may be sent without it.

Every form is walked: what its label says is compared with what it demands, sent empty and with
one field filled at a time, as each choice of a select may demand another field.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string

import pipeline.forms
import review.forms
from pipeline.configurations.registry import configuration_named
from pipeline.forms.configurations import ConfigurationForm
from pipeline.forms.jobs.budgets import ChangeBudgetForm
from pipeline.models import Batch, Evaluation
from review.forms.comparison import TwoBatchesForm, TwoStudiesForm
from review.forms.evaluation_report import EvaluationReportForm
from review.forms.extension import ExtendForm
from review.forms.people import NewPasswordForm
from review.forms.releases import TryPolicyForm
from review.models import Policy, Study
from tests import factories
from tests.factories.endpoints import endpoint, reader

pytestmark = pytest.mark.django_db
OPTIONAL = "(optional)"
# What a form is given beside the data.
GIVEN: dict[str, Callable[[], dict[str, Any]]] = {
    ChangeBudgetForm.__name__: lambda: {"job": Batch()},
    ConfigurationForm.__name__: lambda: {"base": configuration_named("default")},
    EvaluationReportForm.__name__: lambda: {
        "evaluations": Evaluation.objects.none(),
        "others": Evaluation.objects.none(),
    },
    ExtendForm.__name__: lambda: {"study": Study(pk=0)},
    NewPasswordForm.__name__: lambda: {"account": "someone"},
    TryPolicyForm.__name__: lambda: {"policies": Policy.objects.none()},
    TwoBatchesForm.__name__: lambda: {"batches": Batch.objects.none()},
    TwoStudiesForm.__name__: lambda: {"studies": Study.objects.none()},
}
# Pages of their own draw these fields; `_field.html` does not.
DRAWN_ELSEWHERE = {
    *("DescriptionForm", "GradeForm", "AmendForm", "SettleForm", "CorrectionForm", "RulingForm"),
    *("SendBackForm", "ReplyForm", "DeclineForm", "QuestionSearchForm", "TraceSearchForm"),
    *("PairForm", "PairAmendForm", "EvaluationSearchForm", "AnswerSearchForm"),
}


def modules_of(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


FORMS = sorted(
    {
        kind
        for package in (pipeline.forms, review.forms)
        for module in modules_of(package)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, forms.BaseForm)
        and kind.__module__ == module.__name__
        and kind.__name__ not in DRAWN_ELSEWHERE
    },
    key=lambda kind: kind.__name__,
)


def made(kind: type[forms.Form], data: dict[str, Any] | None = None) -> forms.Form:
    given = GIVEN.get(kind.__name__, dict)()
    return kind(data, **given)


def is_marked(form: forms.Form, name: str) -> bool:
    return OPTIONAL in render_to_string("_field.html", {"field": form[name]}).replace("\n", " ")


def is_empty(form: forms.Form, name: str) -> bool:
    value = form[name].data
    return value in (None, "", [], (), False)


def demanded(form: forms.Form) -> set[str]:
    """Fields that were left empty, and that the form wants."""
    return {name for name in form.errors if name in form.fields and is_empty(form, name)}


def values_of(field: forms.Field) -> list[Any]:
    """What to fill a field with: each choice, or something plausible."""
    if isinstance(field, forms.ModelChoiceField):
        return [row.pk for row in field.queryset[:3]] if field.queryset is not None else []
    if isinstance(field, forms.ChoiceField):
        return [value for value, _ in _flat(field.choices) if value != ""]
    if isinstance(field, forms.BooleanField):
        return ["on"]
    return ["1"]


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for value, title in choices:
        if isinstance(title, list | tuple):
            yield from title
        else:
            yield value, title


def fillings(kind: type[forms.Form]) -> Iterator[dict[str, Any]]:
    """Nothing; what is filled in at first; and that with one field changed."""
    form = made(kind)
    first = {
        name: form[name].value()
        for name, field in form.fields.items()
        if form[name].value() not in (None, "", [])
        and (field.required or isinstance(field, forms.ChoiceField))
    }
    yield {}
    yield first
    for name, field in form.fields.items():
        for value in () if form[name].is_hidden else values_of(field):
            several = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
            yield first | {name: [value] if several else value}


@pytest.fixture(autouse=True)
def _rows() -> None:
    """What the selects may offer."""
    endpoint()
    reader()
    factories.question_set(1)
    factories.graph()


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.__name__)
def test_a_mark_says_what_the_form_demands(kind):
    for data in fillings(kind):
        form = made(kind, data)
        wrong = [name for name in demanded(form) if is_marked(form, name)]
        assert not wrong, f"{wrong} of {data}: {form.errors.as_text()}"


@pytest.mark.parametrize("kind", FORMS, ids=lambda kind: kind.__name__)
def test_what_may_be_left_empty_says_so(kind):
    form = made(kind)
    silent = [
        name
        for name, field in form.fields.items()
        if not field.required
        and not form[name].is_hidden
        and not isinstance(field, forms.BooleanField)
        and not getattr(field, "needed", "")
        and not is_marked(form, name)
    ]
    assert not silent
