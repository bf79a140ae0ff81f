"""A third part, held out until the rules had been tried on it; they are built on it since."""

from tests.core.masking.case import STANCES, Case

STEM = "A 61-year-old smoker with gout on allopurinol 300 mg has a cough. What is the diagnosis?"
LUNGS = (
    "Small cell carcinoma of the lung",
    "Bronchiectasis",
    "Chronic eosinophilic pneumonia",
    "Pulmonary tuberculosis",
    "Invasive aspergillosis",
)
URGE = ("Oxybutynin", "Mirabegron", "Bethanechol", "Tamsulosin")
WARD = (
    "Start empiric vancomycin and cefepime",
    "Obtain a transthoracic echocardiogram",
    "Discharge home with oral antibiotics",
    "Consult cardiothoracic surgery",
)
ENZYMES = ("HMG-CoA reductase", "Xanthine oxidase", "COX-2", "21-hydroxylase", "DNA gyrase")
RISKS = ("1 in 4", "1 in 8", "1 in 16", "2 in 3")
SHIFTS = ("Left", "Right", "Unchanged")
PRESSURES = ("10 mm Hg", "15 mm Hg", "20 mm Hg")

LAST_LEAKS = (
    Case(
        "SCLC",
        LUNGS,
        "SCLC makes ACTH.",
        ("SCLC",),
        ("makes ACTH",),
        stem=STEM,
        aliases=("SCLC", "small cell lung cancer"),
    ),
    Case(
        "lung small cell",
        LUNGS,
        "Small-cell lung carcinoma grows fast.",
        ("Small-cell lung carcinoma", "carcinoma"),
        ("grows fast",),
        stem=STEM,
    ),
    Case(
        "eosinophilic pneumonias",
        LUNGS,
        "Eosinophilic pneumonia, chronic, clears with steroids.",
        ("Eosinophilic pneumonia", "chronic"),
        ("clears with steroids",),
        stem=STEM,
    ),
    Case(
        "TB",
        LUNGS,
        "Pulmonary tuberculosis (TB) caseates; TB spreads.",
        ("TB", "tuberculosis"),
        ("caseates",),
        stem=STEM,
    ),
    Case(
        "tuberculosis of the lung",
        LUNGS,
        "Tuberculosis forms cavities.",
        ("Tuberculosis",),
        ("forms cavities",),
        stem=STEM,
    ),
    Case(
        "aspergillus",
        LUNGS,
        "Aspergillosis invades vessels.",
        ("Aspergillosis",),
        ("invades vessels",),
        stem=STEM,
    ),
    Case(
        "D or E",
        LUNGS,
        "Cavities would speak for D or E rather than B.",
        ("D", "E", "B"),
        ("Cavities would speak for",),
        stem=STEM,
    ),
    Case(
        "correct answer last",
        LUNGS,
        "Everything considered, A is our answer.",
        ("A",),
        ("Everything considered",),
        stem=STEM,
    ),
    Case("distractor", LUNGS, "E is a tempting distractor.", ("E",), stem=STEM),
    Case(
        "letter with dash",
        LUNGS,
        "C \u2014 steroids would help.",
        ("C",),
        ("steroids would help",),
        stem=STEM,
    ),
    Case(
        "options in words",
        LUNGS,
        "Options two through five lack hormones.",
        ("two through five",),
        ("lack hormones",),
        stem=STEM,
    ),
    Case(
        "the first listed",
        LUNGS,
        "The diagnosis listed first makes hormones.",
        ("listed first",),
        ("makes hormones",),
        stem=STEM,
    ),
    Case(
        "trade name",
        URGE,
        "Mirabegron, marketed as Betmiga, relaxes. Betmiga is new.",
        ("Mirabegron", "Betmiga"),
        ("relaxes", "is new"),
    ),
    Case("a typo", URGE, "Oxybutinin dries the mouth.", ("Oxybutinin",), ("dries the mouth",)),
    Case(
        "salt in front", URGE, "Hydrochloride of oxybutynin, oxybutynin patches.", ("oxybutynin",)
    ),
    Case("compound", URGE, "A bethanechol-like drug contracts.", ("bethanechol",), ("contracts",)),
    Case(
        "vancomycin alone",
        WARD,
        "Vancomycin covers resistant staphylococci.",
        ("Vancomycin",),
        ("covers resistant staphylococci",),
    ),
    Case(
        "echo",
        WARD,
        "An echocardiogram shows vegetations.",
        ("echocardiogram",),
        ("shows vegetations",),
    ),
    Case(
        "TTE",
        WARD,
        "The transthoracic echocardiogram (TTE) is first; TTE is harmless.",
        ("TTE", "echocardiogram"),
        ("is harmless",),
    ),
    Case(
        "discharging",
        WARD,
        "Discharging her home with antibiotics by mouth is unsafe.",
        ("Discharging her home",),
    ),
    Case(
        "cyclooxygenase",
        ENZYMES,
        "Cyclooxygenase 2 makes prostaglandins.",
        ("Cyclooxygenase 2",),
        ("makes prostaglandins",),
        aliases=("cyclooxygenase 2", "PTGS2"),
    ),
    Case(
        "reductase of",
        ENZYMES,
        "The reductase of HMG-CoA is blocked.",
        ("reductase",),
        ("is blocked",),
    ),
    Case("COX2", ENZYMES, "COX2 is induced.", ("COX2",), ("is induced",)),
    Case(
        "gyrase", ENZYMES, "Quinolones bind the gyrase of DNA.", ("gyrase",), ("Quinolones bind",)
    ),
    Case("one in eight", RISKS, "The risk is one in eight.", ("one in eight",), ("The risk is",)),
    Case("1/8", RISKS, "Half of 1/4 is 1/8.", ("1/8", "1/4")),
    Case(
        "mmHg",
        PRESSURES,
        "The wedge pressure is 15 mmHg.",
        ("15 mmHg",),
        ("The wedge pressure is",),
    ),
    Case("to the left", SHIFTS, "The curve moves to the left.", ("left",), unsafe=True),
    Case("answer left", SHIFTS, "The answer is: left.", ("left",)),
    Case(
        "answer the question no",
        STANCES,
        "The authors' data answer the question with \u2018no\u2019.",
        ("no",),
    ),
    Case("clear-cut yes", STANCES, "Overall: yes, with caution.", ("yes",), ("with caution",)),
    Case(
        "no conclusion",
        STANCES,
        "So no, surgery adds nothing.",
        ("So no",),
        ("surgery adds nothing",),
    ),
    Case("maybe stands", STANCES, "Maybe is the safest reply.", ("Maybe",)),
)

