"""The formats in which chains of thought are imported: published, by columns, or saved."""

from pipeline.core.errors import Refusal
from pipeline.core.imports.formats import PLAIN, PUBLISHED, ChainFormat, Columns
from pipeline.models import FileMapping
from pipeline.sources.described_files import saved_mapping

TITLES = {
    "medreason": "MedReason's release (dataset_name, id_in_dataset, question, answer, reasoning)",
    "medical_o1": "medical-o1 of HuatuoGPT-o1 (Question, Complex_CoT, Response)",
    PLAIN: "Columns named below",
}


def format_titles() -> dict[str, str]:
    """Every format by name, with its title for people."""
    saved = FileMapping.objects.order_by("name").values_list("name", flat=True)
    return TITLES | {name: f"{name} (described here)" for name in saved if name not in TITLES}


def format_named(name: str) -> ChainFormat:
    """The format of this name. Raises Refusal."""
    if name in PUBLISHED:
        return ChainFormat(PUBLISHED[name])
    if name == PLAIN:
        return ChainFormat(Columns(options="options", answer="answer", id=("id",)))
    if (mapping := saved_mapping(name)) is not None:
        return ChainFormat(Columns(), mapping)
    known = ", ".join(format_titles())
    raise Refusal(f"There is no format {name!r}: use one of {known}.", field="chains")
