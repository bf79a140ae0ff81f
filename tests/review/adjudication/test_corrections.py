"""Corrections: the whole CoT approved, beside the original, and released as the better one."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.core.errors import Conflict, Refusal
from pipeline.core.release_format import parse_line
from pipeline.models import Event
from review.adjudication.corrections import approve_correction, to_correct
from review.evidence.policies import save_policy
from review.models import Correction, Item, StepLabel
from review.releases.lifecycle import lines_of
from tests import actors, factories
from tests.factories import make_release
from tests.review.disagreeing import grade_row

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead("chief")


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("annabel", "benedict")]


@pytest.fixture
def judge():
    return actors.person("judge", Role.ADJUDICATOR)


@pytest.fixture
def item(lead, people) -> Item:
    study = factories.study(*people, opened_by=lead, size=1, overlap=2)
    one = study.items.get()
    for person in people:
        grade_row(one, person, labels=["correct" for _ in cot_of(one).steps])
    return one


def cot_of(item: Item):
    return store.trace_record(item.trace).cot


def suggest(item: Item, person, text: str) -> None:
    label = StepLabel.objects.get(grade__item=item, grade__reviewer=person, step=1)
    StepLabel.objects.filter(pk=label.pk).update(correction=text, label="incorrect")


def approve(item: Item, by, *, first: str = "It is otherwise.", seen: int = 0, **changes):
    steps = [first, *(step.text for step in cot_of(item).steps[1:])]
    said = {"steps": steps, "conclusion": cot_of(item).conclusion} | changes
    return approve_correction(item, seen=seen, by=by, **said)


def url(item: Item) -> str:
    return reverse("review:correct", args=[item.code])


@pytest.mark.usefixtures("unguarded")
def test_one_suggestion_is_the_text_to_begin_from_two_are_not(item, people):
    assert to_correct(item).passages[0].text == cot_of(item).steps[0].text
    suggest(item, people[0], "It is so.")
    assert to_correct(item).passages[0].text == "It is so."
    suggest(item, people[1], "It is not so.")
    passage = to_correct(item).passages[0]
    assert passage.text == passage.original
    assert {one.text for one in passage.suggestions} == {"It is so.", "It is not so."}


def test_an_approval_is_kept_with_who_and_when_and_is_in_the_audit(item, judge, lead):
    first = approve(item, judge)
    second = approve(item, lead, first="Better still.", seen=1)
    first.refresh_from_db()
    assert (first.is_current, second.is_current, second.revision) == (False, True, 2)
    assert second.approved_by == lead
    assert to_correct(item).passages[0].text == "Better still."
    events = Event.objects.filter(action="cot.corrected").order_by("pk")
    assert [event.actor for event in events] == [judge, lead]
    assert events[0].payload["steps"][0] == "It is otherwise."


def test_of_two_who_approve_at_once_one_is_told(item, judge, lead):
    approve(item, judge)
    with pytest.raises(Conflict):
        approve(item, lead)
    assert Correction.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": ["One."] * 40}, "every step"),
        ({"first": " "}, "empty"),
        ({"conclusion": ""}, "empty"),
    ],
)
def test_what_is_no_whole_correction_is_refused(item, judge, changes, reason):
    with pytest.raises(Refusal, match=reason):
        approve(item, judge, **changes)


def test_the_same_words_are_no_correction(item, judge):
    with pytest.raises(Refusal, match="Nothing is changed"):
        approve(item, judge, first=cot_of(item).steps[0].text)


def test_an_approved_correction_cannot_be_altered(item, judge):
    row = approve(item, judge)
    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=row.pk).update(conclusion="Other.")


def test_the_release_carries_the_approved_correction_and_the_graded_words(item, judge, lead):
    approve(item, judge)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    made = make_release("first", study=item.study, policy=policy, made_by=lead)
    (line,) = lines_of(made)
    parsed = parse_line(line.decode())
    assert parsed.correction.steps[0] == "It is otherwise."
    assert parsed.steps[0].text == cot_of(item).steps[0].text


@pytest.mark.usefixtures("unguarded")
def test_the_screen_shows_original_and_suggestion_and_no_name(item, judge, people):
    suggest(item, people[0], "It is <b>so</b>.")
    shown = actors.signed_in(judge).get(url(item)).content.decode()
    assert "It is &lt;b&gt;so&lt;/b&gt;." in shown
    assert cot_of(item).steps[0].text in shown
    assert not any(person.user.username in shown for person in people)
    assert not any(person.pseudonym in shown for person in people)


def sent(item: Item, **changes):
    steps = {f"step_{step.number}": step.text for step in cot_of(item).steps}
    return {"seen": 0, "conclusion": cot_of(item).conclusion} | steps | changes


def test_the_screen_approves_what_was_sent_and_says_what_is_wrong(item, judge):
    client = actors.signed_in(judge)
    unchanged = client.post(url(item), sent(item))
    assert (unchanged.status_code, "Nothing is changed" in unchanged.content.decode()) == (
        422,
        True,
    )
    assert client.post(url(item), sent(item, step_1="")).status_code == 422
    done = client.post(url(item), sent(item, step_1="It is otherwise."), follow=True)
    assert "revision 1 was approved" in done.content.decode()
    assert client.post(url(item), sent(item, step_1="Other.")).status_code == 409
    assert Correction.objects.get().steps[0] == "It is otherwise."


def test_who_graded_the_item_or_still_grades_does_not_see_it(item, people):
    client = actors.signed_in(people[0].user)
    assert client.get(url(item)).status_code == 403
    assert (
        actors.signed_in(actors.person("auditor", Role.AUDITOR)).post(url(item)).status_code == 403
    )


def test_an_auditor_reads_an_approved_correction_and_is_offered_nothing(item, judge):
    client = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    page = reverse("review:adjudication_item", args=[item.code])
    assert url(item) not in client.get(page).content.decode()
    approve(item, judge)
    assert url(item) in client.get(page).content.decode()
    shown = client.get(url(item)).content.decode()
    assert "It is otherwise." in shown
    assert "Approve the whole" not in shown
    assert "Approve the whole" in actors.signed_in(judge).get(url(item)).content.decode()
