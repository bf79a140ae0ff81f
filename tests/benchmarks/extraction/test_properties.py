"""What holds for any text and any options."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES, extract
from tests.benchmarks.extraction.cases import lettered

UNHURRIED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
# Sentences that lean to no option.
NEUTRAL = st.lists(
    st.sampled_from(
        [
            "A 45-year-old man has had a cough for 2 weeks.",
            "I have read the question.",
            "Vitamin D and hepatitis B serology were normal.",
            "C. difficile and E. coli were not found.",
            "The D-dimer was low, T4 was high.",
            "Fever, rash and joint pain point to an infection.",
            "Options that do not fit were weighed.",
            "First-line treatment depends on the kidneys.",
            "Normal saline was given; no improvement was seen.",
        ]
    ),
    max_size=6,
)
SIZES = st.integers(2, 22)
# Forms that name an option by its letter alone.
FORMS = st.sampled_from(
    [
        "{}",
        "({})",
        "**{}**",
        "{}.",
        "Answer: {}",
        "The answer is {}.",
        "The correct answer is ({}).",
        "**Final answer:** {}",
        "\\boxed{{{}}}",
        '{{"answer": "{}"}}',
        "<answer>{}</answer>",
        "I choose {}.",
        "Option {} is the best answer.",
        "<think>The answer is A.</think>{}",
        "The answer is not {}.",
        "If he were older, the answer would be {}.",
        "{} is wrong.",
        "{} or A",
        "The answer is {} and B.",
    ]
)
PIECES = [*"ABCDEIabci .,:;()[]{}*\n\"'-/?!\\<>0123", "answer", " is ", "not ", "option ", "the "]
TEXT = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def findings(size: int):
    return lettered([f"finding number {at}" for at in range(size)])


@UNHURRIED
@given(NEUTRAL, SIZES, st.data())
def test_a_clear_last_line_is_read(sentences, size, data):
    options = findings(size)
    letter = data.draw(st.sampled_from([option.label for option in options]))
    assert extract("\n".join([*sentences, f"The answer is {letter}"]), options).letter == letter


@UNHURRIED
@given(NEUTRAL, SIZES)
def test_neutral_text_is_not_read(sentences, size):
    assert extract("\n".join(sentences), findings(size)).letter is None


@UNHURRIED
@given(FORMS, SIZES, st.data())
def test_no_letter_is_read_more_readily_than_another(form, size, data):
    """The letter C is read in a form exactly where D is. (A and B stand in forms.)"""
    options = findings(size)
    letters = [option.label for option in options if option.label not in "AB"]
    if letters:
        first, second = data.draw(st.tuples(st.sampled_from(letters), st.sampled_from(letters)))
        one, other = (extract(form.format(letter), options) for letter in (first, second))
        assert one.stage == other.stage
        assert (one.letter, other.letter) in {(first, second), (None, None)}


@UNHURRIED
@given(st.permutations(["Aortic dissection", "Pericarditis", "Pneumothorax", "Panic attack"]))
def test_a_text_follows_its_option_through_any_order(texts):
    options = lettered(texts)
    found = extract("The answer is aortic dissection.", options)
    assert texts[ord(found.letter) - ord("A")] == "Aortic dissection"


@UNHURRIED
@given(TEXT, SIZES)
def test_every_output_ends_in_one_stage(text, size):
    found = extract(text, findings(size))
    assert found.stage in (UNREAD_STAGES if found.letter is None else READ_STAGES)
    assert found.letter is None or found.letter in [option.label for option in findings(size)]
    assert extract(text, findings(size)) == found
