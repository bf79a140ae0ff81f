"""All files that describe a bundle, written when it is frozen and kept as they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from review.exports.card.citation import citation_cff, zenodo_json
from review.exports.card.croissant import croissant_text
from review.exports.card.dataset_card import card_text, description
from review.exports.files import BundleFile


def describing_texts(
    facts: Mapping[str, Any], files: Sequence[BundleFile], lacks: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """Texts by file name, of the tables written into the folder."""
    said = description(facts)
    return {
        "README.md": card_text(facts, files, lacks, folder),
        "croissant.json": croissant_text(facts, files, said),
        "CITATION.cff": citation_cff(facts, said),
        ".zenodo.json": zenodo_json(facts, said),
    }
