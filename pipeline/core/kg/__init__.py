"""The knowledge graph: PrimeKG's relations, its reader, and the index opened by memory map."""
