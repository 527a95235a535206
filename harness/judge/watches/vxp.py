"""The watch on every request: requirements VXP-01 to VXP-10 (the page on the VXP binding, calls and authentication)."""

import math
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import get_args

from harness.catalogue.findings import Finding
from harness.catalogue.profiles import Profile
from harness.expectations.base import finding
from harness.expectations.evidence import Evidence, Exchange
from harness.expectations.security import HUB_ID
from harness.hub.faults.alterations import HOSTILE_ID
from harness.journal.events import CanaryVisited
from harness.judge.watches.watch import Watch, watch
from harness.vxp.hashing import digest_form
from harness.vxp.headers import HASH_HEADER
from harness.vxp.operations import OPERATIONS, HubOperation, Operation
from harness.vxp.signing import ProblemCode
from harness.vxp.timestamps import parse_timestamp

# A client writes its local time without a zone: whatever its zone, it is this far from Vietnam time at most.
_ZONES = timedelta(hours=21)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ABOUT_ITEMS = frozenset({HubOperation.GET_EDOC, HubOperation.DOWNLOAD_EDOC, HubOperation.UPDATE_STATUS})
# Problems of a request that follow from a hostile docId.
_MISLED = frozenset({"VXP-02", "VXP-03", "VXP-04"})
# A request that is not a call of the binding is reported once, by the worst that is wrong with it.
_OF_EVERYTHING = frozenset({"VXP-01", "VXP-10"})


def watch_wire(evidence: Evidence, profile: Profile, organs: frozenset[str]) -> dict[str, list[Finding]]:
    """Judge every request of the run.

    Args:
        evidence: the run.
        profile: for parameters.
        organs: OrganIds that belong to the candidate's system.

    Returns:
        Findings by requirement; every watched requirement is a key, with an empty list if all is well.
    """
    found: dict[str, list[Finding]] = {requirement: [] for requirement in WATCHED}
    first_hostile = _first_hostile_answer(evidence)
    for exchange in evidence.exchanges:
        if not exchange.asked.method:
            found["VXP-01"].extend([] if exchange.request.seq > first_hostile else _unreadable(exchange))
            continue
        misled = exchange.request.seq > first_hostile and _names_no_item(exchange)
        known = _operation(exchange) is not None
        for check in _OF_A_REQUEST:
            if (known or check.requirement in _OF_EVERYTHING) and not (misled and check.requirement in _MISLED):
                found[check.requirement].extend(check(exchange, profile))
        found["VXP-07"].extend(_sender(exchange, organs))
    found["VXP-06"].extend(_unpadded(evidence))
    found["VXP-10"].extend(_shown_to_others(evidence))
    return found


def _first_hostile_answer(evidence: Evidence) -> float:
    """Return the first request that was answered with a docId which no hub gives, infinity for none.

    Only SEC-08 judges what such a docId does to later requests.
    """
    lists = (one.request.seq for one in evidence.exchanges if one.fault == HOSTILE_ID)
    return min(lists, default=math.inf)


def _names_no_item(exchange: Exchange) -> bool:
    given = {key.lower(): value for key, value in exchange.parameters.items()}
    about_item = "docid" in given or exchange.operation in _ABOUT_ITEMS
    return about_item and not HUB_ID.fullmatch(given.get("docid", ""))


@watch("VXP-01", codes=("unreadable",))
def _unreadable(exchange: Exchange) -> Iterator[Finding]:
    yield finding("VXP-01", "unreadable", event=exchange.request, expected="HTTP/1.1", received="-")


def _operation(exchange: Exchange) -> Operation | None:
    return OPERATIONS.get(exchange.operation or "")


