"""Conclusions with their options: do they name the key's option and no other?

Each question is the options (A, B, ...), the key, the question's text and the names of entities
linked to the answer. PASS and FAIL hold conclusions that must pass and be rejected; HELD_OUT was
written with them and first tried when the rules were done; it rejected two sound ones then.
"""

from dataclasses import dataclass, field

DRUGS = ("Metformin", "Insulin", "Glipizide", "Acarbose")
WHICH_DRUG = "A woman with type 2 diabetes comes in. Which drug should she take?"


@dataclass(frozen=True)
class Case:
    """A question's options and key, and conclusions that do and do not name the key's alone."""

    options: tuple[str, ...]
    key: str
    passing: tuple[str, ...]
    failing: tuple[str, ...] = ()
    asks: str = WHICH_DRUG
    linked: tuple[str, ...] = field(default=())


SEEN = (
    Case(
        DRUGS,
        "A",
        (
            "The answer is A.",
            "A",
            "Metformin is therefore the best choice.",
            "Starting from type 2 diabetes, the relations above lead to A, Metformin.",
            "She should take metformin (option A).",
            "She should take metformin rather than insulin.",
            "She should take metformin, not insulin, glipizide or acarbose.",
            "Not insulin but metformin is right.",
            "Insulin is excluded, so metformin remains.",
            "B, C and D are excluded; the answer is A.",
            "Unlike glipizide, metformin fits.",
            "Dimethylbiguanide is what she needs.",
            "A patient like this needs metformin.",
            "**A. Metformin**",
            "Metformin is not only cheap but right.",
        ),
        (
            "The moon is made of cheese.",
            "D",
            "The answer is D.",
            "Insulin is therefore the best choice.",
            "She should take metformin or insulin.",
            "Both A and C are right.",
            "A, although insulin is as good.",
            "She should take insulin rather than metformin.",
            "Not A but C.",
            "A. Unlike metformin, insulin is right.",
            "Metformin must be avoided.",
            "Metformin would not help.",
            "Metformin is not the answer.",
            "A patient with diabetes needs help.",
            "The relations above lead to C, Metformin.",
            "",
        ),
        linked=("Dimethylbiguanide", "Metformin"),
    ),
    Case(
        ("Type 1", "Type 1 diabetes mellitus", "Gout", "Asthma"),
        "B",
        ("This is type 1 diabetes mellitus.", "Type 1 diabetes mellitus, not type 1."),
        ("This is type 1.", "This is gout."),
        asks="A child loses weight. What is it?",
    ),
    Case(
        ("Vitamin A", "Vitamin B12", "Vitamin C", "Vitamin D"),
        "D",
        ("She lacks vitamin D.", "The answer is D, vitamin D.", "Vitamin D is missing."),
        ("She lacks vitamin A.", "The answer is A.", "The answer is A, vitamin D."),
        asks="Which vitamin is missing?",
    ),
    Case(
        ("Hepatitis A", "Hepatitis B", "Hepatitis C", "Hepatitis E"),
        "C",
        ("This is hepatitis C.", "C, hepatitis C.", "Hepatitis C rather than hepatitis B."),
        ("This is hepatitis A.", "Hepatitis B."),
        asks="What infection is it?",
    ),
    Case(
        ("yes", "no", "maybe"),
        "A",
        (
            "The answer is yes.",
            "Yes, the two are linked.",
            "There is no doubt: the answer is yes.",
            "Taken together, the relations lead to A, yes (Menthol).",
        ),
        ("No.", "The answer is no.", "It may be so.", "The answer is maybe.", "Not yes but no."),
        asks="Does menthol help?",
    ),
    Case(
        ("yes", "no", "maybe"),
        "B",
        ("The answer is no.", "No, there is no link.", "B, no."),
        ("Yes.", "There is no evidence at all.", "There is a link."),
        asks="Does menthol help?",
    ),
    Case(
        ("8", "12", "24", "40"),
        "A",
        ("The answer is A, 8 (Diarrhea).", "The total is 8.", "The result is therefore 8."),
        ("The answer is 12.", "The boy is 8 years old.", "The total is 8 or 12."),
        asks="What is the total?",
    ),
    Case(
        ("Increase", "Decrease", "Unchanged"),
        "A",
        ("The answer is A: increase.", "The effect is an increase."),
        ("The effect is a decrease.", "Renin will rise when flow falls."),
        asks="What is the effect on renin?",
    ),
    Case(
        ("Asthma", "Gout", "Migraine", "Measles"),
        "B",
        ("Starting from asthma, the relations above lead to B, Gout.", "It is gout."),
        ("It is asthma.", "Starting from gout, the relations above lead to A, Asthma."),
        asks="A man with asthma has a red toe. What else has he?",
    ),
    Case(
        (),
        "Metformin",
        ("She should take metformin.", "Dimethylbiguanide is the drug."),
        ("She should rest.", "The moon is made of cheese."),
        linked=("Dimethylbiguanide",),
    ),
)

HELD_OUT = (
    Case(
        ("Start metformin", "Stop metformin", "Start insulin", "Observe"),
        "A",
        (
            "One should start metformin.",
            "Metformin should be started.",
            "The answer is A (start metformin).",
            "Of the options, A, Start metformin, is therefore right.",
        ),
        (
            "One should stop metformin.",
            "Metformin matters here.",
            "One should start insulin.",
            "The answer is B, Stop metformin.",
            "Start metformin and then start insulin.",
        ),
        linked=("Metformin",),
    ),
    Case(
        ("Propranolol", "Salbutamol", "Ipratropium"),
        "A",
        (
            "Given asthma, the option to avoid is therefore A, Propranolol.",
            "Propranolol is contraindicated and is the one to avoid.",
            "Option (A) is the drug to be avoided.",
            "Propranolol, as opposed to salbutamol, must be avoided.",
        ),
        (
            "Propranolol and salbutamol are to be avoided.",
            "Salbutamol is to be avoided instead of propranolol.",
            "Salbutamol is contraindicated, and propranolol too.",
            "Salbutamol is not safe, and propranolol is not safe.",
            "Option B is the drug to be avoided.",
        ),
        asks="A boy with asthma comes in. Which drug must be avoided?",
    ),
    Case(
        ("Iron deficiency anemia", "Aplastic anemia", "Anemia of chronic disease"),
        "A",
        (
            "Iron deficiency anaemia explains this.",
            "Anemia due to iron deficiency is the answer.",
            "Iron deficiency anemia fits; aplastic anemia does not.",
            "Aplastic anemia and anemia of chronic disease are ruled out, leaving A.",
        ),
        ("Aplastic anemia explains this.", "Anemia explains this.", "It is anemia, C."),
        asks="What explains the pallor?",
    ),
    Case(
        ("25%", "50%", "75%", "100%"),
        "B",
        ("The risk is 50%.", "The probability is therefore 50 percent.", "B, 50%."),
        ("The risk is 25%.", "The risk is high.", "Between 50% and 75%."),
        asks="What is the risk for the next child?",
    ),
    Case(
        ("Factor V Leiden", "Protein C deficiency", "Factor VIII deficiency"),
        "B",
        ("Protein C deficiency it is.", "The answer is B.", "Deficiency of protein C."),
        ("Factor V Leiden it is.", "The answer is C.", "Factor VIII deficiency."),
        asks="Why does he clot?",
    ),
    Case(
        (),
        "yes",
        ("Yes, it does.", "The answer is yes."),
        ("No, it does not.", "It may."),
        asks="Does menthol help?",
    ),
)
