"""`python -m finetuning --release BUNDLE --base MODEL --out FOLDER`: from the files alone."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from .options import add_options, request_from
from .refused import Refused
from .training.run import finetune


def main() -> None:
    """Train as the command line says; a refusal is one sentence and exit status 1."""
    parser = ArgumentParser(prog="finetuning", description=main.__doc__)
    parser.add_argument(
        "--release", required=True, type=Path, help="a release's bundle: a folder or a ZIP"
    )
    add_options(parser)
    options = vars(parser.parse_args())
    try:
        finetune(request_from(options["release"], options), say=_say)
    except Refused as error:
        sys.exit(f"{error}")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
