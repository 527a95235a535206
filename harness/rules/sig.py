"""SIG: the signature on the package.

If the structure of a Signature is wrong, only that is reported; otherwise it is verified, and its coverage, algorithms,
signer and revocation are judged one by one.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, cast

import msgspec
from lxml import etree

from harness.catalogue.findings import Finding, Where
from harness.catalogue.verdicts import Cause
from harness.crypto.chains.trust import profile_trust
from harness.rules.nodes import Node, found
from harness.rules.package_view import PackageView
from harness.rules.registry import Outcome, rule
from harness.rules.undecided import Undecided
from harness.rules.values import read_moment
from harness.vietnam_time import VIETNAM

if TYPE_CHECKING:
    from harness.crypto.xml.package_signature import PackageSignature

_SIGNATURE = "Signature"
_HEADER = "edXMLHeader"
_NOTE = "SIG"
_WEAKNESSES = {"digest": "weak-digest", "key": "weak-key", "certificate-digest": "weak-certificate"}


class _Signed(msgspec.Struct, frozen=True):
    """One Signature of the package.

    Attributes:
        node: where it is.
        at: when it says it was made.
        examined: what was found; None for one in a place where no receiver looks for it.
    """

    node: Node
    at: datetime
    examined: "PackageSignature | None"

    @property
    def sound(self) -> "PackageSignature | None":
        """What was found, if the structure of the signature is right."""
        return None if self.examined is None or self.examined.flaws else self.examined


def _has_signature(package: PackageView) -> bool:
    return bool(_nodes(package))


@rule("SIG-01", codes=("missing",), speaks_of=_has_signature)
def signed_where_asked(package: PackageView) -> Iterator[Outcome]:
    """Where the profile asks for a signature, there is one."""
    if package.parameters.signatures.required and not _nodes(package):
        place = package.places.header or package.nodes.root
        yield found("SIG-01.missing", place, expected=_SIGNATURE)


@rule(
    "SIG-01",
    codes=(
        "misplaced",
        "wrong-namespace",
        "missing-child",
        "unknown-algorithm",
        "not-base64",
        "no-key",
        "truncated-certificate",
        "unreadable-certificate",
        "schema",
        "too-many",
        "too-large",
    ),
    speaks_of=_has_signature,
)
def built_right(package: PackageView) -> Iterator[Outcome]:
    """A Signature is in the header and is XML-DSig: namespace, children, algorithms, key."""
    surplus = _nodes(package)[package.parameters.signatures.bounds.signatures :]
    if surplus:
        most = str(package.parameters.signatures.bounds.signatures)
        yield found("SIG-01.too-many", surplus[0], expected=most, name=_SIGNATURE)
    for signed in _signed(package):
        if signed.examined is None:
            received = signed.node.parent.local if signed.node.parent is not None else ""
            yield found("SIG-01.misplaced", signed.node, expected=_HEADER, received=received)
            continue
        for flaw in signed.examined.flaws:
            name = etree.QName(flaw.element).localname
            yield _at(
                f"SIG-01.{flaw.code}", signed.node, flaw.element,
                expected=flaw.expected, received=flaw.received, name=name,
            )  # fmt: skip


@rule("SIG-02", codes=("digest", "value", "not-canonical", "not-resolved", "not-examined"), speaks_of=_has_signature)
def verifies(package: PackageView) -> Iterator[Outcome]:
    """Digest and signature value are right."""
    for signed in _signed(package):
        examined = signed.sound
        if examined is None:
            yield _not_examined("SIG-02", signed)
        elif not examined.resolved:
            yield Undecided(found("SIG-02.not-resolved", signed.node), Cause.CANDIDATE)
        elif examined.failure is not None:
            yield found(f"SIG-02.{examined.failure}", signed.node)


@rule(
    "SIG-03",
    codes=(
        "part-only",
        "no-reference",
        "external-reference",
        "dangling-reference",
        "duplicate-id",
        "restricting-transform",
        "unsigned-object",
        "comment-in-text",
        "not-examined",
    ),
    speaks_of=_has_signature,
)
def covers_everything(package: PackageView) -> Iterator[Outcome]:
    """All that is read was signed."""
    for signed in _signed(package):
        if signed.sound is None:
            yield _not_examined("SIG-03", signed)
            continue
        for gap in signed.sound.gaps:
            name = etree.QName(gap.element).localname
            yield _at(f"SIG-03.{gap.code}", signed.node, gap.element, received=gap.received, name=name)


@rule("SIG-04", codes=("weak-digest", "weak-key", "weak-certificate", "not-examined"), speaks_of=_has_signature)
def strong_enough(package: PackageView) -> Iterator[Outcome]:
    """Digests and keys are as strong as the profile asks."""
    for signed in _signed(package):
        if signed.sound is None:
            yield _not_examined("SIG-04", signed)
            continue
        for weak in signed.sound.weaknesses:
            yield found(f"SIG-04.{_WEAKNESSES[weak.kind]}", signed.node, expected=weak.expected, received=weak.received)


@rule(
    "SIG-05",
    codes=(
        "no-certificate",
        "expired",
        "not-yet-valid",
        "untrusted",
        "issuer-missing",
        "wrong-usage",
        "chain-broken",
        "other-name",
        "no-anchors",
        "not-examined",
    ),
    speaks_of=_has_signature,
)
def signer_is_trusted(package: PackageView) -> Iterator[Outcome]:
    """The signer's certificate leads to a trust anchor, was valid when it signed, is meant for it, and fits From."""
    for signed in _signed(package):
        if signed.sound is None:
            yield _not_examined("SIG-05", signed)
            continue
        trust = signed.sound.trust
        if trust is None:
            yield found("SIG-05.no-certificate", signed.node, expected="X509Certificate")
            continue
        from harness.rules.signers import trust_outcomes

        yield from trust_outcomes("SIG-05", trust, signed.at, partial(_found_at, signed.node))
        if trust.trusted:
            yield from _other_name(package, signed.node, signed.sound)


