"""A second part, held out until the rules had been tried on it; they are built on it since."""

from tests.core.masking.case import STANCES, Case

STEM = "A 34-year-old woman on warfarin 5 mg has a swollen calf. What is the best next step?"
STEPS = (
    "Compression ultrasonography of the leg",
    "D-dimer measurement",
    "Switch warfarin to apixaban",
    "Observation",
    "CT pulmonary angiography",
)
NERVES = ("Median nerve", "Ulnar nerve", "Radial nerve", "Axillary nerve", "Musculocutaneous nerve")
SKIN = (
    "Psoriasis vulgaris",
    "Lichen planus",
    "Tinea corporis",
    "Pityriasis rosea",
    "Atopic dermatitis",
)
DRUG_DOSES = ("0.5 mg", "1 mg", "1.5 mg", "2 mg")
COUNTS = ("One", "Two", "Three", "Four")
DIRECTIONS = ("Increased", "Decreased", "No change")

LATER_LEAKS = (
    Case(
        "ultrasound of the leg",
        STEPS,
        "Ultrasonography of the leg by compression finds the clot.",
        ("Ultrasonography",),
        ("finds the clot",),
        stem=STEM,
    ),
    Case(
        "apixaban",
        STEPS,
        "Apixaban blocks factor Xa directly.",
        ("Apixaban",),
        ("blocks factor Xa directly",),
        stem=STEM,
    ),
    Case(
        "a d-dimer",
        STEPS,
        "Measuring the D-dimer is of no use here.",
        ("D-dimer",),
        ("is of no use here",),
        stem=STEM,
    ),
    Case(
        "letter of a step",
        STEPS,
        "Step by step: choice A is quick, E exposes her to radiation, and D ignores the risk.",
        ("A", "E", "D"),
        ("exposes her to radiation", "ignores the risk"),
        unsafe=True,
        stem=STEM,
    ),
    Case(
        "one of the letters", STEPS, "Among B, C and E, none is first.", ("B", "C", "E"), stem=STEM
    ),
    Case("observe", STEPS, "She should simply be observed.", ("observed",), stem=STEM),
    Case(
        "nerve of",
        NERVES,
        "The wrist drops when the radial nerve is cut; the nerve, ulnar, is spared.",
        ("radial nerve", "ulnar"),
        ("The wrist drops when",),
    ),
    Case(
        "nerves",
        NERVES,
        "Ulnar and median nerves supply the hand.",
        ("median nerves", "Ulnar"),
        ("supply the hand",),
    ),
    Case("answer as heading", NERVES, "Answer C\nThe wrist drops.", ("C",), ("The wrist drops",)),
    Case("ANSWER in capitals", NERVES, "ANSWER: C", ("C",)),
    Case("markdown list", NERVES, "- A: no, spared\n- B: no, spared\n- C: yes", ("A", "B", "C")),
    Case("both last", NERVES, "The last two options are spared.", ("last two",), ("are spared",)),
    Case(
        "third one listed",
        NERVES,
        "The third one on the list supplies the extensors.",
        ("third one on the list",),
        ("supplies the extensors",),
    ),
    Case("number three", NERVES, "It is choice number three.", ("three",)),
    Case(
        "LP",
        SKIN,
        "Lichen planus (LP) is violaceous. LP itches.",
        ("LP", "Lichen planus"),
        ("is violaceous", "itches"),
    ),
    Case(
        "psoriasis alone",
        SKIN,
        "Psoriasis scales in silver.",
        ("Psoriasis",),
        ("scales in silver",),
    ),
    Case(
        "eczema",
        SKIN,
        "Eczema of the folds itches.",
        ("Eczema",),
        ("of the folds itches",),
        aliases=("eczema", "atopic eczema"),
    ),
    Case(
        "ringworm",
        SKIN,
        "Ringworm spreads in rings.",
        ("Ringworm",),
        ("spreads in rings",),
        aliases=("ringworm of body", "ringworm"),
    ),
    Case(
        "dermatitis, atopic",
        SKIN,
        "Dermatitis, atopic, begins early.",
        ("Dermatitis", "atopic"),
        ("begins early",),
    ),
    Case(
        "dose in words",
        DRUG_DOSES,
        "One milligram is the right start.",
        ("One milligram",),
        ("is the right start",),
    ),
    Case("dose of 1.5", DRUG_DOSES, "The dose of 1.5 mg is due.", ("1.5 mg",), ("The dose of",)),
    Case("mg bare", DRUG_DOSES, "Double it to 2.", ("2",), unsafe=True),
    Case(
        "count",
        COUNTS,
        "So the number of carriers is three.",
        ("three",),
        ("So the number of carriers is",),
    ),
    Case(
        "no change at all",
        DIRECTIONS,
        "Calcium shows no change.",
        ("no change",),
        ("Calcium shows",),
    ),
    Case("increased as end", DIRECTIONS, "Hence PTH is increased.", ("increased",), unsafe=True),
    Case("yes in a table", STANCES, "Supported: yes", ("yes",), ("Supported",)),
    Case("would be no", STANCES, "If asked, I would say no here.", ("say no",)),
    Case(
        "leaning",
        STANCES,
        "I lean towards maybe, given small groups.",
        ("maybe",),
        ("given small groups",),
    ),
    Case("not a yes", STANCES, "That is not a yes.", ("yes",)),
    Case(
        "resounding no",
        STANCES,
        "The verdict is a resounding no.",
        ("resounding no",),
        ("The verdict is a",),
    ),
)

