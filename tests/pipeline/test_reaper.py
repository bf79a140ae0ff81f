"""The reaper in a worker: a round at once, then one an interval, whatever went wrong before."""

from contextlib import suppress
from threading import Thread

import pytest

from pipeline import reaper

ROUNDS: list[str] = []


class Ended(Exception):
    """Ends the reaper, which goes on for ever."""


def first() -> None:
    ROUNDS.append("first")
    if len(ROUNDS) == 1:
        raise ConnectionError("the database restarts")


def second() -> None:
    ROUNDS.append("second")


@pytest.fixture(autouse=True)
def reapers(settings) -> None:
    ROUNDS.clear()
    settings.REAPERS = [f"{__name__}.first", f"{__name__}.second"]
    settings.REAP_SECONDS = 7.0


def test_every_part_has_its_round_at_each_interval_and_a_bad_round_ends_nothing():
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise Ended

    def reap_three_times() -> None:
        with suppress(Ended):
            reaper.keep_reaping(wait)

    # In a thread as in a worker, where closing connections closes nobody else's.
    thread = Thread(target=reap_three_times)
    thread.start()
    thread.join()
    assert ROUNDS == ["first", "first", "second", "first", "second"]
    assert waits == [7.0, 7.0, 7.0]


def test_by_hand_a_bad_round_is_an_error():
    with pytest.raises(ConnectionError):
        reaper.reap()
