"""A worker in the test's own process: whoever rings for it has it do the work at once."""

from collections.abc import Callable
from typing import Any

import pytest

from review.tasks import finish_release

Answer = Callable[[Callable[[], Any]], Any]


@pytest.fixture
def worker_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that is rung for is finished before the ringing ends."""
    monkeypatch.setattr(finish_release, "delay", finish_release)


@pytest.fixture
def rung(worker_at_hand: None, django_capture_on_commit_callbacks: Any) -> Answer:
    """Sends a request, has the worker it rings for do its work, and returns the answer."""

    def send(request: Callable[[], Any]) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return request()

    return send
