"""Wordings of positive edges, sound and unsound; the tables are those of negative_wordings.

Of HELD_OUT the rules decided 54 of 57 when it was first tried, none wrongly.
"""

INDICATION = ("indication", "indication")
OFF_LABEL = ("off-label use", "off-label use")
PRESENT = ("disease_phenotype_positive", "phenotype present")
SIDE_EFFECT = ("drug_effect", "side effect")
TARGET = ("drug_protein", "target")
ENZYME = ("drug_protein", "enzyme")
GENE_DISEASE = ("disease_protein", "associated with")
KIND = ("disease_disease", "parent-child")
PROCESS = ("bioprocess_protein", "interacts with")
EXPOSURE = ("exposure_disease", "linked to")
EXPRESSED = ("anatomy_protein_present", "expression present")
PPI = ("protein_protein", "ppi")

SEEN = {
    (*INDICATION, "Salbutamol", "asthma"): {
        "S": (
            "Salbutamol is indicated for asthma.",
            "Salbutamol treats asthma.",
            "Asthma is treated with salbutamol.",
            "Salbutamol is used in asthma.",
            "Asthma is an indication for salbutamol.",
            "Salbutamol is a treatment for asthma.",
            "In asthma, salbutamol should be given.",
            "Salbutamol relieves the symptoms of asthma.",
            "Treatment of asthma includes salbutamol.",
        ),
        "C": (
            "Salbutamol is contraindicated in asthma.",
            "Salbutamol must be avoided in asthma.",
            "Asthma treats salbutamol.",
            "Salbutamol is not indicated for asthma.",
            "Salbutamol does not help in asthma.",
            "Asthma precludes salbutamol.",
        ),
        "N": (
            "Propranolol slows the heart.",
            "Salbutamol causes asthma.",
            "The moon is made of cheese.",
        ),
    },
    (*PRESENT, "asthma", "Wheezing"): {
        "S": (
            "Wheezing is a phenotype that is present in asthma.",
            "Asthma presents with wheezing.",
            "Wheezing is a sign of asthma.",
            "Asthma causes wheezing.",
            "Wheezing suggests asthma.",
            "Patients with asthma often show wheezing.",
        ),
        "C": (
            "Wheezing is absent in asthma.",
            "Asthma does not cause wheezing.",
            "Wheezing speaks against asthma.",
            "Asthma is a symptom of wheezing.",
        ),
        "N": ("Serum urate is raised.",),
    },
    (*SIDE_EFFECT, "Amiodarone", "Hypothyroidism"): {
        "S": (
            "Hypothyroidism is a recorded side effect of amiodarone.",
            "Amiodarone can cause hypothyroidism.",
            "Hypothyroidism may be caused by amiodarone.",
            "Amiodarone is known to lead to hypothyroidism.",
        ),
        "C": ("Amiodarone does not cause hypothyroidism.", "Hypothyroidism causes amiodarone."),
        "N": ("Amiodarone treats hypothyroidism.", "Gout affects the great toe."),
    },
    (*TARGET, "Salbutamol", "ADRB2"): {
        "S": (
            "ADRB2 is a target of salbutamol.",
            "Salbutamol acts on ADRB2.",
            "Salbutamol targets ADRB2.",
            "Salbutamol binds to ADRB2.",
        ),
        "C": ("Salbutamol is a target of ADRB2.", "Salbutamol does not act on ADRB2."),
        "N": ("Insulin lowers glucose.",),
    },
    (*GENE_DISEASE, "HBB", "sickle cell anemia"): {
        "S": (
            "HBB is associated with the disease sickle cell anemia.",
            "Sickle cell anaemia is caused by a mutation of HBB.",
            "HBB is linked to sickle cell anemia.",
            "Mutations in HBB cause sickle cell anemia.",
        ),
        "C": ("HBB is not associated with sickle cell anemia.",),
        "N": ("Iron stores are empty.",),
    },
    (*KIND, "pneumonia", "lobar pneumonia"): {
        "S": (
            "Lobar pneumonia is a kind of pneumonia.",
            "Lobar pneumonia is a form of pneumonia.",
            "Pneumonia includes lobar pneumonia.",
        ),
        "C": (
            "Pneumonia is a kind of lobar pneumonia.",
            "Lobar pneumonia is not a type of pneumonia.",
        ),
        "N": ("The patella is fractured.",),
    },
    (*EXPRESSED, "pancreas", "INS"): {
        "S": ("INS is expressed in the pancreas.", "The pancreas expresses INS."),
        "C": ("INS is not expressed in the pancreas.", "The pancreas lacks INS."),
        "N": (),
    },
}

