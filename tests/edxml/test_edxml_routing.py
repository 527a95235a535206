"""What a hub reads of a package is what the whole header says, whatever the package is."""

import pytest

from harness.edxml.model import StatusPackage
from harness.edxml.packages import PackageUnreadable, read_header, read_routing
from harness.edxml.routing import Routing
from harness.hub.settings import HubSettings
from harness.vectors.packages.base import DocumentIdentity
from harness.vectors.registry import all_vectors

LIMITS = HubSettings.of().limits
LARGEST = 20_000
GROUPS = ("HDR", "TRC", "STP", "PKG")


def told(data: bytes) -> Routing | str:
    """Return what the header says of the way of a package, or why it cannot be read."""
    try:
        package = read_header(data, LIMITS)
    except PackageUnreadable as error:
        return error.code
    if isinstance(package, StatusPackage):
        answered = package.response_for
        return Routing(
            status=True,
            from_organ=package.from_.organ_id,
            receivers=(answered.organ_id,),
            document_id=answered.document_id,
            code=answered.code,
            title=package.description,
            status_code=package.status_code,
            response_for=answered,
        )
    return Routing(
        status=False,
        from_organ=package.from_.organ_id,
        receivers=tuple(organ.organ_id for organ in package.to if organ.organ_id),
        document_id=package.document_id,
        code=f"{package.code.code_number}/{package.code.code_notation}",
        title=package.subject,
        doc_type=package.bussiness.doc_type if package.bussiness else "",
    )


def read(data: bytes) -> Routing | str:
    try:
        routing = read_routing(data, LIMITS)
    except PackageUnreadable as error:
        return error.code
    named = tuple(organ for organ in routing.receivers if organ) if not routing.status else routing.receivers
    return Routing(
        routing.status, routing.from_organ, named, routing.document_id, routing.code, routing.title,
        routing.doc_type, routing.status_code, routing.response_for,
    )  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_the_way_of_a_package_is_what_its_header_says(group: str) -> None:
    compared = 0
    for key, vector in all_vectors().items():
        if not str(key).startswith(group):
            continue
        data = vector.written(DocumentIdentity())
        if len(data) <= LARGEST:
            assert read(data) == told(data), key
            compared += 1
    assert compared
