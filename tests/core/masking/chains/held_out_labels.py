"""Chains of thought written before the rules and kept apart from them: labels.

Rules are never made from these: their counts say what the rules do to wordings not foreseen.
"""

from tests.core.masking.case import Case

RENAL = ("Furosemide", "Spironolactone", "Acetazolamide", "Mannitol", "Hydrochlorothiazide")
GERMS = (
    "Staphylococcus aureus", "Escherichia coli", "Group B streptococcus", "Listeria monocytogenes",
    "Hepatitis B virus", "Haemophilus influenzae", "Candida albicans", "Influenza A virus",
    "Neisseria meningitidis", "Treponema pallidum",
)  # fmt: skip

HELD_OUT_LABELS = (
    Case("eliminate", RENAL, "We can eliminate A and E at once.", ("A", "E"), ("at once",)),
    Case("down to", RENAL, "That narrows it down to B or C.", ("B", "C")),
    Case(
        "cross out",
        RENAL,
        "Cross out D, which only draws water.",
        ("D",),
        ("which only draws water",),
    ),
    Case(
        "with a full stop",
        RENAL,
        "The drug acts on the loop. A.",
        ("A",),
        ("The drug acts on the loop",),
    ),
    Case(
        "answer choices listed",
        RENAL,
        "Answer choices B, C, D and E act elsewhere.",
        ("B", "C", "D", "E"),
        ("act elsewhere",),
    ),
    Case("correct one", RENAL, "The correct one is (E).", ("E",)),
    Case(
        "goes with",
        RENAL,
        "The loss of calcium goes with A, not E.",
        ("A", "E"),
        ("The loss of calcium",),
    ),
    Case(
        "in B",
        RENAL,
        "As stated in B, aldosterone is blocked.",
        ("B",),
        ("aldosterone is blocked",),
    ),
    Case("C, D both", RENAL, "Both C and D fail here.", ("C", "D"), ("fail here",)),
    Case("except", RENAL, "All except A spare calcium.", ("A",), ("spare calcium",)),
    Case(
        "third alternative",
        RENAL,
        "The third alternative acidifies the blood.",
        ("third alternative",),
        ("acidifies the blood",),
    ),
    Case(
        "the final one listed",
        RENAL,
        "The final option listed holds calcium back.",
        ("final option",),
        ("holds calcium back",),
    ),
    Case(
        "two middle",
        RENAL,
        "The middle option alkalinises the urine.",
        ("middle option",),
        ("alkalinises the urine",),
    ),
    Case(
        "opt for", RENAL, "One would opt for D in raised pressure.", ("D",), ("in raised pressure",)
    ),
    Case(
        "square brackets",
        RENAL,
        "Loop blockade [A] wastes potassium.",
        ("A",),
        ("wastes potassium",),
    ),
    Case("C over D", RENAL, "This speaks for C over D.", ("C", "D")),
    Case(
        "first choice drug",
        RENAL,
        "As first choice in oedema a loop drug is used.",
        kept=("As first choice in oedema",),
    ),
    Case(
        "group A",
        GERMS,
        "Group A strep and group B strep differ; H. influenzae too.",
        ("group B strep",),
        ("Group A strep",),
    ),
    Case(
        "vitamin K",
        GERMS,
        "Vitamin K, factor I and protein C are low in liver failure.",
        kept=("Vitamin K, factor I and protein C",),
    ),
    Case(
        "I and J", GERMS, "I and J cause rashes; I causes purpura.", ("I", "J"), ("cause rashes",)
    ),
    Case("E at the end", GERMS, "A DNA genome leaves E.", ("E",), ("A DNA genome",)),
    Case(
        "amphotericin",
        GERMS,
        "Amphotericin B treats yeasts.",
        kept=("Amphotericin B treats yeasts",),
    ),
    Case(
        "A group", GERMS, "A virus with an envelope is sought.", kept=("A virus with an envelope",)
    ),
    Case("lipid A", GERMS, "Lipid A of the wall drives shock.", kept=("Lipid A of the wall",)),
    Case(
        "C fibres",
        RENAL,
        "C fibres carry the pain and A delta fibres too.",
        kept=("C fibres", "A delta fibres"),
    ),
    Case(
        "appendix", RENAL, "The Rh D antigen and HLA-B are typed.", kept=("Rh D antigen", "HLA-B")
    ),
)
