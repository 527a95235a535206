"""Clauses have a name in both languages."""

import unicodedata

from harness.catalogue.clauses import clause_text
from harness.catalogue.requirements import load_catalogue

CLAUSES = {entry.clause for entry in load_catalogue().requirements.values()}


def test_every_clause_of_the_catalogue_has_an_english_name() -> None:
    for clause in CLAUSES:
        english = clause_text(clause, "en")
        assert clause_text(clause, "vi") == clause
        assert unicodedata.is_normalized("NFC", english), clause
        if not clause.isascii():
            assert english != clause or clause.startswith("QCVN 102/"), clause


def test_an_unknown_clause_is_shown_unchanged() -> None:
    assert clause_text("Quy chế nội bộ, điều 3", "en") == "Quy chế nội bộ, điều 3"
