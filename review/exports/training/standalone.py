"""A folder that trains by itself: the trainer, a release's rows, configurations for others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings as site

from pipeline import finetuning
from pipeline.finetuning.configs import config_files
from pipeline.finetuning.configs.facts import TABLE, Facts
from pipeline.finetuning.release_files import MANIFEST, ReleaseFiles
from pipeline.finetuning.settings import TABLES, chosen_settings
from pipeline.finetuning.training.run import REQUIRED

README = Path(__file__).with_name("folder_readme_template.md")
CARD = "README.md"
RELEASE = "release"
# GPUs that a preset is meant for.
DEVICES: Mapping[str, int] = {"paper": 8, "small": 1}
# The model of the published recipe's first row; any other can be entered.
DEFAULT_BASE = "meta-llama/Llama-3.1-8B-Instruct"
ALONE = "venv/bin/python -m finetuning"
TOGETHER = "venv/bin/accelerate launch --config_file finetuning/zero3.yaml -m finetuning"
PACKAGES = (*REQUIRED, "gguf")
MEANINGS: Mapping[str, str] = {
    "axolotl.yaml": "a configuration for axolotl",
    "llama_factory.yaml": "a configuration for LLaMA-Factory",
    "dataset_info.json": "LLaMA-Factory's list of data sets",
    "ms_swift.yaml": "a configuration for ms-swift",
    "deepspeed_zero3.json": "DeepSpeed ZeRO-3 for these three",
}


def configurations(
    manifest: Mapping[str, Any], *, base: str, preset: str, folder: str
) -> dict[str, str]:
    """Files for other trainers by name; `folder` is that of the release beside them.

    Raises Refused for a release without rows to train on.
    """
    settings = chosen_settings("sft", preset, {})
    return config_files(Facts(manifest, settings, base, folder, DEVICES[preset]))


def write_folder(release: ReleaseFiles, folder: Path, *, base: str, preset: str) -> None:
    """Write all of it into an empty folder. Raises Refused like `configurations`."""
    configs = configurations(release.manifest, base=base, preset=preset, folder=RELEASE)
    readme = _readme(release.manifest, configs, base=base, preset=preset)
    for name, text in {**configs, CARD: readme, "requirements.txt": _requirements()}.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, content in {**_trainer(), **_release(release)}.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _trainer() -> dict[str, bytes]:
    """The package, as it lies here."""
    (root,) = map(Path, finetuning.__path__)
    found = sorted(path for path in root.rglob("*") if path.suffix in {".py", ".yaml"})
    return {f"{root.name}/{path.relative_to(root).as_posix()}": path.read_bytes() for path in found}


def _release(release: ReleaseFiles) -> dict[str, bytes]:
    """Manifest, card, and the rows for training, of every split."""
    tables = (TABLE, *TABLES.values())
    rows = (
        name
        for name in release.manifest["files"]
        if name.endswith(".jsonl") and name.split("/")[1] in tables
    )
    return {
        f"{RELEASE}/{name}": release.content(name) for name in (MANIFEST, CARD, *sorted(set(rows)))
    }


def _requirements() -> str:
    """The extra's own packages with their versions; pip finds what these need."""
    pinned = (site.BASE_DIR / "requirements" / "train.txt").read_text(encoding="utf-8")
    lines = [line for line in pinned.splitlines() if line.split("==")[0] in PACKAGES]
    return "\n".join(lines) + "\n"


def _readme(
    manifest: Mapping[str, Any], configs: Mapping[str, str], *, base: str, preset: str
) -> str:
    licences = manifest["rows_by_licence"].items()
    replaced = {
        **{key: str(manifest[key]) for key in ("release", "made", "notice", "sha256")},
        "base": base,
        "preset": preset,
        "besides": " deepspeed" if DEVICES[preset] > 1 else "",
        "start": TOGETHER if DEVICES[preset] > 1 else ALONE,
        "configs": "\n".join(f"| `{name}` | {MEANINGS[name]} |" for name in configs),
        "licences": ", ".join(f"{name}: {rows:,}" for name, rows in sorted(licences)),
    }
    text = README.read_text(encoding="utf-8")
    for name, value in replaced.items():
        text = text.replace(f"{{{name}}}", value)
    return text
