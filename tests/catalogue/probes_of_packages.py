"""What the values of a profile change in what is found in packages and archives."""

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import msgspec

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.cli.profile_view import as_lines
from harness.crypto.chains.trust import Trust
from harness.edxml.attachments import pack
from harness.edxml.draft import PackageDraft
from harness.edxml.model import TraceHeader
from harness.edxml.packages import write_package
from harness.journal.recorder import VIETNAM
from harness.judge.finding_list import listing_of
from harness.rules import bounded_process, confinement
from harness.rules.check import PackageReport, check_package
from harness.validation.expansion import ExpandsTooFar, check_directory
from harness.vectors.packages.base import (
    Contact,
    DocumentIdentity,
    Particulars,
    document,
    package,
    status,
    with_attachments,
)
from tests.catalogue.profile_leaves import GONE, Leaf, Probe, to

NOW = datetime(2026, 11, 28, 20, tzinfo=VIETNAM)
_GROUPS = frozenset({"PKG", "HDR", "TRC", "ATT", "STP"})
_MB = 1 << 20
_FULL = replace(
    Particulars(),
    sending=Contact("Số 1", "a@b.vn", "024 38043100", "024 38043101", "coquan.gov.vn", in_charge=True),
    receiving=Contact("Số 2", "c@d.vn", "024 38043102", "024 38043103", "tinh.gov.vn", in_charge=True),
)
_ELEMENTS: Mapping[str, str] = MappingProxyType({
    "priority": "OtherInfo/Priority",
    "steering_type": "SteeringType",
    "document_type": "DocumentType/Type",
    "operation": "TraceHeaderList/Bussiness/BussinessDocType",
})  # fmt: skip


def found(profile: Profile, data: bytes) -> tuple[Finding, ...]:
    return check_package(data, profile, NOW, groups=_GROUPS).findings


@cache
def _document() -> PackageDraft:
    return document(DocumentIdentity(particulars=_FULL))


@cache
def _status(code: str, description: str) -> bytes:
    return status(DocumentIdentity(particulars=_FULL), code, description).written()


def in_packages(profile: Profile, _: Leaf) -> object:
    return found(profile, _document().written()), found(profile, _status("03", "Đã tiếp nhận"))


@cache
def _expanding() -> bytes:
    return with_attachments(DocumentIdentity(), pack("so-lieu.bin", bytes(100_000), "1")).written()


def in_zipped(profile: Profile, _: Leaf) -> object:
    return found(profile, _expanding())


def in_archive(profile: Profile, _: Leaf) -> object:
    """Look into a zip of 1 MB whose directory says that 600 MB of packages are in it."""
    listed = [zipfile.ZipInfo(f"{number}.edxml") for number in range(6)]
    for one in listed:
        one.file_size, one.compress_size = 100 * _MB, _MB
    try:
        check_directory(listed, _MB, profile.parameters.limits)
    except ExpandsTooFar as error:
        return error.detail
    return None


class NoProcess(bounded_process.BoundedProcess):
    """Only looks like a process."""

    def end(self) -> None:
        """Do nothing: there is none."""


def at_a_price(profile: Profile, _: Leaf) -> object:
    """Examine a package that takes 3 s and 300 MB of the process that examines it."""
    answers, costs = iter([True, PackageReport("document", (), None)]), iter([(0.0, 0), (3.0, 300 * _MB)])
    polls = iter([False, True])
    connection: Any = SimpleNamespace(
        recv=lambda: next(answers), send=lambda _: None, send_bytes=lambda _: None, poll=lambda _: next(polls),
        close=lambda: None,
    )  # fmt: skip
    worker = NoProcess(-1, connection, lambda: None)
    with (
        patch.object(confinement, "program", lambda _: worker),
        patch.object(bounded_process, "_usage", lambda _: bounded_process._Usage(*next(costs))),
    ):
        return confinement._Confinement().examine(b"", (profile, Trust()), NOW).findings


def by_form(profile: Profile, _: Leaf) -> object:
    """Look at senders with an id of each form, and at one that a hub has passed on."""
    sent = (
        document(DocumentIdentity(sender=(id_, "Văn phòng"))).written()
        for id_ in ("000.00.00.G22", "G22", "0123456789")
    )
    made = package(DocumentIdentity())
    passed_on = replace(made, trace_headers=(*made.trace_headers, TraceHeader("00.00.W00", "2025/09/30 08:31:00")))
    return [found(profile, data) for data in (*sent, write_package(passed_on))]


