"""Each citing step's statement compared with its edges: entities, direction and polarity."""

from pipeline.core.filtering.statements.naming import wordings_of
from pipeline.core.filtering.statements.rules import check_by_rules, settle_without_reader
from pipeline.core.filtering.statements.step_filter import check_statements

__all__ = ["check_by_rules", "check_statements", "settle_without_reader", "wordings_of"]
