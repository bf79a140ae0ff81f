"""Where what is released comes from: of each trace, and of its batches in one file."""

from review.exports.provenance.document import PROVENANCE_NAME, provenance_text
from review.exports.provenance.rows import licence_of, provenance_of, terms_of, with_provenance

__all__ = [
    "PROVENANCE_NAME",
    "licence_of",
    "provenance_of",
    "provenance_text",
    "terms_of",
    "with_provenance",
]
