"""What a trace cost, by currency: the tables of the report on cost that rest on grades."""

import numpy as np

from ..archive import Archive
from ..document import Row, Tables
from ..intervals import Estimate, OnceSettled, undefined
from ..panel import Item
from ..weighted import estimate, read_sample, share


def cost_tables(archive: Archive, items: list[Item]) -> Tables:
    """What a trace cost, kept and accepted, by currency."""
    sampled = [item for item in items if item.kind == "sampled"]
    sample = read_sample(archive, sampled, lambda item: item.acceptable)
    tables: Tables = {}
    for row in archive.table("costs"):
        source = row["source"]
        of = [source in ("all sources", item.row["source"]) for item in sampled]
        inside = sample.kept & np.array(of, dtype=bool)
        rows = tables.setdefault(("funnel", f"cost_{row['currency'].lower()}"), [])
        rows.append(_spent(row, estimate(sample, share(sample, inside))))
    return tables


def _spent(row: dict[str, str], acceptable: Estimate) -> Row:
    spent, kept = float(row["spent"]), int(row["kept"])
    per_kept: Estimate | float | None = spent / kept if kept else None
    per_accepted = _per_accepted(spent / kept, acceptable) if kept else undefined()
    if int(row["calls_of_unknown_price"]):
        per_kept, per_accepted = undefined(), undefined()
    return {
        "source": row["source"],
        "spent": spent,
        "kept": kept,
        "per_kept": per_kept,
        "acceptable": acceptable,
        "per_accepted": per_accepted,
    }


def _per_accepted(per_kept: float, acceptable: Estimate) -> Estimate:
    n = acceptable.n
    if not acceptable.value:
        return undefined(n)
    value = per_kept / acceptable.value
    if not acceptable.low or acceptable.high is None:
        return Estimate(value, n=n)
    return Estimate(
        value,
        per_kept / acceptable.high,
        per_kept / acceptable.low,
        n,
        settled=_settled(per_kept, acceptable.settled),
    )


def _settled(per_kept: float, share: OnceSettled | None) -> OnceSettled | None:
    """The cost falls as the share rises; there is none where the share may be 0."""
    if share is None or not share.lowest:
        return None
    return OnceSettled(share.waiting, per_kept / share.highest, per_kept / share.lowest)
