"""Rows with an output each: the result files of two published scripts, and files of one's own.

The evaluation scripts of HuatuoGPT-o1 (Chen et al. 2024) and MedReason (Wu et al. 2025) write a
JSON list of {question, options, answer, answer_idx, source, option_str, input_str, output}, in
which a row whose output was empty is missing. A plain file has id and output, and may have
question, options (as shown), answer, sample (from 0), finish_reason, reasoning and model.
"""

from collections.abc import Iterable

from pipeline.benchmarks.outputs import stated
from pipeline.benchmarks.outputs.records import SCRIPTS, FileFacts, OthersOutput, output_text
from pipeline.core.datasets.fields import InvalidRecord, descriptor
from pipeline.core.datasets.source_file import SourceRecord

OUTPUT = "output"
SCRIPT_FIELDS = frozenset({"question", "options", "answer_idx", OUTPUT})
# One of these shows that the row went through a script.
OF_SCRIPTS = frozenset({"option_str", "input_str"})
_NAME_LENGTH = 200
_DROPPED = (
    "The script that wrote this file leaves out every question whose output was empty; those "
    "count as not in the file, and so as not right."
)


def read_row(record: SourceRecord, facts: FileFacts) -> Iterable[OthersOutput]:
    """The output of one row. Raises InvalidRecord."""
    fields = record.fields
    if OUTPUT not in fields:
        raise InvalidRecord(f"Field {OUTPUT} is missing.")
    if facts.format == SCRIPTS:
        facts.note(_DROPPED)
    options = stated.stated_options(fields)
    part = descriptor(fields, "source", _NAME_LENGTH) or descriptor(fields, "split", _NAME_LENGTH)
    facts.parts[part] += 1
    facts.state({"model": descriptor(fields, "model", _NAME_LENGTH)})
    facts.model = str(facts.settings.get("model", ""))
    if identity := fields.get("benchmark_sha256"):
        facts.benchmarks[str(identity)] += 1
    prompt = fields.get("input_str")
    yield OthersOutput(
        line=record.line,
        output=output_text(fields[OUTPUT], facts),
        id=stated.stated_id(fields),
        question=stated.stated_question(fields, options),
        options=options,
        prompt=prompt if isinstance(prompt, str) else "",
        key=stated.stated_key(fields),
        sample=stated.stated_place(fields, "sample"),
        part=part,
        reasoning=output_text(fields.get("reasoning"), facts),
        finish_reason=descriptor(fields, "finish_reason", 40),
    )
