"""What a question asks for, told from cue words of its last sentence."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.core.records import Question

# How telling a relation is for a clinical question when no cue favours it.
_WEIGHTS = {
    "indication": 1.0,
    "off-label use": 0.8,
    "contraindication": 0.8,
    "disease_phenotype_positive": 0.9,
    "disease_phenotype_negative": 0.5,
    "disease_protein": 0.8,
    "drug_protein": 0.8,
    "drug_effect": 0.45,
    "phenotype_protein": 0.6,
    "exposure_disease": 0.7,
    "disease_disease": 0.5,
    "phenotype_phenotype": 0.4,
    "pathway_protein": 0.4,
    "bioprocess_protein": 0.4,
    "molfunc_protein": 0.4,
    "cellcomp_protein": 0.3,
    "protein_protein": 0.3,
    "anatomy_protein_present": 0.15,
    "anatomy_protein_absent": 0.15,
    "drug_drug": 0.15,
    "anatomy_anatomy": 0.12,
}
_REST = 0.3
_ASKED = 2.0

_TOPICS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        r"treat\w*|therap\w*|pharmacotherap\w*|manag\w+|medications?|prescri\w+|prophyla\w+|"
        r"drug of choice|next (?:best )?step|indicated",
        ("indication", "off-label use"),
    ),
    (
        r"contra-?indicat\w*|avoid\w*|unsafe|harmful|withh[eo]ld|worsen\w*|discontinu\w*",
        ("contraindication",),
    ),
    (
        r"adverse|side effects?|complications?|toxicity|drug reaction|caused by (?:this|the) drug|"
        r"effects? of",
        ("drug_effect",),
    ),
    (
        r"mechanism\w*|targets?|inhibit\w*|receptors?|enzymes?|blocks?|acts?|transporter",
        ("drug_protein", "molfunc_protein"),
    ),
    (
        r"genes?|genetic\w*|mutat\w+|inherit\w*|proteins?|encod\w*",
        ("disease_protein", "phenotype_protein"),
    ),
    (
        r"findings?|symptoms?|signs?|manifest\w*|features?|characteris\w+|characteriz\w+|"
        r"associated with|show|reveal|present\w*",
        ("disease_phenotype_positive", "disease_phenotype_negative"),
    ),
    (
        r"diagnos\w+|conditions?|disease|disorder|syndrome|cause|explain\w*|responsible",
        ("disease_phenotype_positive", "disease_protein", "disease_disease"),
    ),
    (r"kind of|types? of|form of|subtype|belongs?", ("disease_disease", "phenotype_phenotype")),
    (r"exposures?|exposed|risk factors?|environmental|occupational", ("exposure_disease",)),
    (
        r"pathways?|process\w*|function|takes? part",
        ("pathway_protein", "bioprocess_protein", "molfunc_protein"),
    ),
    (r"express\w*|tissues?|organs?", ("anatomy_protein_present", "anatomy_protein_absent")),
    (r"interact\w*", ("drug_drug", "protein_protein")),
)
_EXCEPTION = re.compile(
    r"\bEXCEPT\b|\bNOT\b|\bLEAST\b|\b(?:except|least likely|would not|is not|are not)\b"
)
# Whoever asks what is ruled out argues from what is not there.
_RULED_OUT = re.compile(r"\b(?:rul(?:es?|ed|ing) out|exclud\w+|absence of)\b", re.IGNORECASE)
_AVOID = re.compile(_TOPICS[1][0], re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True, slots=True)
class Cues:
    """What the question asks: which relations, for an exception, for what must be avoided.

    `exclusion`: it asks for an exception or for what is ruled out, so that absent findings count.
    """

    asked: frozenset[str]
    exception: bool
    avoid: bool
    exclusion: bool

    def weight(self, relation: str) -> float:
        """How telling a relation is for this question; from 0 to 2."""
        weight = _WEIGHTS.get(relation, _REST)
        if relation in self.asked:
            return weight * _ASKED
        # Whoever asks for a treatment is not helped by what the drug does besides.
        beside = relation == "drug_effect" and "indication" in self.asked
        return weight * 0.4 if beside else weight


@lru_cache(maxsize=256)
def cues_of(question: Question) -> Cues:
    """Cues from the sentence that asks, which in a vignette is the last."""
    asking = _asking_sentence(question.text)
    asked = [
        relation
        for pattern, relations in _TOPICS
        if re.search(rf"\b(?:{pattern})\b", asking, re.IGNORECASE)
        for relation in relations
    ]
    exception = bool(_EXCEPTION.search(asking))
    return Cues(
        asked=frozenset(asked),
        exception=exception,
        avoid=bool(_AVOID.search(asking)),
        exclusion=exception or bool(_RULED_OUT.search(asking)),
    )


def _asking_sentence(text: str) -> str:
    sentences = [sentence for sentence in _SENTENCE.split(text.strip()) if sentence]
    asking = [sentence for sentence in sentences if sentence.rstrip().endswith("?")]
    return (asking or sentences or [""])[-1]
