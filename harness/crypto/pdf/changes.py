"""What may come into a PDF file after a signature: pyHanko's policy, with two additions for common signing tools.

After a certification that lets forms be filled in, further signatures may be added whether they are visible or not: the
first signature certifies, then number, date and seal follow as signatures of their own. An added annotation is
distinguished from other changes; whether it was permitted depends on the signature.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DiffResult,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
    XrefStreamRule,
)
from pyhanko.sign.diff_analysis.commons import compare_dicts
from pyhanko.sign.diff_analysis.form_rules_api import FieldComparisonContext, FieldMDPRule, FormUpdate
from pyhanko.sign.diff_analysis.rules_api import RelativeContext
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_REFERENCE = re.compile(r"(?:Reference|IndirectObject)\((?:idnum=)?([0-9]+), (?:generation=)?([0-9]+)[^)]*\)")
_BRACES = str.maketrans("{}", "()")
_ANNOTS = "/Annots"
_WIDGET = "/Widget"
_FEW = 8  # signatures up to which comparing each with all that came later is quicker
_DEEPEST = 64  # levels of a page tree
_Update = tuple[ModificationLevel, FormUpdate]


class Later(Enum):
    """What came into a file after a signature."""

    PERMITTED = "permitted"
    ANNOTATED = "annotated"
    FORBIDDEN = "forbidden"


class Changes:
    """What came into one file after each of its signatures.

    Each signature is compared with every later revision, which takes the square of their number and more. Where there
    are many, each revision is compared with the next one first: if no single step has a forbidden change, no sequence
    of steps has one.

    Args:
        reader: of the file.
        signatures: how many there are.
    """

    def __init__(self, reader: PdfFileReader, signatures: int) -> None:
        self._reader = reader
        self._many = signatures > _FEW
        self._steps: list[ModificationLevel | None] | None = None

    def since(self, embedded: EmbeddedPdfSignature) -> tuple[Later, str]:
        """Say whether what came after a signature was permitted, and what was not.

        Args:
            embedded: a signature that covers the file up to the revision it is in.
        """
        level: MDPPerm | None = embedded.docmdp_level
        change = self._in_steps(embedded)
        if change is None:
            revision, fields = embedded.signed_revision, embedded.fieldmdp
            result = _policy().review_file(self._reader, revision, field_mdp_spec=fields, doc_mdp=level)
            if not isinstance(result, DiffResult):
                return Later.FORBIDDEN, _shown(str(result))
            change = result.modification_level
        if change == ModificationLevel.OTHER or (level is not None and change.value > level.value):
            return Later.FORBIDDEN, f"P={level.value if level is not None else '-'}, {change.name}"
        return (Later.ANNOTATED if change == ModificationLevel.ANNOTATIONS else Later.PERMITTED), ""

    def _in_steps(self, embedded: EmbeddedPdfSignature) -> ModificationLevel | None:
        """Return the most that the steps after a signature changed; None where they do not settle it."""
        if not self._many or embedded.fieldmdp is not None:
            return None
        if self._steps is None:
            self._steps = list(self._compared())
        later = self._steps[embedded.signed_revision :]
        known = [step for step in later if step is not None]
        return max(known, default=ModificationLevel.NONE) if len(known) == len(later) else None

    def _compared(self) -> Iterator[ModificationLevel | None]:
        old = HistoricalResolver(self._reader, 0)
        for revision in range(1, self._reader.xrefs.total_revisions):
            new = HistoricalResolver(self._reader, revision)
            try:
                yield _policy().apply(old, new).modification_level
            except Exception:  # forbidden, or not comparable: comparing with the final revision says which
                yield None
            old = new


def _shown(detail: str) -> str:
    """Return what pyHanko says with objects named as they are in the file: `14 0 R`."""
    named = _REFERENCE.sub(r"\1 \2 R", detail)
    return named.translate(_BRACES)


class _AnnotationRule(FieldMDPRule):
    """Lets the fields of new signatures appear on pages, and other annotations be added; nothing else changes there."""

    def apply(self, context: FieldComparisonContext) -> Iterator[_Update]:
        fields = _new_widgets(context)
        pages = _pages(context.old.root["/Pages"], context.new.root["/Pages"], _DEEPEST)
        for old, new in pages:
            yield from _page(context, fields, old, new)


def _new_widgets(context: FieldComparisonContext) -> Mapping[generic.Reference, str]:
    """Return the annotations by which new signature fields appear on pages, with the fields' names."""
    widgets: dict[generic.Reference, str] = {}
    for name, spec in context.field_specs.items():
        if spec.field_type != "/Sig" or spec.old_field_ref is not None or spec.new_field is None:
            continue
        kids: Any = spec.new_field.get("/Kids", ())
        own: list[Any] = [kid.reference for kid in kids if "/T" not in kid.get_object()] or [spec.new_field_ref]
        widgets.update(dict.fromkeys(own, name))
    return widgets


