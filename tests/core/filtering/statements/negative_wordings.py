"""Wordings of negative edges, sound and unsound, in two halves.

The rules were written by SEEN; HELD_OUT was tried when they first stood (44 of 49 decided, none
wrongly), then built on.

Each table holds, for an edge (relation, head, tail), what texts a step may have and what they
are worth: S says what the edge says, C its contrary or the reverse, N something else.
"""

CONTRAINDICATION = ("contraindication", "contraindication")
ABSENT = ("disease_phenotype_negative", "phenotype absent")
UNEXPRESSED = ("anatomy_protein_absent", "expression absent")

SEEN = {
    (*CONTRAINDICATION, "Propranolol", "asthma"): {
        "S": (
            "Propranolol is contraindicated in asthma.",
            "Propranolol should be stopped in a patient with asthma.",
            "Asthma precludes the use of propranolol.",
            "Giving propranolol to someone with asthma is hazardous.",
            "In asthma, propranolol must be avoided.",
            "Propranolol should not be given to this child, who has asthma.",
            "Because of her asthma, propranolol is unsafe.",
            "Asthma is a contraindication to propranolol.",
            "Propranolol can worsen asthma.",
            "The known asthma argues against propranolol.",
            "Propranolol is not recommended in asthma.",
            "Contraindications of propranolol include asthma.",
            "Asthmatic patients cannot take propranolol.",
        ),
        "C": (
            "Propranolol is the drug of choice in asthma.",
            "Propranolol is not contraindicated in asthma.",
            "Propranolol treats asthma.",
            "Asthma is best managed with propranolol.",
            "Propranolol is safe in asthma.",
            "Asthma is an indication for propranolol.",
            "Propranolol is recommended for patients with asthma.",
            "Asthma does not preclude propranolol.",
        ),
        "N": (
            "The moon is made of cheese.",
            "Salbutamol opens the airways within minutes.",
            "Gout follows from a raised urate.",
        ),
    },
    (*CONTRAINDICATION, "Sumatriptan", "coronary artery disease"): {
        "S": (
            "Sumatriptan is dangerous in coronary artery disease.",
            "With coronary artery disease, sumatriptan ought to be withheld.",
            "Coronary artery disease rules out sumatriptan.",
            "Sumatriptan is inadvisable where there is coronary artery disease.",
            "Coronary artery disease forbids sumatriptan.",
        ),
        "C": (
            "Sumatriptan helps in coronary artery disease.",
            "Sumatriptan can safely be used in coronary artery disease.",
            "Coronary artery disease calls for sumatriptan.",
        ),
        "N": ("Nausea often goes along with light sensitivity.",),
    },
    (*ABSENT, "osteoarthritis", "Fever"): {
        "S": (
            "Fever is a phenotype that is absent in osteoarthritis.",
            "Osteoarthritis does not cause fever.",
            "Fever is not a feature of osteoarthritis.",
            "Osteoarthritis presents without fever.",
            "Fever speaks against osteoarthritis.",
            "Fever makes osteoarthritis unlikely.",
        ),
        "C": (
            "Fever is a sign of osteoarthritis.",
            "Osteoarthritis presents with fever.",
            "Fever is present in osteoarthritis.",
            "Fever points to osteoarthritis.",
        ),
        "N": ("Urate crystals dissolve slowly.",),
    },
    (*UNEXPRESSED, "retina", "ALB"): {
        "S": (
            "ALB is not expressed in the retina.",
            "The retina does not express ALB.",
            "Expression of ALB is absent in the retina.",
            "The retina lacks ALB.",
        ),
        "C": ("ALB is expressed in the retina.", "The retina expresses ALB."),
        "N": ("The cornea refracts light.",),
    },
}

HELD_OUT = {
    (*CONTRAINDICATION, "Ibuprofen", "peptic ulcer disease"): {
        "S": (
            "Peptic ulcer disease is a reason not to give ibuprofen.",
            "Ibuprofen is prohibited in peptic ulcer disease.",
            "Ibuprofen is best avoided in people with peptic ulcer disease.",
            "Ibuprofen would be harmful to a patient with peptic ulcer disease.",
            "Peptic ulcer disease makes ibuprofen an inappropriate choice.",
            "Patients with peptic ulcer disease should not receive ibuprofen.",
            "Ibuprofen aggravates peptic ulcer disease.",
            "In the setting of peptic ulcer disease, ibuprofen needs to be discontinued.",
            "Prescribing ibuprofen despite peptic ulcer disease is a risk.",
            "Peptic ulcer disease disqualifies ibuprofen.",
            "Ibuprofen is ill-advised in active peptic ulcer disease.",
            "Do not use ibuprofen in peptic ulcer disease.",
        ),
        "C": (
            "Ibuprofen relieves peptic ulcer disease.",
            "Ibuprofen is first-line treatment of peptic ulcer disease.",
            "Peptic ulcer disease responds well to ibuprofen.",
            "Ibuprofen is appropriate in peptic ulcer disease.",
            "There is no contraindication to ibuprofen in peptic ulcer disease.",
            "Ibuprofen is indicated for peptic ulcer disease.",
            "Peptic ulcer disease warrants ibuprofen.",
            "Ibuprofen is harmless in peptic ulcer disease.",
        ),
        "N": ("Bleeding lowers the haemoglobin.", "Amoxicillin clears streptococci."),
    },
    (*CONTRAINDICATION, "Metformin", "kidney failure"): {
        "S": (
            "Kidney failure prevents us from using metformin.",
            "Metformin must be held in kidney failure.",
            "Metformin has to be stopped once kidney failure sets in.",
            "Kidney failure and metformin are a dangerous combination.",
            "Use of metformin in kidney failure is warned against.",
        ),
        "C": (
            "Metformin is an option in kidney failure.",
            "Metformin improves kidney failure.",
            "Metformin should be started for kidney failure.",
        ),
        "N": ("Retinopathy develops over years.",),
    },
    (*ABSENT, "migraine", "Ataxia"): {
        "S": (
            "Ataxia is not seen in migraine.",
            "Migraine spares coordination, so ataxia is absent in migraine.",
            "Ataxia argues against migraine.",
            "Migraine lacks ataxia.",
            "Patients with migraine do not show ataxia.",
            "Ataxia is inconsistent with migraine.",
        ),
        "C": (
            "Ataxia suggests migraine.",
            "Migraine is characterised by ataxia.",
            "Ataxia is typical of migraine.",
            "Ataxia is a symptom of migraine.",
        ),
        "N": ("The optic disc is swollen.",),
    },
    (*UNEXPRESSED, "liver", "CFTR"): {
        "S": (
            "No CFTR is found in the liver.",
            "CFTR expression is lacking in the liver.",
            "The liver shows no expression of CFTR.",
            "CFTR is silent in the liver.",
        ),
        "C": ("CFTR is present in the liver.", "The liver produces CFTR."),
        "N": ("Sweat chloride is raised.",),
    },
}
