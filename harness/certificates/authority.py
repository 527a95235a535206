"""The certification body: a laboratory's folder with key, certificate and terms, its own profiles and earlier keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.profile_place import FOLDER_FILE
from harness.catalogue.profiles import Profile, load_profile, profile_names
from harness.seal.laboratory import (
    CERTIFICATE_FILE,
    CertificateTerms,
    Laboratory,
    LaboratoryIdentity,
    LaboratoryKey,
    read_public_key,
)
from harness.seal.timestamp import TimeStampingAuthority

EARLIER_KEYS = "earlier"
PROFILES = "profiles"


@dataclass(frozen=True, slots=True)
class KnownProfiles:
    """The profiles used for certification: those shipped with this version, and those in the authority's folder."""

    own: Path | None = None

    def names(self) -> Iterator[str]:
        """Yield names and paths in the form that `load_profile` accepts."""
        yield from profile_names()
        if self.own is not None and self.own.is_dir():
            yield from (str(path.parent) for path in sorted(self.own.glob(f"*/{FOLDER_FILE}")))

    def ids(self) -> list[str]:
        """Return the ids of all profiles.

        Raises:
            ConfigurationError: one of the authority's own is wrong.
        """
        return [name if name in profile_names() else load_profile(name).id for name in self.names()]

    def called(self, id_: str) -> tuple[str, Profile] | None:
        """Return name or path, and the current content, of the profile with this id; None if there is no such profile.

        Raises:
            ConfigurationError: one of the authority's own is wrong.
        """
        if id_ in profile_names():
            return id_, load_profile(id_)
        for name in self.names():
            if name not in profile_names():
                profile = load_profile(name)
                if profile.id == id_:
                    return name, profile
        return None


@dataclass(frozen=True, slots=True)
class CertificationAuthority:
    """The body that certifies.

    Attributes:
        identity: name and address.
        key: signs certificates; it has an X.509 certificate.
        terms: validity, numbering and address of the register.
        tsa: gives time stamps for PDF signatures; None for no time stamps.
        keys: public keys accepted for certificates, the current one first.
        profiles: that a certified run may have used.
    """

    identity: LaboratoryIdentity
    key: LaboratoryKey
    terms: CertificateTerms
    tsa: TimeStampingAuthority | None
    keys: tuple[ec.EllipticCurvePublicKey, ...]
    profiles: KnownProfiles

    def status_address(self, number: str) -> str:
        """Return the address of a certificate's page in the public register."""
        return f"{self.terms.register.rstrip('/')}/{number}"


def authority_of(laboratory: Laboratory, folder: Path) -> CertificationAuthority:
    """Return the authority that a laboratory's folder describes.

    Args:
        laboratory: as read from the folder.
        folder: may contain `profiles/NAME/profile.yaml` and `earlier/*.crt`.

    Raises:
        ConfigurationError: key, certificate, name or terms are missing, or one of its files is wrong.
    """
    key, identity = laboratory.key, laboratory.identity
    if key is None or not key.chain:
        raise ConfigurationError("authority.no-certificate", path=folder, name=CERTIFICATE_FILE)
    if not identity.name or identity.certificates is None:
        raise ConfigurationError("authority.no-terms", path=folder)
    earlier = tuple(read_public_key(path) for path in sorted((folder / EARLIER_KEYS).glob("*.crt")))
    keys = (key.private.public_key(), *earlier)
    profiles = KnownProfiles(folder / PROFILES)
    return CertificationAuthority(identity, key, identity.certificates, laboratory.tsa, keys, profiles)