LATER_HARM = (
    Case(
        "factor X",
        STEPS,
        "Factor X and protein S, vitamin C and vitamin E intake, and apolipoprotein E.",
        kept=("vitamin C and vitamin E", "apolipoprotein E"),
        stem=STEM,
    ),
    Case(
        "warfarin of the case",
        STEPS,
        "Warfarin 5 mg makes an INR of 2 to 3.",
        kept=("Warfarin 5 mg makes an INR of 2 to 3",),
        stem=STEM,
    ),
    Case(
        "hepatitis list",
        STEPS,
        "Hepatitis A, B, C, D and E differ.",
        kept=("Hepatitis A, B, C, D and E differ",),
        stem=STEM,
    ),
    Case(
        "muscle",
        NERVES,
        "The radial artery and the axillary fossa are near.",
        kept=("The radial artery and the axillary fossa",),
    ),
    Case(
        "A wave",
        NERVES,
        "The A wave and C wave of the pulse; B lines on ultrasound.",
        kept=("A wave", "C wave", "B lines"),
    ),
    Case(
        "grades",
        NERVES,
        "Salter-Harris type B, Weber C fractures, zone A.",
        kept=("type B", "Weber C", "zone A"),
    ),
    Case(
        "I am",
        NERVES,
        "I believe D-penicillamine helps.",
        kept=("I believe D-penicillamine helps",),
    ),
    Case(
        "lichen",
        SKIN,
        "Lichenification and plane surfaces; the vulgar term; a rose colour.",
        kept=("Lichenification and plane surfaces; the vulgar term; a rose colour",),
    ),
    Case(
        "mg of another",
        DRUG_DOSES,
        "Creatinine is 1 mg/dl, and the INR is 2.5.",
        kept=("1 mg/dl", "2.5"),
    ),
    Case("two days", DRUG_DOSES, "After 2 days and 1 week he was well.", kept=("2 days", "1 week")),
    Case("one", COUNTS, "No one saw it; one must wait.", kept=("No one saw it; one must wait",)),
    Case(
        "no negation",
        STANCES,
        "There were no, or only minor, effects; no-show rates fell.",
        kept=("no-show rates fell",),
    ),
    Case(
        "yes gene",
        STANCES,
        "YES1 is a kinase. The true value is uncertain in this trial.",
        kept=("YES1 is a kinase", "true value is uncertain in this trial"),
    ),
    Case(
        "nor",
        STANCES,
        "Neither group improved; false alarms and true relapse were few.",
        kept=("Neither group improved; false alarms and true relapse were few",),
    ),
    Case("denied", STANCES, "The patient said no to surgery in 1999.", kept=("in 1999",)),
)
