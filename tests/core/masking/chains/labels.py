"""Chains of thought that name an option by its letter or place, and letters that mean no option."""

from tests.core.masking.case import DRUGS, Case

FIVE = (*DRUGS, "Colchicine")
TEN = (
    "Mumps", "Rubella", "Measles", "Typhus", "Cholera",
    "Plague", "Anthrax", "Tetanus", "Rabies", "Malaria",
)  # fmt: skip

LABELS = (
    Case(
        "a list of labels",
        DRUGS,
        "Options A, C and D are excluded by the renal function.",
        ("A", "C", "D"),
        ("are excluded by the renal function",),
    ),
    Case(
        "points to", DRUGS, "Everything here points to B.", ("B",), ("Everything here points to",)
    ),
    Case(
        "in brackets", DRUGS, "The mechanism fits choice (B) best.", ("B",), ("The mechanism fits",)
    ),
    Case("bare in brackets", DRUGS, "Only one of them lowers glucose (C).", ("C",)),
    Case("is wrong", DRUGS, "B is wrong because it acts too late.", ("B",), ("acts too late",)),
    Case("are wrong", DRUGS, "A and D are incorrect here.", ("A", "D")),
    Case("ruled out", DRUGS, "This rules out A, B, and D.", ("A", "B", "D"), ("This rules out",)),
    Case("answer colon", DRUGS, "Answer: C", ("C",)),
    Case("answer is", DRUGS, "So the correct answer must be D.", ("D",)),
    Case("lower case", DRUGS, "So option b remains.", ("b",), ("remains",)),
    Case("bold", DRUGS, "The best fit is **B**.", ("B",)),
    Case("letter and text", DRUGS, "B) Insulin acts at once.", ("B", "Insulin"), ("acts at once",)),
    Case(
        "label range",
        FIVE,
        "Choices A through D lack this effect.",
        ("A", "D"),
        ("lack this effect",),
    ),
    Case("either or", DRUGS, "It must be either A or C.", ("A", "C")),
    Case(
        "neither nor", DRUGS, "Neither B nor D fits the picture.", ("B", "D"), ("fits the picture",)
    ),
    Case("rather than", DRUGS, "This favours C rather than A.", ("C", "A"), ("rather than",)),
    Case(
        "therefore", DRUGS, "The potassium is low; therefore, B.", ("B",), ("The potassium is low",)
    ),
    Case("arrow", DRUGS, "Low glucose \u2192 D", ("D",), ("Low glucose",)),
    Case("versus", DRUGS, "It is B versus D, and B wins.", ("B", "D")),
    Case(
        "slash list",
        DRUGS,
        "Options A/C/D act on the kidney.",
        ("A", "C", "D"),
        ("act on the kidney",),
    ),
    Case("letter word", DRUGS, "The letter C marks the one that fits.", ("C",)),
    Case("possessive", DRUGS, "Option B's mechanism is renal.", ("B",), ("mechanism is renal",)),
    Case(
        "leaves only", DRUGS, "Renal failure leaves only D.", ("D",), ("Renal failure leaves only",)
    ),
    Case(
        "ten options",
        TEN,
        "Options F, H and J are not viral; this leaves I.",
        ("F", "H", "J", "I"),
        ("are not viral",),
    ),
    Case("ten options bare", TEN, "G and E are excluded, so I is the answer.", ("G", "E", "I")),
    Case(
        "an unexplained letter",
        DRUGS,
        "Consider C, whose half-life is short.",
        ("C",),
        ("half-life",),
    ),
    Case(
        "a letter that may be either",
        DRUGS,
        "In the second trial B did better.",
        ("B",),
        unsafe=True,
    ),
)

