"""Trying a policy in a real browser: it moves live, keeps the focus, saves what is shown."""

import pytest
from playwright.sync_api import Page, expect

from pipeline.core.config import BASE_FILTERS
from review.evidence.policies import Rules, rules_of
from review.models import Policy, Study
from tests import actors, factories
from tests.browser.faults import too_wide
from tests.browser.signed_in import sign_in
from tests.review.submitting import grade_all


@pytest.fixture
def study(transactional_db) -> Study:
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=actors.lead(), size=8)
    grade_all(study, ann)
    return study


@pytest.fixture
def tried(live_server, page: Page, study) -> Page:
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/studies/{study.pk}/policy/")
    return page


def test_a_slider_moves_the_figures_and_keeps_the_focus(tried):
    before = tried.locator("#result .stats dd").first.inner_text()
    slider = tried.get_by_label("Minimum precision, slider")
    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    expect(tried.locator("#id_minimum_precision")).to_have_value("5")
    expect(tried.locator("#result .stats dd").first).to_have_text("0 of 8")
    expect(tried.locator("#outcome")).to_contain_text("Items of the study taken: 0 of 8.")
    expect(slider).to_be_focused()
    assert before != "0 of 8"
    slider.press("Home")
    expect(tried.locator("#id_minimum_precision")).to_have_value("")
    expect(tried.locator("#result .stats dd").first).to_have_text(before)


@pytest.mark.usefixtures("worker_at_hand")
def test_what_is_tried_is_saved_and_released(tried):
    tried.get_by_label("Traces that nobody graded").select_option("take")
    tried.get_by_role("checkbox", name="answer:").uncheck()
    tried.get_by_role("checkbox", name="conclusion:").uncheck()
    expect(tried.locator("#result .stats dd").first).to_have_text("8 of 8")
    tried.get_by_label("Name of the policy").fill("Broad")
    tried.get_by_role("button", name="Save as a policy").click()
    expect(tried.get_by_label("Policy")).to_have_value(str(Policy.objects.get().pk))
    tried.get_by_label("Name").fill("broad-release")
    tried.get_by_role("button", name="Make release").click()
    expect(tried.get_by_role("definition").filter(has_text="8 of 8").first).to_be_visible()
    kept = tuple(name for name in BASE_FILTERS if name not in ("answer", "conclusion"))
    saved = Rules(required_filters=kept, ungraded="take")
    assert rules_of(Policy.objects.get()) == saved


def test_on_a_phone_the_figures_stay_in_sight_as_rules_change(tried):
    tried.set_viewport_size({"width": 390, "height": 800})
    expect(tried.locator("#result .stats")).not_to_be_in_viewport()
    tried.get_by_label("Minimum precision, slider").press("End")
    expect(tried.locator("#outcome")).to_contain_text("0 of 8")
    expect(tried.locator("#outcome")).to_be_in_viewport()


def test_each_filter_is_shown_with_what_it_means(tried):
    expect(tried.get_by_role("checkbox", name="statements: no step contradicts")).to_be_checked()
    check = tried.get_by_role("checkbox", name="contrast: it wins against")
    expect(check).not_to_be_checked()
    check.check()
    expect(tried.locator("#result .stats dd").first).to_have_text("0 of 8")
    expect(tried.locator("#result")).to_contain_text("check not run: contrast")


def test_the_page_never_scrolls_sideways(tried):
    for width in (1366, 390):
        tried.set_viewport_size({"width": width, "height": 800})
        assert not too_wide(tried)
