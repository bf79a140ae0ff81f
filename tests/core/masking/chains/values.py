"""Chains of thought over stances, numbers and common words: what stands as the answer, what not."""

from tests.core.masking.case import STANCES, Case

STANCE_CASES = (
    Case("opening yes", STANCES, "Yes, survival rose.", ("Yes",), ("survival rose",)),
    Case("opening no", STANCES, "No, there was no fever.", ("No",), ("there was no fever",)),
    Case("the answer is", STANCES, "The answer is no.", ("no",), ("The answer is",)),
    Case(
        "hence no",
        STANCES,
        "This does not support the claim, hence no.",
        ("hence no",),
        ("This does not support the claim",),
    ),
    Case("quoted", STANCES, "The trial says \u201cmaybe\u201d.", ("maybe",), ("The trial says",)),
    Case("in brackets", STANCES, "The odds fell (no).", ("(no)",), ("The odds fell",)),
    Case(
        "rather than", STANCES, "This favours yes rather than no.", ("yes", "no"), ("rather than",)
    ),
    Case("affirmative", STANCES, "The question is answered in the affirmative.", ("affirmative",)),
    Case("negative answer", STANCES, "A negative answer follows.", ("negative answer",)),
    Case("a definite yes", STANCES, "It is a clear yes.", ("yes",)),
    Case(
        "maybe as answer",
        STANCES,
        "With so few patients the conclusion is maybe.",
        ("maybe",),
        ("With so few patients",),
    ),
    Case(
        "no because",
        STANCES,
        "The answer is probably no because the groups did not differ.",
        ("probably no",),
        ("the groups did not differ",),
    ),
    Case("option of a stance", STANCES, "That is option B (no).", ("B", "no")),
    Case(
        "clinical no",
        STANCES,
        "There was no fever, no rash and no difference.",
        kept=("no fever, no rash and no difference",),
    ),
    Case(
        "negative test",
        STANCES,
        "The culture was negative and the smear positive.",
        kept=("was negative", "smear positive"),
    ),
    Case("number sign", STANCES, "Bed No. 5 showed no-reflow.", kept=("No. 5", "no-reflow")),
    Case("hedge", STANCES, "The effect is maybe due to chance.", kept=("maybe due to chance",)),
    Case(
        "true and false",
        ("True", "False"),
        "The statement is false.",
        ("false",),
        ("The statement is",),
    ),
    Case(
        "true lumen",
        ("True", "False"),
        "The false lumen and a false positive test.",
        kept=("false lumen", "false positive test"),
    ),
)

DAYS = ("5", "7", "10", "14")
DOSES = ("5 mg", "10 mg", "20 mg", "40 mg")
SHARES = ("5%", "25%", "50%", "75%")

QUANTITIES = (
    Case(
        "ages stay",
        DAYS,
        "A 5-year-old boy, aged 7 months, is seen.",
        kept=("A 5-year-old boy", "aged 7 months"),
    ),
    Case("number as answer", DAYS, "The number is 7, so the answer is 7.", ("7",)),
    Case("equals", DAYS, "Dividing gives 70/10 = 7.", ("= 7",), ("Dividing gives 70/10",)),
    Case(
        "bare number",
        DAYS,
        "He had 5 seizures on the ward.",
        ("5",),
        ("seizures on the ward",),
        unsafe=True,
    ),
    Case(
        "the case's number",
        DAYS,
        "He had 5 seizures.",
        kept=("5 seizures",),
        stem="A man with 5 seizures is seen. How many days?",
    ),
    Case(
        "part of a name",
        DAYS,
        "CD5, IL-7, type 10 collagen and stage 5 disease.",
        kept=("CD5", "IL-7", "type 10", "stage 5"),
    ),
    Case("part of a number", DAYS, "Potassium is 5.1 and sodium 1,410.", kept=("5.1", "1,410")),
    Case("doses of the case", DAYS, "She takes 5 mg and weighs 10 kg.", kept=("5 mg", "10 kg")),
    Case("dose with its unit", DOSES, "Start with 10 mg daily.", ("10 mg",), ("Start with",)),
    Case("dose without space", DOSES, "Not 20mg but 40 milligrams.", ("20mg", "40 milligrams")),
    Case(
        "another unit",
        DOSES,
        "The potassium is 5 mmol/l in a 40-year-old.",
        kept=("5 mmol/l", "40-year-old"),
    ),
    Case("share", SHARES, "The child's risk is 25 %.", ("25 %", "25"), ("The child's risk is",)),
    Case(
        "share in words",
        SHARES,
        "Fifty percent of sons are affected.",
        ("Fifty percent",),
        ("of sons are affected",),
    ),
    Case("share bare", SHARES, "The ejection fraction of 50 is low.", ("50",), unsafe=True),
    Case("number word", ("One", "Two", "Three"), "The answer is two.", ("two",)),
    Case(
        "number word of the case",
        ("One", "Two", "Three"),
        "One of the signs is fever.",
        kept=("One of the signs is fever",),
    ),
    Case(
        "fraction",
        ("1/4", "1/2", "2/3"),
        "Two carriers have a risk of 1/4.",
        ("1/4",),
        ("Two carriers",),
    ),
    Case(
        "case's dose",
        DOSES,
        "He takes 5 mg of warfarin.",
        kept=("5 mg of warfarin",),
        stem="A man takes 5 mg of warfarin. What dose of drug X is next?",
    ),
    Case(
        "duration",
        ("5 days", "10 days"),
        "Treat for 10 days; fever lasted 5 weeks.",
        ("10 days",),
        ("5 weeks",),
    ),
)

WORDS = (
    Case(
        "verb of the case",
        ("Observe", "Operate"),
        "The rash was observed yesterday.",
        kept=("was observed yesterday",),
    ),
    Case(
        "verb as answer",
        ("Observe", "Operate"),
        "The best next step is to observe.",
        ("observe",),
        ("The best next step is to",),
    ),
    Case(
        "should be",
        ("Observe", "Operate"),
        "So the child should be observed.",
        ("observed",),
        ("So the child should be",),
    ),
    Case(
        "verb either way",
        ("Observe", "Operate"),
        "Observe how the lesion heals by itself.",
        unsafe=True,
    ),
    Case("word as sentence", ("Increased", "Decreased"), "Therefore: decreased.", ("decreased",)),
    Case(
        "word either way",
        ("Increased", "Decreased", "Unchanged"),
        "Increased urinary calcium follows.",
        unsafe=True,
    ),
    Case(
        "word of the stem",
        ("Increased", "Decreased"),
        "The increased thirst explains it.",
        kept=("increased thirst",),
        stem="A man with increased thirst. What is his ADH?",
    ),
    Case(
        "lead",
        ("Lead", "Arsenic", "Mercury"),
        "These findings lead to lead.",
        ("to lead",),
        ("These findings",),
    ),
    Case("rest", ("Rest", "Ice", "Heat"), "The answer is rest.", ("rest",)),
    Case(
        "rest of",
        ("Rest", "Ice", "Heat"),
        "The rest of the leg is normal.",
        kept=("The rest of the leg is normal",),
    ),
    Case(
        "quoted word",
        ("Normal", "Left", "Right"),
        "That is best called \u201cnormal\u201d.",
        ("normal",),
    ),
    Case(
        "a phrase is a name",
        ("Increased preload", "Decreased afterload"),
        "Preload increases, so increased preload.",
        ("increased preload", "Preload increases"),
    ),
    Case(
        "age as option",
        ("Age", "Sex", "Smoking"),
        "At the age of 60 the answer is age.",
        ("is age",),
        ("At the age of 60",),
    ),
)
