"""Which nodes a piece of text names exactly, and which look-ups would be over-linking.

Gene symbols are spelt like common words (REST, LARGE, CAT), so a gene is named only by its
symbol exactly as the graph writes it, unless the reader of the text says that it is a gene.
"""

import re

from pipeline.core.characters import plain
from pipeline.core.kg.index import GraphIndex
from pipeline.core.records import Node, NodeType

# Words that name a node and, in a clinical vignette, nearly never mean it.
_GENERIC = """
    acute adult agent air albumin antibody aspiration bicarbonate birth calcium cancer cell
    chloride cholesterol chronic condition creatine creatinine cyst death defect deficiency
    disease disorder drug falls finding fracture glucose growth infection inflammation injury
    iron lactose learning lesion light magnesium mass memory molecule mutation neoplasm nitrogen
    oxygen pain phosphate phosphorus plasma potassium protein sensation sodium stress surgery
    syndrome tobacco toxin transcription translation trauma tumor tumour urea virus water weight
"""

# Upper-case abbreviations of the ward that are gene symbols too.
_WARD_ABBREVIATIONS = """
    ABG ANC BID CAT CBC CPR CSF CTA DIP ECG EEG EKG ESR GCS GPT HPF HPI ICU INR LMP LPF MCH MCP
    MCV MRI NAD NNT PEEP PET PIP PRN QID RBC TID WBC
"""

_MEANT_OTHERWISE = frozenset(_GENERIC.split())
_WARD_CODES = frozenset(_WARD_ABBREVIATIONS.split())
_UPPER_CASE_ONLY = frozenset({"aids", "als", "sars"})
_BARE_WORD_TYPES = frozenset(
    {
        NodeType.ANATOMY,
        NodeType.BIOLOGICAL_PROCESS,
        NodeType.CELLULAR_COMPONENT,
        NodeType.MOLECULAR_FUNCTION,
    }
)
_WORD = re.compile(r"\w+")


def nodes_named(graph: GraphIndex, text: str, type: NodeType | None = None) -> tuple[Node, ...]:
    """Nodes whose normalised name is this text's; genes only if spelt as in the graph."""
    nodes = (graph.node(index) for index in graph.nodes_named(text))
    return tuple(node for node in nodes if _spelt(node, node.name, text, type))


def nodes_with_synonym(
    graph: GraphIndex, text: str, type: NodeType | None = None
) -> tuple[Node, ...]:
    """Nodes with a synonym of this text's normal form; genes only if spelt as in the file."""
    synonyms = graph.synonyms_named(text)
    nodes = ((graph.node(synonym.node), synonym.text) for synonym in synonyms)
    return tuple(
        dict.fromkeys(node for node, spelling in nodes if _spelt(node, spelling, text, type))
    )


def nodes_called(graph: GraphIndex, text: str) -> tuple[Node, ...]:
    """Nodes of this name; where there are none, those of this synonym."""
    return nodes_named(graph, text) or nodes_with_synonym(graph, text)


def too_generic(text: str, nodes: tuple[Node, ...]) -> bool:
    """True for a single word that names nodes and says too little to be an entity alone."""
    words = _WORD.findall(text)
    if len(words) != 1:
        return False
    word = words[0]
    if word.casefold() in _MEANT_OTHERWISE or word in _WARD_CODES:
        return True
    if word.casefold() in _UPPER_CASE_ONLY and not word.isupper():
        return True
    if len(word) < 3 and not any(character.isdigit() for character in word):
        return True
    return all(node.type in _BARE_WORD_TYPES for node in nodes)


def _spelt(node: Node, spelling: str, text: str, type: NodeType | None) -> bool:
    """Whether the text may mean the node: a gene only by the graph's own spelling."""
    free = node.type is not NodeType.GENE_PROTEIN or type is node.type
    return free or plain(spelling) == plain(text).strip()
