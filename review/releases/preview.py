"""Preview: what a release would hold, why the rest stays out, how good it would be, how large.

No file is written. A browser waits for it, so it is bounded; the command shows any size.
"""

import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pipeline.core.duplicates.splits import SPLITS
from pipeline.db.snapshot import read_snapshot
from review.releases.freeze import lines_of_some
from review.releases.making import nothing_left
from review.releases.manifest import selection_facts
from review.releases.selection.candidates import traces_of
from review.releases.selection.choices import Choices, check_choices
from review.releases.selection.select import Selection, select
from review.releases.selection.splitting import Splits

# More traces than these take longer than a person waits for a page.
MAX_TRACES = 20_000
SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be released. `refusal`: why nothing would be; `facts` as in the manifest.

    `line_bytes`: the size of all lines, from those of a sample. Too large: nothing was worked
    out but the number of traces.
    """

    kind: str
    traces: int
    is_too_large: bool = False
    refusal: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    line_bytes: int = 0


def preview(choices: Choices, *, bounded: bool = True) -> Preview:
    """What a release of these choices would hold now. Raises CannotRelease like `begin_release`."""
    kind = check_choices(choices)
    with read_snapshot():
        traces = traces_of(choices).count()
        if bounded and traces > MAX_TRACES:
            return Preview(kind, traces, is_too_large=True)
        selection = select(choices)
        if not selection.tally.released:
            refusal = nothing_left(selection.tally.left_out)
            return Preview(kind, traces, refusal=refusal, facts=selection_facts(selection))
        splits = selection.split()
        facts = selection_facts(selection) | {
            "splits": splits.facts,
            "rows_by_split": _by_split(selection, splits),
        }
        return Preview(kind, traces, facts=facts, line_bytes=_line_bytes(selection, splits))


def preview_command(chosen: Mapping[str, Any]) -> str:
    """The command that shows the same without a limit."""
    shares = ",".join(f"{chosen['shares'][split] * 100:g}" for split in SPLITS)
    parts = [
        *("manage.py", "make_release", chosen["name"]),
        *(part for batch in chosen["batches"] for part in ("--batch", str(batch.pk))),
        *(part for study in chosen["studies"] for part in ("--study", str(study))),
        *("--policy", str(chosen["policy"]), "--split", shares, "--seed", str(chosen["seed"])),
        "--preview",
    ]
    return shlex.join(parts)


def _by_split(selection: Selection, splits: Splits) -> dict[str, int]:
    found = Counter(splits.split[one] for one in selection.frozen.questions(released=True))
    return {split: found[split] for split in SPLITS}


def _line_bytes(selection: Selection, splits: Splits) -> int:
    """From lines at even distances."""
    rows = selection.tally.released
    step = max(1, rows // SAMPLE)
    released = (one for one in selection.frozen_traces() if not one.left_out)
    some = list(islice(released, 0, step * SAMPLE, step))
    size = sum(len(line.encode()) for line in lines_of_some(some, splits))
    return round(size / len(some) * rows)
