"""The lab's data and its table: enough of them, told apart, sourced, and current."""

from collections import Counter

from tests.lab.families import BEHAVIOURS
from tests.lab.table import PAGE, page_with_table


def test_the_page_shows_the_table_of_today():
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_table(page), "write it anew: python -m tests.lab"


def test_there_are_enough_behaviours_and_each_has_its_own_name():
    names = Counter(behaviour.name for behaviour in BEHAVIOURS)
    assert len(names) >= 80
    assert set(names.values()) == {1}


def test_every_behaviour_says_who_tells_of_it():
    assert all(behaviour.source and behaviour.server for behaviour in BEHAVIOURS)