LAST_HARM = (
    Case(
        "dose of the case",
        LUNGS,
        "Allopurinol 300 mg lowers urate in this 61-year-old.",
        kept=("Allopurinol 300 mg lowers urate in this 61-year-old",),
        stem=STEM,
    ),
    Case(
        "small bowel",
        LUNGS,
        "The small bowel, squamous cell layers and lung bases are normal.",
        kept=("The small bowel, squamous cell layers and lung bases are normal",),
        stem=STEM,
    ),
    Case(
        "other pneumonia",
        LUNGS,
        "Lobar pneumonia and acute bronchitis pass.",
        kept=("Lobar pneumonia and acute bronchitis pass",),
        stem=STEM,
    ),
    Case(
        "vitamin E",
        LUNGS,
        "Vitamin E, IgE, B-type natriuretic peptide, cyclosporin A and HLA-B27.",
        kept=("Vitamin E, IgE, B-type natriuretic peptide, cyclosporin A and HLA-B27",),
        stem=STEM,
    ),
    Case(
        "class",
        URGE,
        "A beta-3 agonist relaxes; an anticholinergic dries.",
        kept=("A beta-3 agonist relaxes; an anticholinergic dries",),
    ),
    Case(
        "hospital",
        WARD,
        "He had cardiac surgery, went home and has a vaginal discharge.",
        kept=("cardiac surgery, went home",),
    ),
    Case(
        "other enzymes",
        ENZYMES,
        "COX-1 and 11-hydroxylase act; DNA is wound; aldose reductase too.",
        kept=("COX-1 and 11-hydroxylase act; DNA is wound; aldose reductase too",),
    ),
    Case(
        "others in four",
        RISKS,
        "Of 4 sons and 8 daughters none is ill at 16 years.",
        kept=("Of 4 sons and 8 daughters none is ill at 16 years",),
    ),
    Case(
        "blood pressure",
        PRESSURES,
        "Blood pressure is 120/10 mm Hg, rate 20 per minute.",
        kept=("rate 20 per minute",),
    ),
    Case(
        "left ventricle",
        SHIFTS,
        "The left ventricle is thick.",
        kept=("left ventricle",),
        stem="A man with a thick left ventricle. Where does the curve go?",
    ),
    Case(
        "no, none",
        STANCES,
        "There is no trial, no harm and no benefit at p = 0.4.",
        kept=("no trial, no harm and no benefit at p = 0.4",),
    ),
    Case(
        "gene yes",
        STANCES,
        "The true rate was false-positive prone; nobody said so.",
        kept=("The true rate was false-positive prone; nobody said so",),
    ),
)
