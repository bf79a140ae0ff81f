"""The demonstration reasoner: eight acts by rules over the graph, to try the product at once.

No prompt, no weights, no network, no chance: the same input gives the same output. It knows
the graph and nothing of medicine, and its batches say so in every row and file.
"""

from pipeline.core.reasoners.demonstration.reasoner import DemonstrationReasoner

__all__ = ["DemonstrationReasoner"]
