"""`make bench`: run the topic modules of this folder and write docs/benchmarks.md.

`python -m tests.bench [TOPIC ...] [--data FOLDER]`: a topic is a module, here or in a folder
below, with `measure(data: Path | None) -> list[Measurement]`; FOLDER holds the large inputs,
where there are any (a topic that needs one and has none says so in its rows).
"""

import argparse
import importlib
import os
import platform
from pathlib import Path

from tests.bench.report import Measurement, as_markdown

HERE = Path(__file__).parent
REPORT = HERE.parent.parent / "docs" / "benchmarks.md"
NOT_TOPICS = {"__init__", "__main__", "report"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("topics", nargs="*", choices=[*topics(), []], default=[])
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    measured: list[Measurement] = []
    for topic in arguments.topics or topics():
        measured += importlib.import_module(topics()[topic]).measure(arguments.data)
    before = REPORT.read_text(encoding="utf-8") if arguments.topics and REPORT.exists() else ""
    REPORT.write_text(as_markdown(measured, machine(), before=before), encoding="utf-8")
    print(as_markdown(measured, machine()))


def topics() -> dict[str, str]:
    """Each topic's module."""
    paths = [path for path in HERE.rglob("*.py") if path.stem not in NOT_TOPICS]
    parts = {path.stem: path.relative_to(HERE).with_suffix("").parts for path in paths}
    return {topic: ".".join(["tests.bench", *parts[topic]]) for topic in sorted(parts)}


def machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
