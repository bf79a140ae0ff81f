"""Say what a long step does and how far it is, to whoever waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm


class Output(Protocol):
    """What takes a line of text, as a command's `stdout`."""

    def write(self, line: str) -> object: ...


@contextmanager
def progress(out: Output, title: str, total: int) -> Iterator[Callable[[], None]]:
    """Write the title, then count `total` calls of the function that is yielded.

    A bar on a terminal; elsewhere, as in the log of a container, a line at each quarter.
    """
    out.write(f"{title} ...")
    with tqdm(total=total, disable=None, leave=False) as bar:
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            bar.update()
            if bar.disable and done * 4 // total > (done - 1) * 4 // total:
                out.write(f"  {done} of {total}")

        yield count
