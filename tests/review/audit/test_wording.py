"""The audit in words: a sentence for every action that the code records, and nothing lost."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags

from pipeline.accounts.roles import Role
from pipeline.models import Event
from review.audit.sentences import SENTENCES
from review.audit.wording import told_events
from review.evidence.policies import Rules, save_policy
from review.people.accounts import make_account
from tests import actors, factories

pytestmark = pytest.mark.django_db
# Where the action is no constant: what it may be there.
WORKED_OUT = {
    "pipeline/endpoints/registry.py": {"endpoint.activated", "endpoint.deactivated"},
    "pipeline/jobs/lifecycle.py": {
        f"{kind}.{action}"
        for kind in ("batch", "evaluation")
        for action in ("paused", "resumed", "budget_changed", "cancelled")
    },
    "pipeline/ledger/prices.py": {"price.entered", "price.changed"},
    "pipeline/sources/terms.py": {
        f"{kind}.terms_changed" for kind in ("question_set", "knowledge_graph", "endpoint")
    },
    "review/grading/submit.py": {"grade.submitted", "grade.amended"},
    "review/pairwise/submit.py": {"pair.judged", "pair.amended"},
    "review/studies/lifecycle.py": {"study.open", "study.paused", "study.closed"},
}


def recorded() -> Iterator[tuple[str, str]]:
    """File and action of every event that the code records."""
    for app in ("pipeline", "review", "medreason_web"):
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            place = path.relative_to(settings.BASE_DIR).as_posix()
            tree = ast.parse(path.read_text())
            constants = {
                target.id: str(node.value.value)
                for node in tree.body
                if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or not _records(node):
                    continue
                action = node.args[0]
                if isinstance(action, ast.Constant):
                    yield place, str(action.value)
                elif isinstance(action, ast.Name) and action.id in constants:
                    yield place, constants[action.id]
                else:
                    assert place in WORKED_OUT, f"{place}:{node.lineno}: say which actions"
                    yield from ((place, one) for one in WORKED_OUT[place])


def _records(node: ast.Call) -> bool:
    function = node.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "record"
        and isinstance(function.value, ast.Attribute)
        and function.value.attr == "objects"
    )


def test_every_action_that_the_code_records_has_a_sentence():
    actions = list(recorded())
    assert len(actions) > 50
    missing = [f"{action} ({place})" for place, action in actions if action not in SENTENCES]
    assert missing == []


@pytest.fixture
def lead():
    return actors.lead()


def plain(row) -> str:
    """The sentence as it is read."""
    return str(strip_tags(row.sentence))


def told(action: str, subject, by, **payload):
    return told_events([Event.objects.record(action, subject, by=by, **payload)])[0]


def test_a_policy_is_told_by_name_with_its_rules(lead):
    save_policy("strict-4", rules=Rules(minimum_graders=2), saved_by=lead)
    [row] = told_events(Event.objects.all())
    assert plain(row).startswith("Policy strict-4 saved; ")
    for words in ("precision at least 4.0", "at least 2 grades", "no harm that is mild, moderate"):
        assert words in plain(row)
    assert row.others == ()


def test_parts_without_a_value_are_left_out_and_a_number_0_is_none(lead):
    questions = factories.question_set(0)
    row = told("questions.loaded", questions, lead, set="own", added=3, rejected=0)
    assert plain(row) == "Questions loaded into own; 3 added; 0 rejected."
    row = told(
        "grade.submitted",
        lead,
        lead,
        item="abc",
        revision=1,
        cot_precision=None,
        decision="accept",
        safety_flag="",
        answer_key_disputed=True,
        after_reveal=False,
    )
    assert plain(row) == (
        "Item abc graded; decision accept; the answer key is disputed; revision 1."
    )


def test_what_no_sentence_holds_stands_beside_it(lead):
    row = told("batch.paused", lead, lead, reason="no_path", more={"some_thing": [1, True, None]})
    assert row.others == (("more", "some thing 1, yes, none"),)


def test_an_action_of_another_version_is_told_by_names_and_values(lead):
    row = told("soup.cooked", lead, lead, salt="much", items=[1, 2])
    assert (row.sentence, row.others) == ("", (("salt", "much"), ("items", "1, 2")))


def test_values_of_a_shape_that_nobody_expected_break_nothing(lead):
    row = told("policy.saved", lead, lead, rules=["{odd}", "{0}"], role={"x": "{y}"})
    assert "{odd}, {0}" in plain(row)


def test_the_page_shows_sentences_and_escapes_what_people_wrote(lead):
    client = actors.signed_in(lead)
    make_account("ann", role=Role.REVIEWER)
    Event.objects.record("batch.paused", factories.batch(1), by=lead, reason="<b>x</b>")
    shown = client.get(reverse("review:audit")).content.decode()
    shown = shown.replace("<bdi>", "").replace("</bdi>", "")
    assert "Account ann made; reviewer." in shown
    assert "because: &lt;b&gt;x&lt;/b&gt;." in shown
    assert "<b>x</b>" not in shown
