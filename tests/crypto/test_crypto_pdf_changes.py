"""What may come into a file after a signature, what draws a remark, and what breaks the signature."""

import time
from collections.abc import Callable
from functools import cache

import pytest

from harness.crypto.pdf.signatures import read_pdf
from harness.crypto.pdf.signed_files import (
    add_annotation,
    add_document_time_stamp,
    add_page_text,
    add_signature,
    move_annotation,
    plain_pdf,
)
from harness.vectors.forged_pdfs import PDF_FORGERIES, in_sight
from tests.crypto.pdf_material import (
    annotated,
    filled,
    other_page,
    rewritten_annotation,
    signed_often,
    with_text_field,
    without_annotations,
)
from tests.crypto.signing_material import NOW, pki

MOST_SECONDS = (
    8  # of processor time; one second on an idle machine; cubic growth, from ten seconds on, without the optimisation
)
Change = Callable[[bytes], bytes]


def signed(content: bytes, kind: str = "person", **how: object) -> bytes:
    return add_signature(content, pki().identity(kind), at=NOW, **how)  # type: ignore[arg-type]


@cache
def first_signed(certify: int | None) -> bytes:
    """Return a file with a text field and an annotation, signed once."""
    return signed(annotated(with_text_field(plain_pdf(("a",)))), box=(300, 100, 500, 160), certify=certify)


def problems(content: bytes) -> list[str | None]:
    return [one.problem for one in read_pdf(content).signatures]


def seal(content: bytes) -> bytes:
    return signed(content, "agency", box=(50, 500, 150, 600))


def unseen_seal(content: bytes) -> bytes:
    return signed(content, "agency")


def stamped(content: bytes) -> bytes:
    return add_document_time_stamp(content, pki().identity("tsa"), NOW)


def texted(content: bytes) -> bytes:
    return add_page_text(content, "Da sua")


def moved(content: bytes) -> bytes:
    return move_annotation(content, (0, 0, 9, 9))


def twice_annotated(content: bytes) -> bytes:
    return annotated(annotated(content))


def noted_apart(content: bytes) -> bytes:
    return annotated(content, listed_apart=True, drawn=True)


def stray_widget(content: bytes) -> bytes:
    return annotated(content, subtype="/Widget")


FORMS = ("seal", "unseen_seal", "filled")
NOTES = ("annotated", "noted_apart", "twice_annotated", "add_annotation")
NEVER = ("texted", "other_page", "moved", "without_annotations", "rewritten_annotation", "stray_widget")
CHANGES: dict[str, Change] = {
    "seal": seal,
    "unseen_seal": unseen_seal,
    "filled": filled,
    "annotated": annotated,
    "noted_apart": noted_apart,
    "twice_annotated": twice_annotated,
    "add_annotation": lambda content: add_annotation(content, "17"),
    "texted": texted,
    "other_page": other_page,
    "moved": moved,
    "without_annotations": without_annotations,
    "rewritten_annotation": rewritten_annotation,
    "stray_widget": stray_widget,
}
WANTED: dict[int | None, dict[str, str | None]] = {
    None: {**dict.fromkeys(FORMS), **dict.fromkeys(NOTES, "annotated-after"), **dict.fromkeys(NEVER, "changed-after")},
    1: dict.fromkeys((*FORMS, *NOTES, *NEVER), "changed-after"),
    2: {**dict.fromkeys(FORMS), **dict.fromkeys((*NOTES, *NEVER), "changed-after")},
    3: {**dict.fromkeys(FORMS), **dict.fromkeys(NOTES, "annotated-after"), **dict.fromkeys(NEVER, "changed-after")},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("certify", WANTED)
def test_what_may_follow_a_signature(certify: int | None, change: str) -> None:
    assert problems(CHANGES[change](first_signed(certify)))[0] == WANTED[certify][change]


@pytest.mark.parametrize("certify", WANTED)
def test_a_time_stamp_over_the_document_may_always_follow(certify: int | None) -> None:
    assert problems(stamped(first_signed(certify))) == [None]


@pytest.mark.parametrize("change", [*NOTES, "filled", "stamped"])
def test_changes_before_the_seal_are_found_as_those_behind_it(change: str) -> None:
    made = stamped if change == "stamped" else CHANGES[change]
    before, behind = problems(seal(made(first_signed(None)))), problems(made(seal(first_signed(None))))
    wanted = WANTED[None].get(change)
    assert before == [wanted, None]
    assert behind == [wanted, wanted]


def test_number_and_date_follow_a_certification_as_signatures_in_sight() -> None:
    content = in_sight("person", "person", "agency", certify=2)(pki(), NOW)
    content = signed(content, "agency", box=(10, 10, 60, 60))
    assert problems(content) == [None] * 4


@pytest.mark.parametrize("first", [None, 1, 2, 3])
@pytest.mark.parametrize("later", [1, 2, 3])
def test_only_the_first_signature_certifies(first: int | None, later: int) -> None:
    content = signed(plain_pdf(("a",)), certify=first)
    assert problems(signed(content, "agency", certify=later))[1] == "certified-again"


def test_what_the_certification_forbids_no_later_signature_allows() -> None:
    content = annotated(seal(first_signed(2)))
    assert problems(content) == ["changed-after", "annotated-after"]


def test_a_forged_page_is_found_whatever_was_permitted_besides() -> None:
    content = texted(annotated(seal(first_signed(3))))
    assert problems(content) == ["changed-after", "changed-after"]


def test_what_is_wrong_is_said_with_the_objects_as_the_file_names_them() -> None:
    detail = read_pdf(PDF_FORGERIES["certified-again"].build(pki(), NOW)).signatures[0].detail
    assert " 0 R" in detail
    assert "Reference(" not in detail
    assert "{" not in detail


def test_every_signature_is_judged_however_many() -> None:
    count = 60
    content = signed_often(count, pki().identity("person"))
    begun = time.process_time()
    assert problems(content) == [None] * count
    assert time.process_time() - begun < MOST_SECONDS
    assert problems(annotated(content)) == ["annotated-after"] * count
    field = content.rindex(b"/F 132")  # of the last signature, which alone covers it
    broken = problems(content[:field] + b"/F 133" + content[field + 6 :])
    assert broken == [*[None] * (count - 1), "digest"]


@pytest.mark.parametrize("change", CHANGES)
def test_many_signatures_are_judged_as_few(change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many, steps from revision to revision are compared; the answers are the same."""
    content = CHANGES[change](seal(signed(first_signed(None))))
    few = read_pdf(content)
    monkeypatch.setattr("harness.crypto.pdf.changes._FEW", 0)
    monkeypatch.setattr("harness.crypto.pdf.signatures._SMALL", 0)
    assert read_pdf(content) == few
