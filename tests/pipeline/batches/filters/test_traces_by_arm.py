"""Placebo traces argue for wrong options: whoever reads traces begins with those towards the key.

Files that mean every arm are named here, each with the reason.
"""

import re
from pathlib import Path

from tests.house.source import CODE, name_of, python_files

READ = re.compile(
    r"\bTrace\.objects\b(?!\.of_key\(\))"
    r"|\w\.traces\.(all|aggregate|annotate|count|defer|exclude|exists|filter|first|get|only"
    r"|order_by|select_for_update|select_related|update|values|values_list)\("
)
EVERY_ARM = {
    "pipeline/access.py": "a lead looks at any trace; the list of a batch shows one arm",
    "pipeline/batches/filters/discrimination.py": "compares the arms",
    "pipeline/batches/filters/other_questions.py": "which questions a batch has",
    "pipeline/batches/funnel.py": "progress counts all that is made",
    "pipeline/batches/imported/importing.py": "makes traces, all towards the key",
    "pipeline/batches/lifecycle.py": "all are started, tried again and cancelled",
    "pipeline/batches/make_again.py": "makes traces towards the key",
    "review/exports/jsonl.py": "traces that a release has chosen already, by number",
    "review/management/commands/import_chains.py": "an imported batch has no other arm",
    "review/pairwise/draw.py": "texts of traces that are drawn already, by number",
    "review/releases/selection/candidates.py": "sampled items' traces, all towards the key",
    "review/releases/selection/flags.py": "a harm in words counts wherever they were found",
    "review/reports/facts.py": "traces that are graded already, by key",
    "review/sampling/placebos.py": "draws placebos for a study",
    "review/sampling/twins.py": "texts of traces that the caller names",
    "review/seeding.py": "progress counts all that is made",
    "review/studies/lifecycle.py": "traces that are drawn already, by key",
    "review/studies/slots.py": "traces that are drawn already, by key",
}


def test_a_file_reads_traces_towards_the_key_or_is_named_here():
    found = {name_of(path) for path in python_files(*CODE) if _reads_every_arm(path)}
    assert found == set(EVERY_ARM)


def _reads_every_arm(path: Path) -> bool:
    # A chain of calls may be broken before its dots.
    text = re.sub(r"\s+\.", ".", path.read_text(encoding="utf-8"))
    return READ.search(text) is not None
