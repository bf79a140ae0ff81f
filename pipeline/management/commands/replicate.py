"""`manage.py replicate BATCH...`: how the method fared, beside the publication's figures."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pipeline.batches.filters.tables import Evaluation, evaluate
from pipeline.batches.filters.text import evaluation_lines
from pipeline.batches.paper_comparison import (
    PUBLISHED_BY_SOURCE,
    PUBLISHED_COST,
    PUBLISHED_DISCARD,
    PUBLISHED_KEPT,
    PUBLISHED_MADE,
    PaperComparison,
    Proportion,
    compare_with_paper,
)
from pipeline.batches.starting.trials import require_no_trial
from pipeline.core.errors import Refusal
from pipeline.models import Batch


class Command(BaseCommand):
    help = (
        "Mapping by stage, rejections by reason and source, and the cost of a kept trace, beside "
        "the publication's 32,682 of about 45,000; what the filters are worth by placebo, further "
        "readings and contrast. Demonstration traces are refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("batches", nargs="+", type=int, metavar="BATCH", help="batch numbers")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        numbers = list(dict.fromkeys(options["batches"]))
        batches = Batch.objects.in_bulk(numbers)
        missing = [number for number in numbers if number not in batches]
        if missing:
            raise CommandError(f"There is no batch {missing[0]}.")
        try:
            named = [batches[number] for number in numbers]
            require_no_trial(named)
            comparison = compare_with_paper(named)
        except Refusal as error:
            raise CommandError(str(error)) from error
        evaluation = evaluate(named)
        if options["json"]:
            plain = _plain(comparison) | {"filters": evaluation.plain}
            self.stdout.write(json.dumps(plain, indent=2, default=str))
        else:
            lines = [*_lines(comparison), *evaluation_lines(evaluation), *_unmeasured(evaluation)]
            self.stdout.write("\n".join(lines))


def _plain(comparison: PaperComparison) -> dict[str, Any]:
    """Everything counted, with intervals and the published figures."""
    plain = asdict(comparison)
    for name in ("mapped", "kept_of_made", "discarded_of_made", "kept_of_settled"):
        proportion: Proportion = getattr(comparison, name)
        plain[name] |= {"share": proportion.share, "wilson_95": proportion.interval}
    published = {
        "kept": PUBLISHED_KEPT,
        "made_about": PUBLISHED_MADE,
        "discarded": PUBLISHED_DISCARD,
        "cost": PUBLISHED_COST,
    }
    return plain | {"published": published | {"kept_by_source": PUBLISHED_BY_SOURCE}}


def _lines(result: PaperComparison) -> list[str]:
    published = Proportion(PUBLISHED_KEPT, PUBLISHED_MADE)
    return [
        f"Batches {', '.join(result.batches)}: "
        f"{result.settled:,} traces settled, {result.open:,} open.",
        "",
        f"Both sides linked to the graph        {_proportion_text(result.mapped)}",
        *_mapping(result),
        "",
        "Failures by reason",
        *_count_lines(result.failures),
        "Rejections by filter (a trace may have several)",
        *_count_lines(result.rejections),
        "",
        f"Kept of made                          {_proportion_text(result.kept_of_made)}",
        f"  published, of about 45,000          {_proportion_text(published)}",
        f"Discarded of made                     {_proportion_text(result.discarded_of_made)}",
        f"  published                           {PUBLISHED_DISCARD}; whether it discards the wrong "
        "ones is not reported",
        f"Kept of settled                       {_proportion_text(result.kept_of_settled)}",
        f"Cost of a kept trace                  {_cost(result)}",
        f"  published                           {PUBLISHED_COST}",
        "",
        "By source                       settled     made     kept  published kept",
        *_sources(result),
    ]


def _unmeasured(evaluation: Evaluation) -> list[str]:
    """What a discard share lacks to be read as quality, where the batches did not measure it."""
    if evaluation.placebo:
        return []
    return [
        "",
        "These batches have no placebo traces: whether their filters discard the wrong chains of "
        "thought is not known.",
        "generate --placebo 0.1 measures it.",
    ]


def _mapping(result: PaperComparison) -> list[str]:
    lines = []
    for side, counts in result.mapping.items():
        total = sum(counts.values())
        lines.append(f"Mentions in the {side}: {total:,}")
        lines += [
            f"  {name:<36}{_proportion_text(Proportion(n, total))}" for name, n in counts.items()
        ]
    return lines


def _sources(result: PaperComparison) -> list[str]:
    lines = []
    for line in result.sources:
        published = PUBLISHED_BY_SOURCE.get(line.source)
        kept = f"{published:,}" if published else "-"
        figures = f"{line.settled:>9,}{line.made:>9,}{line.kept:>9,}{kept:>16}"
        lines.append(f"  {line.source:<28}{figures}")
        lines += _count_lines((*line.failures, *line.rejections), indent=4)
    return lines


def _count_lines(counts: tuple[tuple[str, int], ...], indent: int = 2) -> list[str]:
    named = [(name.replace("_", " "), count) for name, count in counts]
    return [f"{' ' * indent}{name:<34}{count:>9,}" for name, count in named] or ["  none"]


def _proportion_text(proportion: Proportion) -> str:
    if proportion.share is None or proportion.interval is None:
        return f"{proportion.count:,} of {proportion.total:,}"
    low, high = proportion.interval
    return (
        f"{proportion.count:,} of {proportion.total:,}: {proportion.share:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%})"
    )


def _cost(result: PaperComparison) -> str:
    if result.cost_of_kept is not None:
        total = f"{result.calls:,} calls, {result.cost:.2f} in all"
        return f"{result.cost_of_kept:.4f} {result.currency} ({total})"
    return f"unknown ({result.calls:,} calls: a price is missing, or nothing was kept)"
