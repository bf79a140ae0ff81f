"""What an item waits for, by what is known of it."""

import pytest

from review.evidence.waiting import wait_of

NOTHING = dict.fromkeys(("judged", "settled", "adjudicated", "sent_back", "incomplete"), False)


@pytest.mark.parametrize(
    ("known", "waits_for"),
    [
        ((), ""),
        (("sent_back", "incomplete"), ""),
        (("judged",), "adjudication"),
        (("judged", "sent_back"), "grade"),
        (("judged", "settled"), ""),
        (("judged", "settled", "sent_back"), "grade"),
        (("judged", "settled", "incomplete"), "grade"),
        (("judged", "settled", "adjudicated", "incomplete"), ""),
    ],
)
def test_what_an_item_waits_for(known, waits_for):
    assert wait_of(**NOTHING | dict.fromkeys(known, True)) == waits_for
