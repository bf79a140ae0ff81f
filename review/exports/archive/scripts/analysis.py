"""Work out the tables of this study's reports again from its grades, and compare.

    python analysis.py [--json] [--only-compare]

Needs Python 3.11 and numpy, and nothing of the product. Prints every figure as CSV (or JSON),
then on standard error what differs from reports.json. Ends with 1 if anything does.
"""

# ruff: noqa: E402
import argparse
import sys
from pathlib import Path

# Nothing is added to the folder, so that its checksums still hold.
sys.dont_write_bytecode = True

from study_statistics.archive import Archive
from study_statistics.document import (
    Tables,
    differences,
    figures_of,
    reported,
    write_csv,
    write_json,
)
from study_statistics.panel import read_items
from study_statistics.reports.agreement import agreement_tables
from study_statistics.reports.cost import cost_tables
from study_statistics.reports.filters import filters_tables
from study_statistics.reports.quality import quality_tables
from study_statistics.reports.workload import workload_tables

REPORTS = (agreement_tables, quality_tables, workload_tables, filters_tables, cost_tables)


def main() -> int:
    """All of it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--json", action="store_true", help="print JSON, not CSV")
    asked.add_argument("--only-compare", action="store_true", help="print no figures")
    options = asked.parse_args()
    folder = Path(__file__).resolve().parent
    archive = Archive(folder)
    tables = all_tables(archive)
    if not options.only_compare:
        write = write_json if options.json else write_csv
        write(tables, sys.stdout)
    return compare(archive, tables)


def all_tables(archive: Archive) -> Tables:
    """Every table that rests on grades."""
    items = read_items(archive)
    tables: Tables = {}
    for report in REPORTS:
        tables |= report(archive, items)
    return tables


def compare(archive: Archive, tables: Tables) -> int:
    """Say what differs from the reports, and from consensus.csv."""
    rows = archive.table("tables_without_grades")
    without_grades = {(row["report"], row["table"]) for row in rows}
    found = differences(tables, reported(archive.folder / "reports.json"), without_grades)
    found += [
        f"consensus.csv, item {item.number}: {item.unanswered or item.decision} here"
        for item, row in zip(read_items(archive), archive.table("consensus"), strict=True)
        if (item.unanswered, item.decision, item.waits_for)
        != (row["unanswered"], row["decision"], row["waits_for"])
    ]
    count = sum(1 for _ in figures_of(tables))
    verdict = f"{len(found)} differ" if found else "all as reported"
    print("\n".join([*found, f"{count} figures, {verdict}."]), file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
