"""Where what is released comes from: of each trace, and of its batches in one file."""

from review.exports.provenance.rows import provenance_of, terms_of, with_provenance

__all__ = ["provenance_of", "terms_of", "with_provenance"]
