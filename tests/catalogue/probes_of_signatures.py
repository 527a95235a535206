"""What the values of a profile change in how signatures and those who made them are judged."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.catalogue.profiles import Profile
from harness.crypto.chains.signers import judge_signer, kind_of_signer
from harness.crypto.chains.trust import Trust, profile_trust
from harness.crypto.pdf.signed_files import plain_pdf, signed_pdf
from harness.rules.check import PackageReport
from harness.vectors.forged_packages import FORGERIES
from tests.catalogue.profile_leaves import GONE, Leaf, Probe, to
from tests.crypto.signing_material import LIMITS, NOW, package, pki, report, trust

_ATTRIBUTES = {
    "E": NameOID.EMAIL_ADDRESS,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
    "L": NameOID.LOCALITY_NAME,
}


@cache
def _forged(name: str) -> bytes:
    return FORGERIES[name].build(package(), pki(), LIMITS)


@cache
def _with_pdf(digest: str) -> bytes:
    return package((("van-ban.pdf", signed_pdf(pki().identity("agency"), at=NOW, digest=digest)),))


def _told(found: PackageReport) -> object:
    return found.findings, [question.detail for question in found.undecided]


def unsigned(profile: Profile, _: Leaf) -> object:
    return _told(report(package(), profile=profile))


def signed(profile: Profile, _: Leaf) -> object:
    """Look at a package signed with certificate, one signed with a bare key, and one of a small key of each kind."""
    return [_told(report(_forged(name), profile=profile)) for name in ("exclusive", "bare-key", "expired")]


def weakly_signed(profile: Profile, _: Leaf) -> object:
    return _told(report(_forged("weak-digest"), profile=profile))


def signed_in_pdf(profile: Profile, leaf: Leaf) -> object:
    digest = leaf.value if isinstance(leaf.value, str) else "sha256"
    return _told(report(_with_pdf(digest), profile=profile))


def plain(profile: Profile, _: Leaf) -> object:
    return _told(report(package((("van-ban.pdf", plain_pdf(("a",))),)), profile=profile))


def unknown_revocation(profile: Profile, _: Leaf) -> object:
    anchors = Trust(anchors=trust().anchors, intermediates=trust().intermediates)
    return _told(report(_forged("exclusive"), trusted=anchors, profile=profile))


def _certificate(subject: x509.Name, *usages: str) -> bytes:
    issuing, key = pki().identity("issuing"), ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuing.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.KeyUsage(True, True, *(False,) * 7), critical=True)
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(map(x509.ObjectIdentifier, usages)), critical=False)
    return builder.sign(issuing.key, hashes.SHA256()).public_bytes(Encoding.DER)


def for_purpose(profile: Profile, leaf: Leaf) -> object:
    """Look at a signer whose certificate names one usage alone."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nguyễn Văn Mẫu")])
    return judge_signer(_certificate(named, leaf.value), (), trust(), NOW, profile.parameters.signatures).fault


def by_attribute(profile: Profile, leaf: Leaf) -> object:
    """Look at a signer whose subject has one attribute beside its name."""
    parts = (NameOID.COMMON_NAME, "Nguyễn Văn Mẫu"), (_ATTRIBUTES[leaf.value], "mau")
    subject = x509.Name([x509.NameAttribute(*part) for part in parts])
    return kind_of_signer(_certificate(subject), profile.parameters.signatures)


@cache
def _placed(name: str) -> str:
    """Write one of the files that a ministry puts beside its profile, and return where."""
    made = {
        "trust_anchors": pki().anchors_pem(),
        "intermediates": pki().identity("unlisted").certificate.public_bytes(Encoding.DER),
        "crls": pki().revocation_lists_pem(NOW),
        "ocsp_answers": pki().ocsp_answer(pki().identity("agency").certificate, NOW) or b"",
    }
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(made[name])
    return str(path)


def by_files(profile: Profile, leaf: Leaf) -> object:
    """Look at signers with the profile's files only, and an anchor if one is needed."""
    asked, usual = leaf.path[-1], trust()
    beside = Trust(
        anchors=() if asked == "trust_anchors" else usual.anchors,
        intermediates=() if asked == "intermediates" else usual.intermediates,
    )
    data = _forged("issuer-missing" if asked == "intermediates" else "exclusive")
    return _told(report(data, trusted=profile_trust(profile).adding(beside), profile=profile))


def placed(leaf_name: str) -> Probe:
    return Probe(lambda _: [_placed(leaf_name)], by_files)


PROBES: Mapping[str, Probe] = MappingProxyType({
    r"parameters\.signatures\.required": Probe(to(True), unsigned),
    r"parameters\.signatures\.trust_anchors": placed("trust_anchors"),
    r"parameters\.signatures\.intermediates": placed("intermediates"),
    r"parameters\.signatures\.crls": placed("crls"),
    r"parameters\.signatures\.ocsp_answers": placed("ocsp_answers"),
    r"parameters\.signatures\.revocation": Probe(to("hard"), unknown_revocation),
    r"parameters\.signatures\.digests\.\d+": Probe(to(GONE), signed_in_pdf),
    r"parameters\.signatures\.weak_digests\.\d+": Probe(to(GONE), weakly_signed),
    r"parameters\.signatures\.smallest_rsa": Probe(to(4096), signed),
    r"parameters\.signatures\.smallest_ec": Probe(to(384), signed),
    r"parameters\.signatures\.bounds\.pdf_contents": Probe(to(10), signed_in_pdf),
    r"parameters\.signatures\.bounds\.\w+": Probe(to(0), signed),
    r"parameters\.signatures\.purposes\.\d+": Probe(to(GONE), for_purpose),
    r"parameters\.signatures\.(person|agency)_attributes\.\d+": Probe(to(GONE), by_attribute),
    r"parameters\.signatures\.oldest_pdf\.\d+": Probe(lambda number: number + 5, plain),
})  # fmt: skip