@watch("VXP-01", codes=("unknown-operation", "wrong-method", "wrong-content-type"))
def _call(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    request = exchange.request
    operation = _operation(exchange)
    if operation is None:
        if request.what.secret_in:
            return  # VXP-10
        yield finding(
            "VXP-01",
            "unknown-operation",
            event=request,
            expected="|".join(OPERATIONS),
            received=request.what.target,
        )
        return
    if request.what.method != operation.method:
        yield finding(
            "VXP-01",
            "wrong-method",
            event=request,
            expected=operation.method,
            received=request.what.method,
        )
    given = request.what.framing.content_type or "-"
    kind = given.partition(";")[0].strip().lower()
    if kind != operation.content_type and not kind.startswith("multipart"):  # multipart is VXP-08
        yield finding("VXP-01", "wrong-content-type", event=request, expected=operation.content_type, received=given)


@watch("VXP-02", codes=("missing-parameter", "wrong-value"))
def _parameters(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    operation = _operation(exchange)
    if operation is None:
        return
    given = {key.lower(): value for key, value in exchange.parameters.items()}
    for parameter in operation.parameters:
        value = given.get(parameter.key.lower())
        if not value and parameter.required and parameter.key != "hash-file":  # its absence is VXP-06
            yield finding(
                "VXP-02", "missing-parameter", event=exchange.request, expected=f"XroadVnpt-{parameter.key}",
                received="-", operation=operation.name,
            )  # fmt: skip
        elif value and parameter.values and value not in parameter.values:
            yield finding(
                "VXP-02", "wrong-value", event=exchange.request, expected="|".join(parameter.values),
                received=value, parameter=parameter.key, operation=operation.name,
            )  # fmt: skip


@watch("VXP-03", codes=("missing", "mismatch"))
def _digest(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    if exchange.fault:
        return  # the harness changed the secret: the candidate cannot sign correctly
    signature = exchange.asked.signature
    expected, given = signature.expected_hash_header, signature.given_hash_header
    if not given:
        yield finding("VXP-03", "missing", event=exchange.request, expected="XroadVnpt-hash-header", received="-")
    elif expected and given != expected:
        yield finding("VXP-03", "mismatch", event=exchange.request, expected=expected, received=given)


@watch("VXP-04", codes=tuple(code for code in get_args(ProblemCode) if code != "hash-mismatch"))
def _agreement(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    for problem in exchange.asked.signature.problems:
        code, key = problem.code, problem.key
        if code != "hash-mismatch" and key != HASH_HEADER:  # those are VXP-03
            yield finding("VXP-04", code, event=exchange.request, expected="-", received=key, key=key)


@watch("VXP-05", codes=("missing", "malformed", "skewed"))
def _time(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    given = exchange.parameters.get("timestamp")
    if given is None:
        yield finding("VXP-05", "missing", event=exchange.request, expected="ddMMyyyy'T'HHmmss+SSSS", received="-")
        return
    stamp = parse_timestamp(given)
    if stamp is None:
        yield finding("VXP-05", "malformed", event=exchange.request, expected="ddMMyyyy'T'HHmmss+SSSS", received=given)
        return
    clock = datetime.fromisoformat(exchange.request.at).replace(tzinfo=None)
    allowed = _ZONES + timedelta(seconds=profile.parameters.hub.timestamp_skew)
    if abs(clock - stamp) > allowed:
        yield finding("VXP-05", "skewed", event=exchange.request, expected=f"{clock} ± {allowed}", received=given)


@watch("VXP-06", codes=("missing", "mismatch"))
def _file_digest(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    if exchange.operation != HubOperation.SEND_EDOC:
        return
    given = exchange.parameters.get("hash-file")
    if not given:
        yield finding("VXP-06", "missing", event=exchange.request, expected="XroadVnpt-hash-file", received="-")
    elif exchange.asked.package and _form_of_digest(exchange) is None:
        yield finding(
            "VXP-06",
            "mismatch",
            event=exchange.request,
            expected=exchange.package.sha256 or "",
            received=given,
        )


def _form_of_digest(exchange: Exchange) -> str | None:
    """Return the form in which `hash-file` is the digest of the body as it came, or of the file that the hub took.

    Only for a record without digests the recorded form is used.
    """
    given = exchange.parameters.get("hash-file", "")
    recorded = (exchange.package.sha256, exchange.asked.body.sha256)
    digests = [bytes.fromhex(one) for one in recorded if one and _DIGEST.fullmatch(one)]
    if not digests:
        return exchange.package.hash_file_form
    return next((form for digest in digests if (form := digest_form(digest, given)) is not None), None)


@watch("VXP-06", codes=("unpadded",))
def _unpadded(evidence: Evidence) -> Iterator[Finding]:
    """One finding over all files: a digest without a small byte looks the same in both forms."""
    for exchange in evidence.all_sendings():
        if exchange.asked.package and _form_of_digest(exchange) == "unpadded":
            yield finding(
                "VXP-06", "unpadded", event=exchange.request, expected=exchange.package.sha256 or "",
                received=exchange.parameters.get("hash-file", ""),
            )  # fmt: skip
            return


@watch("VXP-07", codes=("organ-as-from", "foreign-from", "foreign-organ"))
def _sender(exchange: Exchange, organs: frozenset[str]) -> Iterator[Finding]:
    if exchange.operation != HubOperation.SEND_EDOC:
        return
    given, system = exchange.parameters.get("from", ""), exchange.parameters.get("systemid", "")
    if given and given != system:
        reason = "organ-as-from" if given in organs else "foreign-from"
        yield finding("VXP-07", reason, event=exchange.request, expected=system, received=given)
    organ = exchange.package.from_organ
    if organ and organ not in organs:
        yield finding(
            "VXP-07",
            "foreign-organ",
            event=exchange.request,
            expected="|".join(sorted(organs)),
            received=organ,
        )


@watch("VXP-08", codes=("multipart", "chunked", "no-length"))
def _framing(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    framing = exchange.asked.framing
    if framing.content_type is not None and "multipart" in framing.content_type.lower():
        yield finding(
            "VXP-08", "multipart", event=exchange.request, expected="application/octet-stream",
            received=framing.content_type,
        )  # fmt: skip
    if framing.transfer_encoding:
        yield finding(
            "VXP-08", "chunked", event=exchange.request, expected="Content-Length",
            received=f"Transfer-Encoding: {framing.transfer_encoding}",
        )  # fmt: skip
    elif exchange.asked.method == "POST" and framing.content_length is None:
        yield finding("VXP-08", "no-length", event=exchange.request, expected="Content-Length", received="-")


@watch("VXP-09", codes=("misfit",))
def _messagetype(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    kind = exchange.package.kind
    given = exchange.parameters.get("messagetype")
    fitting = {"document": "edoc", "status": "status"}.get(str(kind))
    if exchange.operation == HubOperation.SEND_EDOC and fitting and given and given != fitting:
        yield finding("VXP-09", "misfit", event=exchange.request, expected=fitting, received=given)


@watch("VXP-10", codes=("secret-exposed",))
def _shown_to_others(evidence: Evidence) -> Iterator[Finding]:
    """A secret is exposed by whatever reaches any port of the harness, not by calls of the hub alone."""
    for visit in evidence.events_of(CanaryVisited):
        for place in visit.what.secret_in:
            yield finding("VXP-10", "secret-exposed", event=visit, expected="-", received=place)


@watch("VXP-10", codes=("secret-exposed",))
def _secret(exchange: Exchange, profile: Profile) -> Iterator[Finding]:
    for place in exchange.asked.secret_in:
        yield finding("VXP-10", "secret-exposed", event=exchange.request, expected="-", received=place)


_OF_A_REQUEST = (_call, _parameters, _digest, _agreement, _time, _file_digest, _framing, _messagetype, _secret)
WIRE_WATCHES: tuple[Watch[...], ...] = (*_OF_A_REQUEST, _unreadable, _sender, _unpadded, _shown_to_others)
WATCHED = tuple(sorted({one.requirement for one in WIRE_WATCHES}))
