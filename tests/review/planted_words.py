"""Traces made to say given words, so that a test knows which are twins."""

import json

from pipeline.models import Batch, Trace

STEPS = ("{} points to asthma.", "Therefore, salbutamol 1.5 mg is the drug of choice.")


def made_to_say(trace: Trace, *steps: str, conclusion: str = "Salbutamol.") -> Trace:
    """The trace with these steps; everything else in its record stays."""
    record = json.loads(trace.record)
    record["cot"] = {
        "steps": [
            {"number": number, "text": text, "edges": []} for number, text in enumerate(steps, 1)
        ],
        "conclusion": conclusion,
    }
    Trace.objects.filter(pk=trace.pk).update(record=json.dumps(record))
    return trace


def all_different(batch: Batch) -> list[Trace]:
    """The batch's traces in order, no two with the same words."""
    rows = list(batch.traces.order_by("pk"))
    return [made_to_say(row, f"Finding {row.pk} points to asthma.", STEPS[1]) for row in rows]
