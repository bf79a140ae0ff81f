"""The lead's page of a trace: pointing at a step marks its edges, in the lists and the drawing."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import actors, factories
from tests.browser.faults import faults
from tests.browser.signed_in import sign_in
from tests.factories.screen import everything_said, three_paths_and_steps


def test_axe_finds_nothing_in_all_that_is_said_of_a_trace(live_server, page, transactional_db):
    actors.lead()
    trace = factories.made_batch(1).traces.get()
    three_paths_and_steps(trace)
    everything_said(trace)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}{reverse('pipeline:trace', args=[trace.key])}")
    page.get_by_text("The rival chain", exact=True).click()
    expect(page.get_by_text("the rival wins")).to_be_visible()
    assert not faults(page, [1366, 390])


@pytest.fixture
def trace_page(live_server, page: Page, transactional_db) -> Page:
    actors.lead()
    trace = factories.made_batch(1).traces.get()
    three_paths_and_steps(trace)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}{reverse('pipeline:trace', args=[trace.key])}")
    return page


def expect_marked(page: Page, step: int) -> None:
    """Exactly the step's edges are marked: in its strip, among the paths and in the drawing."""
    edges = (page.locator(f"#step-{step}").get_attribute("data-edges") or "").split()
    assert edges
    for place in (".strip__edge", ".edge", ".kg-edge"):
        marked = page.locator(f"{place}.is-highlighted")
        expect(marked.first).to_be_attached()
        found = {one.get_attribute("data-edge") for one in marked.all()}
        assert found == set(edges), place


def test_pointing_at_a_step_marks_its_edges(trace_page):
    trace_page.locator("#step-2 p").first.hover()
    expect_marked(trace_page, 2)
    trace_page.locator("#step-1 p").first.hover()
    expect_marked(trace_page, 1)
    trace_page.locator("h1").hover()
    expect(trace_page.locator(".is-highlighted")).to_have_count(0)


def test_the_keyboard_marks_and_keeps_them(trace_page):
    trace_page.locator("#step-1-pin").focus()
    expect_marked(trace_page, 1)
    trace_page.keyboard.press("Enter")
    expect(trace_page.locator("#step-1-pin")).to_have_attribute("aria-pressed", "true")
    trace_page.locator("#user-menu-button").focus()
    expect_marked(trace_page, 1)
