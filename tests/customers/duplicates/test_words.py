from customers.duplicates.model import COMPARISONS
from customers.duplicates.words import CLOSE, WORDS, reason, said, sentence


def evidence(field, level, weight, letters=0):
    return {"field": field, "level": level, "weight": weight, "letters": letters}


def test_evidence_is_told_with_what_says_most_first():
    told = [
        evidence("email", "close", 3.5, 2),
        evidence("city", "different", -3),
        evidence("birthday", "same", 12),
    ]

    assert sentence(told) == "same birthday, e-mail differs by 2 letters, other city"
    assert [one.is_for for one in said(told)] == [True, True, False]
    assert reason(told[:1]) == "Probable duplicate: e-mail differs by 2 letters"


def test_one_letter_is_told_in_the_singular():
    assert sentence([evidence("last_name", "close", 5, 1)]) == "last name differs by 1 letter"


def test_every_level_of_every_field_has_words():
    for field, levels in COMPARISONS.items():
        for level in levels:
            assert sentence([evidence(field, level.name, 1.0, 2)])
    assert set(WORDS) | {(field, "close") for field in CLOSE} >= {
        (field, level.name) for field, levels in COMPARISONS.items() for level in levels
    }
