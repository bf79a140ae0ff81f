"""What a release is for, what it is not for, and the known faults of the graph: fixed texts."""

USES = (
    "Fine-tuning language models to reason about clinical questions in steps (`sft`, `chat`), to "
    "prefer better reasoning (`preference`), and training models that judge steps (`stepwise`, "
    "`prm`).",
    "Research on reasoning and its assessment: agreement of clinicians, worth of automatic "
    "filters, support of statements by a knowledge graph.",
)
NOT_FOR = (
    "Care of patients, directly or through a model trained on it, without clinical validation.",
    "Measuring a model on questions that it was trained on: keep to the splits, and see the "
    "benchmarks that were checked.",
    "Identifying raters: their pseudonyms exist so that this is not tried.",
)
LIMITATIONS = (
    "Every chain was written towards a known answer. That it reaches the answer does not show "
    "that its reasoning is right; only clinicians' grades speak of that, and only of the rows "
    "that have them (`is_graded`).",
    "The automatic filters are weak evidence: how weak is stated under Quality where the study "
    "measured it.",
    "Questions whose entities the graph does not have, or between which it has no path, are "
    "missing: see what was left out.",
    "Grades are judgements of this panel by this rubric. Another panel may judge otherwise.",
    "Prompts and filters are written for English; the language of the questions was not checked.",
)
PRIMEKG = (
    "Every drug-drug edge is called a synergistic interaction, whatever the source said.",
    "Nodes of the source MONDO_grouped fuse diseases, such as haemophilia A and B: a path through "
    "one (`grouped`) says nothing of a single subtype.",
    "Some edges are negative (absent phenotypes, absent expression, contraindications). "
    "`polarity` says so; without it they read as support.",
    "It holds associations of uneven strength, not causes; its published file is of 2022.",
)
PERSONAL = "Questions stand as their sources have them: nobody searched them for data of persons."