def _pages(old: Any, new: Any, deepest: int) -> Iterator[tuple[Any, Any]]:
    """Yield every page as it was and as it is; the tree of pages itself does not change."""
    before, after = old["/Kids"], new["/Kids"]
    if not deepest or [kid.reference for kid in before] != [kid.reference for kid in after]:
        raise SuspiciousModification("Unexpected change to page tree structure.")
    for old_kid, new_kid in zip(before, after, strict=True):
        if old_kid.get_object()["/Type"] == "/Pages":
            yield from _pages(old_kid.get_object(), new_kid.get_object(), deepest - 1)
        else:
            yield old_kid.reference, new_kid.reference


def _page(context: FieldComparisonContext, fields: Mapping[Any, str], old: Any, new: Any) -> Iterator[_Update]:
    old_page, new_page = old.get_object(), new.get_object()
    if _ANNOTS not in new_page:
        return
    before, direct_before = _annotations(old_page)
    after, direct_after = _annotations(new_page)
    added = after - before
    if before - after or direct_before != direct_after:
        raise SuspiciousModification(f"Annotations of {old} were deleted or replaced.")
    if not added:
        return
    compare_dicts(old_page, new_page, frozenset([_ANNOTS]))
    others = [each for each in added if each not in fields]
    for each in others:
        yield from _annotation(context, each)
    level = ModificationLevel.ANNOTATIONS if others else ModificationLevel.LTA_UPDATES
    name = None if others or len(added) > 1 else fields[next(iter(added))]
    # A page is referred to from many places: as only its annotations differ, all of them are permitted.
    yield level, FormUpdate(updated_ref=new, field_name=name, valid_when_locked=name is not None)
    yield from _array(context.old, old, new_page, level, name)


def _array(
    old: HistoricalResolver, page: Any, new_page: Any, level: ModificationLevel, name: str | None
) -> Iterator[_Update]:
    """Approve the list of annotations where it is an object of its own: the one it was, or a new one."""
    held = new_page.raw_get(_ANNOTS)
    if not isinstance(held, generic.IndirectObject):
        return
    old_page = page.get_object()
    before = old_page.raw_get(_ANNOTS) if _ANNOTS in old_page else None
    if before == held or old.is_ref_unassignable(held.reference):
        context = RelativeContext(page, RawPdfPath(_ANNOTS))
        yield (
            level,
            FormUpdate(
                updated_ref=held.reference,
                field_name=name,
                valid_when_locked=name is not None,
                context_checked=context,
            ),
        )


def _annotations(page: Any) -> tuple[set[Any], list[Any]]:
    """Return the annotations of a page that are objects of their own, and those that are written out in the list."""
    listed = list(page[_ANNOTS]) if _ANNOTS in page else []
    references = {each.reference for each in listed if isinstance(each, generic.IndirectObject)}
    return references, [each for each in listed if not isinstance(each, generic.IndirectObject)]


def _annotation(context: FieldComparisonContext, annotation: Any) -> Iterator[_Update]:
    """Approve a new annotation that is no field, with all that is new for it."""
    value = annotation.get_object()
    if not isinstance(value, generic.DictionaryObject) or value.get("/Subtype", _WIDGET) == _WIDGET:
        raise SuspiciousModification(f"The newly added annotation {annotation} was not recognised.")
    if not context.old.is_ref_unassignable(annotation):
        raise SuspiciousModification(f"The newly added annotation {annotation} takes the place of an older object.")
    since = context.old.revision + 1
    held = generic.IndirectObject(annotation.idnum, annotation.generation, context.new)
    for reference in context.new.collect_dependencies(held, since_revision=since):
        yield ModificationLevel.ANNOTATIONS, FormUpdate(updated_ref=reference)


@cache
def _policy() -> StandardDiffPolicy:
    unseen = ModificationLevel.LTA_UPDATES
    return StandardDiffPolicy(
        global_rules=[
            CatalogModificationRule(),
            DocInfoRule().as_qualified(unseen),
            XrefStreamRule().as_qualified(unseen),
            ObjectStreamRule().as_qualified(unseen),
            DSSCompareRule().as_qualified(unseen),
            MetadataUpdateRule().as_qualified(unseen),
        ],
        form_rule=FormUpdatingRule(
            field_rules=[
                SigFieldCreationRule(approve_widget_bindings=False, allow_new_visible_after_certify=True),
                SigFieldModificationRule(),
                GenericFieldModificationRule(),
                _AnnotationRule(),
            ],
        ),
    )
