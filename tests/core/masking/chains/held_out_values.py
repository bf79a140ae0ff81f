"""Chains of thought written before the rules and kept apart from them: stances, numbers, words."""

from tests.core.masking.case import STANCES, Case

RATES = ("12%", "24%", "48%", "96%")
BARE = ("2", "3", "4", "6")
MILLIGRAMS = ("15 mg", "30 mg", "60 mg")

HELD_OUT_STANCES = (
    Case(
        "closing yes",
        STANCES,
        "Taken together, the answer would therefore be yes.",
        ("yes",),
        ("Taken together",),
    ),
    Case(
        "yes dash",
        STANCES,
        "Yes \u2014 the rates fell in both groups.",
        ("Yes",),
        ("the rates fell in both groups",),
    ),
    Case(
        "so maybe", STANCES, "The trials disagree, so maybe.", ("maybe",), ("The trials disagree",)
    ),
    Case("conclude no", STANCES, "We conclude: no.", ("no",), ("We conclude",)),
    Case("points towards no", STANCES, "All of this points towards no.", ("no",), ("All of this",)),
    Case("say yes", STANCES, "One would say yes to this question.", ("yes",)),
    Case("neither yes nor no", STANCES, "It is neither yes nor no.", ("yes", "no")),
    Case("answers with", STANCES, "The question is answered with a no.", ("no",)),
    Case("negatively", STANCES, "The question must be answered negatively.", ("negatively",)),
    Case(
        "no doubt",
        STANCES,
        "There is no doubt, and no longer any pain.",
        kept=("no doubt", "no longer any pain"),
    ),
    Case(
        "negative margin",
        STANCES,
        "Negative margins and positive nodes were counted.",
        kept=("Negative margins and positive nodes",),
    ),
    Case(
        "no change",
        STANCES,
        "No change was seen. No deaths occurred.",
        kept=("No change was seen. No deaths occurred",),
    ),
    Case("no or little", STANCES, "Patients had little or no pain.", kept=("little or no pain",)),
    Case("truth", ("True", "False"), "So the claim is true.", ("true",), ("So the claim is",)),
    Case(
        "true labour",
        ("True", "False"),
        "True labour differs from false labour.",
        kept=("True labour", "false labour"),
    ),
)

HELD_OUT_QUANTITIES = (
    Case("comes to", RATES, "The product comes to 24%.", ("24%", "24"), ("The product comes to",)),
    Case("per cent", RATES, "Some 48 percent survive.", ("48 percent", "48"), ("survive",)),
    Case(
        "hours",
        RATES,
        "Within 24 hours the 12 leads were set.",
        kept=("24 hours", "12 leads"),
        unsafe=False,
    ),
    Case(
        "year old",
        RATES,
        "The 48 year old man and his 12-year-old son.",
        kept=("48 year old", "12-year-old"),
    ),
    Case("result is", BARE, "The score is therefore 3.", ("3",), ("The score is",)),
    Case("approximately", BARE, "Dividing yields approximately 4.", ("4",), ("Dividing yields",)),
    Case(
        "grade",
        BARE,
        "Grade 3 injury of L4 with CD4 cells and type 2 diabetes.",
        kept=("Grade 3", "L4", "CD4", "type 2"),
    ),
    Case("number of visits", BARE, "She came with 3 children.", ("3",), unsafe=True),
    Case("decimal", BARE, "The pH is 7.3 and albumin 3.2 g/dl.", kept=("7.3", "3.2 g/dl")),
    Case("word three", BARE, "The answer is three.", ("three",)),
    Case("dose", MILLIGRAMS, "She needs 30 mg, not 60 mg.", ("30 mg", "60 mg"), ("She needs",)),
    Case(
        "other unit", MILLIGRAMS, "In 30 minutes and 60 ml of urine.", kept=("30 minutes", "60 ml")
    ),
    Case("weight", MILLIGRAMS, "A 60-kg woman aged 30.", kept=("A 60-kg woman aged 30",)),
    Case(
        "range",
        ("1-2 weeks", "3-4 weeks"),
        "It takes 3-4 weeks to heal after 2 weeks of rest.",
        ("3-4 weeks",),
        ("2 weeks of rest",),
    ),
    Case("ratio", ("1:2", "1:4"), "The odds are 1:4 here.", ("1:4",), ("The odds are",)),
)

HELD_OUT_WORDS = (
    Case(
        "biopsy as word",
        ("Wait", "Operate"),
        "They waited for results before they operated.",
        kept=("They waited for results",),
    ),
    Case(
        "wait as answer", ("Wait", "Operate"), "It is best to wait.", ("wait",), ("It is best to",)
    ),
    Case(
        "recommended", ("Wait", "Operate"), "The recommended approach is to operate.", ("operate",)
    ),
    Case("up", ("Up", "Down"), "Blood backs up into the lung.", kept=("Blood backs up",)),
    Case(
        "cold",
        ("Cold", "Heat", "Pressure"),
        "He had a cold in spring.",
        kept=("had a cold in spring",),
        stem="A man who had a cold feels pain. What triggers it?",
    ),
    Case("left", ("Left", "Right"), "The patient left the ward.", unsafe=True),
    Case("decrease", ("Decrease", "Increase"), "Hence the answer must be decrease.", ("decrease",)),
    Case(
        "normal answer", ("Normal", "High", "Low"), "So the result should be normal.", ("normal",)
    ),
    Case(
        "low potassium",
        ("Normal", "High", "Low"),
        "Low potassium is seen.",
        kept=("Low potassium is seen",),
        stem="A man with low potassium. His renin is?",
    ),
    Case("age named", ("Age", "Gender"), "Risk grows with advancing age.", unsafe=True),
)
