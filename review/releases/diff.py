"""What changed in a release since the previous one of the same batches or studies."""

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q

from pipeline.core.release_format import as_format
from review.models import Release

CHUNK_SIZE = 200
MAX_LISTED = 1000
Line = tuple[int, bool, str]


def difference(release: Release, released: Iterable[tuple[int, str]]) -> dict[str, Any] | None:
    """What changed since the previous release; None where there is none.

    `released`: the released lines with their traces, in the order of traces. Traces by their
    ids: added, removed, or changed with what changed; the first thousand are listed, all are
    counted.
    """
    earlier = _previous(release)
    if earlier is None:
        return None
    counted: Counter[str] = Counter()
    listed: list[dict[str, Any]] = []
    for change in _changes(earlier, released):
        counted[change["change"]] += 1
        if change["change"] != "same" and len(listed) < MAX_LISTED:
            listed.append(change)
    return {
        "since": earlier.name,
        "since_sha256": earlier.sha256,
        "policy": _policy(earlier, release),
        **{kind: counted[kind] for kind in ("added", "removed", "changed", "same")},
        "traces": listed,
    }


def _previous(release: Release) -> Release | None:
    """The latest frozen release begun before this one that shares a batch or a study with it.

    One of the same kind comes first: of batches, or of a study's items alone.
    """
    batches, studies = release.batches.all(), release.studies.all()
    shares = Q(batches__in=batches) | Q(studies__in=studies)
    before = Release.objects.filter(shares, pk__lt=release.pk)
    before = before.filter(batches__isnull=not batches.exists())
    return before.exclude(state__in=Release.UNFROZEN).order_by("-pk").first()


def _changes(earlier: Release, released: Iterable[tuple[int, str]]) -> Iterator[dict[str, Any]]:
    later = ((trace, True, line) for trace, line in released)
    both = heapq.merge(_lines(earlier), later, key=itemgetter(0))
    for _, group in groupby(both, key=itemgetter(0)):
        yield _change(list(group))


def _lines(release: Release) -> Iterator[Line]:
    rows = release.lines.filter(left_out="").order_by("trace").values_list("trace", "line")
    return ((trace, False, line) for trace, line in rows.iterator(chunk_size=CHUNK_SIZE))


def _change(lines: list[Line]) -> dict[str, Any]:
    texts = [line for _, _, line in lines]
    trace = json.loads(texts[-1])["trace_id"]
    if len(lines) == 1:
        return {"trace": trace, "change": "added" if lines[0][1] else "removed", "what": []}
    formats = {json.loads(text)["format_version"] for text in texts}
    if len(formats) > 1 and 1 not in formats:
        # Lines of two formats are compared by what both say.
        texts = [as_format(min(formats), text) for text in texts]
    before, after = map(_without_weight, texts)
    if before == after:
        return {"trace": trace, "change": "same", "what": []}
    return {"trace": trace, "change": "changed", "what": _what(before, after)}


def _without_weight(text: str) -> dict[str, Any]:
    """The line without what it stands for: that changes with every other trace."""
    line: dict[str, Any] = json.loads(text)
    if line["place"]:
        line["place"] = line["place"] | {"weight": None}
    return line


def _what(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs, in words: the consensus and the number of grades with both values."""
    old, new = _compared_values(before), _compared_values(after)
    changes = [f"{name} {old[name]} → {new[name]}" for name in old if old[name] != new[name]]
    changes += [name for name in after if name != "consensus" and before.get(name) != after[name]]
    return changes or ["consensus on the steps"]


def _compared_values(line: dict[str, Any]) -> dict[str, Any]:
    consensus = line["consensus"] or {}
    return {
        "decision": consensus.get("decision", "none"),
        "precision": consensus.get("precision", "none"),
        "coherence": consensus.get("coherence", "none"),
        "basis": consensus.get("basis", "none"),
        "number of grades": len(line["grades"]),
    }


def _policy(earlier: Release, later: Release) -> dict[str, Any]:
    """The policies' names, and each rule that differs with both values."""
    names = earlier.rules.keys() | later.rules.keys()
    pairs = {name: [earlier.rules.get(name), later.rules.get(name)] for name in sorted(names)}
    return {
        "names": [earlier.policy.name, later.policy.name],
        "rules": {name: pair for name, pair in pairs.items() if pair[0] != pair[1]},
    }