def by_uuid(profile: Profile, _: Leaf) -> object:
    data = _document().with_text("MessageHeader/DocumentId", "0f8fad5b-d9cb-469f-a165-70867728950e")
    return found(profile, data.written())


def of_status(profile: Profile, leaf: Leaf) -> object:
    return found(profile, _status(leaf.value, "Đã tiếp nhận"))


def of_status_without_reason(profile: Profile, leaf: Leaf) -> object:
    return found(profile, _status(leaf.value, ""))


def at_the_bound(profile: Profile, leaf: Leaf) -> object:
    element = _ELEMENTS[str(leaf.path[-2])]
    return found(profile, _document().with_text(element, str(leaf.value)).written())


def listed(profile: Profile, _: Leaf) -> object:
    return list(as_lines(msgspec.structs.replace(profile, sha256=""), "vi"))  # the digest differs with any change


def of_agency(profile: Profile, leaf: Leaf) -> object:
    """Look at documents to an agency, of days before and after its code is closed."""
    receiver = (str(leaf.path[3]), "Cơ quan")
    days = (date(2025, 4, 13), date(2025, 5, 15), date(2025, 6, 30), NOW.date())
    return [found(profile, document(DocumentIdentity(receiver=receiver, day=day)).written()) for day in days]


def of_closed_type(profile: Profile, _: Leaf) -> object:
    return found(profile, _document().written())


def filled(profile: Profile, leaf: Leaf) -> object:
    return found(profile, _document().with_text("MessageHeader/Subject", leaf.value).written())


def weighed(profile: Profile, leaf: Leaf) -> object:
    """Look at how a finding is listed in the judgement."""
    findings = (Finding(str(leaf.path[-1])),)
    return [(one.code, severity) for one, severity, _ in listing_of(profile, {"": findings}).listed(profile, findings)]


PROBES: Mapping[str, Probe] = MappingProxyType({
    r"severities\..*": Probe(lambda severity: "fail" if severity != "fail" else "remark", weighed),
    r"parameters\.limits\.(package_bytes|attachment_bytes|text_chars|attribute_chars)": Probe(to(20), in_packages),
    r"parameters\.limits\.(attachments|depth|elements)": Probe(to(1), in_packages),
    r"parameters\.limits\.zip_ratio": Probe(to(2), in_zipped),
    r"parameters\.limits\.expansion_bytes": Probe(to(2), in_zipped),
    r"parameters\.limits\.archive_ratio": Probe(to(2), in_archive),
    r"parameters\.budget\.cpu": Probe(to(2), at_a_price),
    r"parameters\.budget\.memory": Probe(to(200 * _MB), at_a_price),
    r"parameters\.lengths\..*\.(fail|remark)": Probe(to(1), in_packages),
    r"parameters\.identifiers\.(old|new|enterprise|hub)": Probe(to("(?!)"), by_form),
    r"parameters\.identifiers\.longest": Probe(to(5), by_form),
    r"parameters\.identifiers\.uuid": Probe(to("off"), by_uuid),
    r"parameters\.code_lists\.statuses\.\d+": Probe(to(GONE), of_status),
    r"parameters\.code_lists\.statuses_with_reason\.\d+": Probe(to(GONE), of_status_without_reason),
    r"parameters\.code_lists\.\w+\.lowest": Probe(lambda number: number + 1, at_the_bound),
    r"parameters\.code_lists\.\w+\.highest": Probe(lambda number: number - 1, at_the_bound),
    r"parameters\.code_lists\.agencies\.\w+\.name": Probe(to("Khác"), listed),
    r"parameters\.code_lists\.agencies\.\w+\.basis": Probe(
        lambda basis: "operator" if basis != "operator" else "law", listed
    ),
    r"parameters\.code_lists\.agencies\.\w+\.valid_to": Probe(to("2025-05-05"), of_agency),
    r"parameters\.code_lists\.agencies\.\w+\.replaced_by": Probe(to("G99"), of_agency),
    r"parameters\.code_lists\.document_type_lives": Probe(to({"18": {"valid_to": "2025-01-01"}}), of_closed_type),
    r"parameters\.code_lists\.fillers\.\d+": Probe(to(GONE), filled),
})  # fmt: skip