HELD_OUT = {
    (*INDICATION, "Allopurinol", "gout"): {
        "S": (
            "Gout is managed with allopurinol.",
            "Allopurinol is prescribed for gout.",
            "Allopurinol is effective against gout.",
            "Allopurinol prevents attacks of gout.",
            "A patient with gout benefits from allopurinol.",
            "Allopurinol is a standard therapy of gout.",
            "Gout responds to allopurinol.",
            "For gout, allopurinol is given.",
            "The drug allopurinol is approved for gout.",
        ),
        "C": (
            "Allopurinol is ineffective in gout.",
            "Allopurinol should not be used in gout.",
            "Allopurinol is treated with gout.",
            "Allopurinol worsens gout.",
            "Allopurinol has no role in gout.",
        ),
        "N": ("Gout causes allopurinol.", "Colic comes in waves."),
    },
    (*OFF_LABEL, "Topiramate", "alcohol dependence"): {
        "S": (
            "Topiramate is used off label for alcohol dependence.",
            "Alcohol dependence is sometimes treated with topiramate, off label.",
            "Topiramate may help in alcohol dependence.",
        ),
        "C": ("Topiramate is contraindicated in alcohol dependence.",),
        "N": ("Naltrexone blocks opioid receptors.",),
    },
    (*PRESENT, "measles", "Conjunctivitis"): {
        "S": (
            "Conjunctivitis is a feature of measles.",
            "Measles is characterised by conjunctivitis.",
            "Conjunctivitis is typical of measles.",
            "Conjunctivitis occurs in measles.",
            "The conjunctivitis is explained by measles.",
        ),
        "C": (
            "Measles lacks conjunctivitis.",
            "Conjunctivitis is not found in measles.",
            "Conjunctivitis argues against measles.",
        ),
        "N": ("The spleen filters blood.",),
    },
    (*SIDE_EFFECT, "Lisinopril", "Cough"): {
        "S": (
            "Cough is an adverse effect of lisinopril.",
            "Lisinopril induces cough.",
            "Cough can follow from lisinopril.",
        ),
        "C": ("Lisinopril never causes cough.", "Cough is no side effect of lisinopril."),
        "N": ("Lisinopril relieves cough.",),
    },
    (*ENZYME, "Warfarin", "CYP2C9"): {
        "S": (
            "CYP2C9 metabolises warfarin.",
            "Warfarin is metabolised by CYP2C9.",
            "CYP2C9 is an enzyme of warfarin.",
        ),
        "C": ("Warfarin metabolises CYP2C9.", "CYP2C9 does not metabolise warfarin."),
        "N": ("The kidney filters creatinine.",),
    },
    (*PROCESS, "TP53", "apoptotic process"): {
        "S": (
            "TP53 takes part in the apoptotic process.",
            "TP53 is involved in the apoptotic process.",
            "The apoptotic process involves TP53.",
        ),
        "C": ("TP53 is not involved in the apoptotic process.",),
        "N": ("Collagen is made of three strands.",),
    },
    (*EXPOSURE, "Asbestos", "mesothelioma"): {
        "S": (
            "Exposure to asbestos raises the risk of mesothelioma.",
            "Asbestos causes mesothelioma.",
            "Mesothelioma is linked to asbestos.",
        ),
        "C": ("Asbestos is not linked to mesothelioma.", "Mesothelioma causes asbestos."),
        "N": ("Pollen ripens in spring.",),
    },
    (*PPI, "BRCA1", "BARD1"): {
        "S": ("BRCA1 interacts with BARD1.", "BARD1 binds BRCA1."),
        "C": ("BRCA1 does not interact with BARD1.",),
        "N": ("Tamoxifen is taken daily.",),
    },
}
