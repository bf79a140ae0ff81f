"""Refusals: the sentence reaches the form or the next page, with the right status."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage

from pipeline.core.errors import Conflict, EndpointRefused, Refusal, SourceFileError
from pipeline.refusals import refusals_as_messages, refusals_on, status_of


class NameForm(forms.Form):
    name = forms.CharField()
    file = forms.CharField(required=False)


@pytest.fixture
def form():
    return NameForm({"name": "set"})


@pytest.mark.parametrize(
    ("refusal", "field", "status"),
    [
        (Refusal("100% no."), "__all__", 422),
        (Refusal("Taken.", field="name"), "name", 422),
        (EndpointRefused("Forbidden."), "__all__", 422),
        (Conflict("Changed meanwhile."), "__all__", 409),
    ],
)
def test_a_refusal_becomes_an_error_of_the_form(form, refusal, field, status):
    assert status_of(form, None) == 200
    with refusals_on(form):
        raise refusal
    assert form.errors == {field: [str(refusal)]}
    assert status_of(None, form) == status


def test_a_view_says_where_a_refusal_without_a_field_belongs(form):
    with refusals_on(form, field="file"):
        raise SourceFileError("set.jsonl", 3, "no question")
    with refusals_on(form, field="file"):
        raise Refusal("Taken.", field="name")
    assert form.errors == {"file": ["set.jsonl, line 3: no question"], "name": ["Taken."]}


def test_a_refusal_becomes_a_message(rf):
    request = rf.post("/")
    request._messages = CookieStorage(request)
    with refusals_as_messages(request):
        raise Conflict("Changed meanwhile.")
    assert [str(message) for message in get_messages(request)] == ["Changed meanwhile."]


def test_a_defect_is_no_refusal(form):
    with pytest.raises(ValueError, match="defect"), refusals_on(form):
        raise ValueError("defect")