PLACES = (
    Case(
        "second option",
        DRUGS,
        "The second option acts at once.",
        ("second option",),
        ("acts at once",),
    ),
    Case("last choice", DRUGS, "That is why the last choice fits.", ("last choice",), ("fits",)),
    Case(
        "first two",
        DRUGS,
        "The first two options raise lactate.",
        ("first two",),
        ("raise lactate",),
    ),
    Case(
        "numbered",
        DRUGS,
        "Option number 2 is contraindicated.",
        ("number 2", "2"),
        ("is contraindicated",),
    ),
    Case("hash", DRUGS, "Choice #3 fits.", ("3",)),
    Case(
        "listed last",
        DRUGS,
        "The option listed last has no renal effect.",
        ("listed last",),
        ("has no renal effect",),
    ),
    Case(
        "fourth answer",
        DRUGS,
        "The 4th answer choice is a beta blocker.",
        ("4th",),
        ("is a beta blocker",),
    ),
    Case(
        "latter",
        DRUGS,
        "Of the two, the latter option is safer.",
        ("latter option",),
        ("is safer",),
    ),
    Case(
        "penultimate",
        DRUGS,
        "The next-to-last option is an antiplatelet.",
        ("next-to-last option",),
        ("antiplatelet",),
    ),
    Case(
        "second of the options",
        DRUGS,
        "The second of the options is a hormone.",
        ("second of the options",),
        ("is a hormone",),
    ),
    Case(
        "drug of first choice",
        DRUGS,
        "It is the drug of first choice for gout.",
        kept=("drug of first choice for gout",),
    ),
    Case(
        "first-line option",
        DRUGS,
        "A first-line option in pregnancy is needed.",
        kept=("A first-line option in pregnancy",),
    ),
    Case(
        "second dose",
        DRUGS,
        "The second dose is given after the last meal.",
        kept=("The second dose is given after the last meal",),
    ),
    Case(
        "of first choice",
        DRUGS,
        "It is the drug of first choice.",
        kept=("the drug of first choice",),
    ),
)

LETTERS_OF_MEDICINE = (
    Case(
        "vitamin A",
        FIVE,
        "Vitamin A deficiency causes night blindness.",
        kept=("Vitamin A deficiency",),
    ),
    Case(
        "hepatitis B",
        FIVE,
        "Hepatitis B and C are transmitted by blood.",
        kept=("Hepatitis B and C",),
    ),
    Case(
        "group B",
        FIVE,
        "Group B streptococcus and type D strains differ.",
        kept=("Group B streptococcus", "type D"),
    ),
    Case(
        "T and B cells",
        FIVE,
        "T cells help B cells; a B cell lymphoma follows.",
        kept=("B cells", "B cell lymphoma"),
    ),
    Case(
        "pronoun I",
        TEN,
        "I think the rash spreads. Then I exclude fever.",
        kept=("I think", "I exclude"),
    ),
    Case("article", FIVE, "A patient with fever. A rash follows.", kept=("A patient", "A rash")),
    Case("species", FIVE, "C. difficile and E. coli grow.", kept=("C. difficile", "E. coli")),
    Case(
        "compounds",
        FIVE,
        "The D-dimer, C-reactive protein, B12 and HbA1c are raised.",
        kept=("D-dimer", "C-reactive", "B12", "HbA1c"),
    ),
    Case(
        "factors",
        FIVE,
        "Protein C and immunoglobulin A fall, as does vitamin D.",
        kept=("Protein C", "immunoglobulin A", "vitamin D"),
    ),
    Case(
        "its own abbreviation",
        FIVE,
        "Cytosine pairs with guanine; adenine (A) with thymine.",
        kept=("adenine (A)",),
    ),
    Case(
        "stages",
        TEN,
        "Child-Pugh class C and stage B heart failure, haemophilia A.",
        kept=("class C", "stage B", "haemophilia A"),
    ),
    Case(
        "ratios", TEN, "The A-a gradient and the I:E ratio are high.", kept=("A-a gradient", "I:E")
    ),
    Case(
        "influenza",
        TEN,
        "Influenza A, not influenza B, causes pandemics.",
        kept=("Influenza A", "influenza B"),
    ),
    Case(
        "blood type of the stem",
        FIVE,
        "Type A blood reacts with type B serum.",
        kept=("Type A", "type B"),
    ),
    Case(
        "vitamin beside a label",
        FIVE,
        "Vitamin C is low, so option C is right.",
        ("option C",),
        ("Vitamin C is low",),
    ),
    Case(
        "abbreviated organs",
        FIVE,
        "The colon (C) and the duodenum (D) are spared.",
        kept=("colon (C)", "duodenum (D)"),
    ),
)
