"""The bar of `generate --wait`: traces settled, and how long the others take."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.utils import timezone
from tqdm import tqdm

from pipeline.batches.progress.pace import time_left
from pipeline.jobs.lifecycle import open_items
from pipeline.models import Batch

FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} traces [{elapsed}{postfix}]"
EVERY_SECONDS = 5.0


class BatchBar:
    """A bar over all traces of a batch; what other workers settle is caught up on.

    The time left is told as on the batch's page, and looked up every few seconds. `advance` may
    be called from any thread, by one at a time.
    """

    def __init__(
        self, batch: Batch, *, clock: Callable[[], float] = time.monotonic, **bar: Any
    ) -> None:
        self.batch, self.clock = batch, clock
        self.total = batch.traces.count()
        self.bar = tqdm(total=self.total, bar_format=FORMAT, **({"disable": None} | bar))
        self.looked_at = clock()

    def __enter__(self) -> "BatchBar":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bar.close()

    def advance(self) -> None:
        """One more trace is settled."""
        self.bar.update()
        if not self.bar.disable and self.clock() >= self.looked_at + EVERY_SECONDS:
            self._look()

    def catch_up(self) -> None:
        """Count what is settled by now, whoever did it."""
        self.bar.update(self.total - open_items(self.batch).count() - self.bar.n)
        if not self.bar.disable:
            self._look()

    def _look(self) -> None:
        self.looked_at = self.clock()
        left = time_left(self.batch, now=timezone.now())
        self.bar.set_postfix_str(str(left) if left else "")