@rule("SIG-06", codes=("revoked", "revocation-unknown", "not-examined"), speaks_of=_has_signature)
def signer_is_not_revoked(package: PackageView) -> Iterator[Outcome]:
    """The signer's certificate was not revoked when it signed."""
    for signed in _signed(package):
        trust = signed.sound.trust if signed.sound is not None else None
        if trust is None or not trust.trusted:
            configured = trust is None or trust.anchored
            cause = Cause.CANDIDATE if configured else Cause.CONFIGURATION
            yield Undecided(found("SIG-06.not-examined", signed.node), cause)
            continue
        from harness.rules.signers import revocation_outcomes

        signatures = package.parameters.signatures
        yield from revocation_outcomes("SIG-06", trust, signed.at, signatures, partial(_found_at, signed.node))


def _nodes(package: PackageView) -> list[Node]:
    return package.nodes.index.get(_SIGNATURE, [])


def _signed(package: PackageView) -> list[_Signed]:
    """Return the Signatures, as many as are looked at, examined if they are where they should; kept for later."""
    kept = package.notes.get(_NOTE)
    if isinstance(kept, list):
        return kept
    bound = package.parameters.signatures.bounds.signatures
    signed = [_examined(package, node) for node in _nodes(package)[:bound]]
    package.notes[_NOTE] = signed
    return signed


def _examined(package: PackageView, node: Node) -> _Signed:
    at = _signing_time(package)
    if node.parent is not package.places.header:
        return _Signed(node, at, None)
    from harness.crypto.xml.package_signature import examine_signature

    trust = profile_trust(package.profile).adding(package.trust)
    parameters = package.parameters
    return _Signed(node, at, examine_signature(node.element, at, parameters.signatures, parameters.limits, trust))


def _signing_time(package: PackageView) -> datetime:
    """Return the first TraceHeader's time, as XML-DSig has none of its own; the time of judgement without one."""
    written = package.hops[0].value("Timestamp") if package.hops else ""
    moment = read_moment(written)
    return moment.replace(tzinfo=VIETNAM) if isinstance(moment, datetime) else package.at


def _other_name(package: PackageView, node: Node, examined: "PackageSignature") -> Iterator[Finding]:
    """A certificate names its agency, not an OrganId: the sender's name should be among its names."""
    sender, signer = package.value("From", "OrganName"), examined.signer
    if not sender or signer is None:
        return
    from harness.crypto.chains.certificates import same_name

    names = signer.values("CN", "O", "OU")
    if not any(same_name(sender, name) for name in names):
        yield found("SIG-05.other-name", node, expected=sender, received="; ".join(names))


def _not_examined(requirement: str, signed: _Signed) -> Undecided:
    return Undecided(found(f"{requirement}.not-examined", signed.node), Cause.CANDIDATE)


def _found_at(node: Node, code: str, *, expected: str = "", received: str = "", **parameters: str) -> Finding:
    return found(code, node, expected=expected, received=received, **parameters)


def _at(
    code: str, signature: Node, element: etree._Element, *, expected: str = "", received: str = "", **parameters: str
) -> Finding:
    """Return a finding at an element in or beside a Signature; the view of the package has no nodes inside one."""
    finding = found(code, signature, expected=expected, received=received, **parameters)
    where = Where(finding.where.event, _path(element), cast("int | None", element.sourceline))
    return Finding(finding.code, where, finding.expected, finding.received, finding.parameters)


def _path(element: etree._Element) -> str:
    steps = [etree.QName(element).localname]
    steps += [etree.QName(above).localname for above in element.iterancestors()]
    return "/" + "/".join(reversed(steps))
