"""What rules may take for one name unseen: the same words, each spelt nearly alike."""

import pytest

from pipeline.core.records import Node, NodeType
from pipeline.core.similarity.spelling import key_words, spelt_alike, spelt_as


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Adenocarcinoma of the lung", "Adenocarcinoma of the colon"),
        (
            "autosomal dominant polycystic kidney disease",
            "autosomal dominant polycystic liver disease",
        ),
        ("folinic acid", "folic acid"),
        ("prednisone", "prednisolone"),
        ("omeprazole", "esomeprazole"),
        ("epinephrine", "norepinephrine"),
        ("hypokalemia", "hypocalcemia"),
        ("exophthalmos", "enophthalmos"),
        ("infection", "coinfection"),
        ("atypical pneumonia", "typical pneumonia"),
        ("adrenal carcinoma", "renal carcinoma"),
        ("sodium sulfate", "sodium sulfite"),
        ("dysphasia", "dysphagia"),
        ("quinine", "quinidine"),
        ("factor 10", "factor 100"),
        ("Cushing disease", "Cushing syndrome"),
        ("Histoplasma infection", "severe Histoplasma infection"),
        ("ileum", "ilium"),
    ],
)
def test_another_word_is_another_name_however_like_it_looks(one, other):
    assert not spelt_alike(one, other)
    assert not spelt_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Benztropine", "Benzatropine"),
        ("Amoxicilin", "Amoxicillin"),
        ("cephalexin", "Cefalexin"),
        ("acyclovir", "Aciclovir"),
        ("oedema", "edema"),
        ("Papillary carcinoma of the thyroid", "papillary thyroid carcinoma"),
        ("Degeneration of anterior horn cells", "anterior horn cell degeneration"),
        ("Posttraumatic stress disorder", "post-traumatic stress disorder"),
        ("type II diabetes", "diabetes type 2"),
        ("6th pharyngeal arch", "pharyngeal arch 6"),
    ],
)
def test_spelling_variants_and_word_order_are_one_name(one, other):
    assert spelt_alike(one, other)
    assert spelt_alike(other, one)


def test_a_gene_symbol_is_spelt_as_written_or_not_at_all():
    gene = Node(1, "1", "HERC2", NodeType.GENE_PROTEIN, "NCBI")
    assert spelt_as("HERC2", gene)
    assert not spelt_as("herc2", gene)
    assert not spelt_as("HER2", gene)


def test_key_words_leave_out_grammar_and_never_everything():
    assert key_words("carcinoma of the lung") == "carcinoma lung"
    assert key_words("hepatitis a with jaundice") == "a hepatitis jaundice with"
    assert key_words("the") == "the"
