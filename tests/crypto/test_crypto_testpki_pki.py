"""The test PKI: shape, keys, files, and what openssl thinks of it."""

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from harness.catalogue.errors import ConfigurationError
from harness.crypto.chains.certificates import facts_of
from harness.crypto.chains.signers import kind_of_signer
from harness.crypto.testpki.folder import create_pki, make_laboratory, open_pki, write_identity
from harness.crypto.testpki.pki import KINDS, Pki
from harness.seal.laboratory import load_laboratory
from tests.crypto.signing_material import NOW, SIGNATURES, pki


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER)


def _verified(folder: Path, name: str) -> bool:
    command = [
        "openssl", "verify", "-CAfile", str(folder / "root.crt"), "-untrusted", str(folder / "issuing.crt"),
        str(folder / f"{name}.crt"),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pki") / "new"
    create_pki(place, NOW, "http://127.0.0.1:8990")
    return place


def test_chain_has_the_shape_of_the_government_ca() -> None:
    agency, issuing, root = (pki().identity(kind).certificate for kind in ("agency", "issuing", "root"))
    agency.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    assert issuing.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


def test_subjects_tell_person_from_agency() -> None:
    person, agency = (facts_of(_der(pki().identity(kind).certificate)) for kind in ("person", "agency"))
    assert {name for name, _ in person.names} == {"E", "CN", "OU", "O"}
    assert {name for name, _ in agency.names} == {"CN", "O", "L"}
    assert kind_of_signer(_der(pki().identity("person").certificate), SIGNATURES) == "person"
    assert kind_of_signer(_der(pki().identity("agency").certificate), SIGNATURES) == "agency"
    assert kind_of_signer(_der(pki().identity("tsa").certificate), SIGNATURES) == "unknown"


def test_keys_are_of_the_sizes_that_matter() -> None:
    sizes = {kind: pki().identity(kind).key.key_size for kind in KINDS}
    assert (sizes["agency"], sizes["person"], sizes["weak-key"], sizes["issuing"]) == (2048, 2048, 1024, 256)


def test_two_pkis_share_no_certificate_and_folders_no_key(tmp_path: Path) -> None:
    first = create_pki(tmp_path / "a", NOW, "http://127.0.0.1:1")
    second = create_pki(tmp_path / "b", NOW, "http://127.0.0.1:1")
    keys = [each.identity(kind).key.private_numbers() for each in (first, second) for kind in ("root", "agency", "tsa")]
    assert len(set(map(repr, map(_numbers, keys)))) == len(keys)


def _numbers(numbers: rsa.RSAPrivateNumbers | ec.EllipticCurvePrivateNumbers) -> int:
    return numbers.d if isinstance(numbers, rsa.RSAPrivateNumbers) else numbers.private_value


def test_private_keys_are_readable_by_their_owner_alone(folder: Path) -> None:
    keys = list(folder.glob("*.key"))
    assert len(keys) == len(KINDS) + 1
    assert {path.stat().st_mode & 0o777 for path in keys} == {0o600}
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_with_anything_in_it_is_left_alone(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ConfigurationError) as refused:
        create_pki(folder, NOW, "http://127.0.0.1:1")
    assert refused.value.code == "pki.not-empty"
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_an_unwritable_place_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigurationError) as refused:
        create_pki(tmp_path / "file" / "below", NOW, "http://127.0.0.1:1")
    assert refused.value.code == "pki.unwritable"


def test_a_folder_is_read_back_as_it_was_written(folder: Path) -> None:
    again = open_pki(folder)
    assert again.made == NOW
    for kind in KINDS:
        written = x509.load_pem_x509_certificates((folder / f"{kind}.crt").read_bytes())
        assert [again.identity(kind).certificate, *again.identity(kind).chain] == written
        assert again.identity(kind).key.public_key() == written[0].public_key()


@pytest.mark.parametrize("damage", ["agency.key", "issuing.crt", "pki.json"])
def test_a_damaged_folder_is_a_configuration_error(tmp_path: Path, folder: Path, damage: str) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / damage).write_bytes(b"{}")
    with pytest.raises(ConfigurationError) as refused:
        open_pki(tmp_path)
    assert refused.value.code == "pki.unreadable"


@pytest.mark.parametrize("kind", ["agency", "person", "tsa", "ocsp", "revoked", "other-agency", "hub", "wrong-usage"])
def test_openssl_verifies_what_is_valid(folder: Path, kind: str) -> None:
    assert _verified(folder, kind)


@pytest.mark.parametrize("kind", ["expired", "not-yet-valid", "untrusted", "issuer-missing", "hub-expired"])
def test_openssl_refuses_what_is_not(folder: Path, kind: str) -> None:
    assert not _verified(folder, kind)


def test_openssl_reads_the_revocation_list(folder: Path) -> None:
    command = ["openssl", "crl", "-inform", "DER", "-in", str(folder / "issuing.crl"), "-noout", "-text"]
    shown = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    serial = open_pki(folder).identity("revoked").certificate.serial_number
    assert f"{serial:X}" in shown.replace(":", "")


def test_the_laboratory_finds_its_key(folder: Path) -> None:
    laboratory = load_laboratory(folder)
    assert laboratory.key is not None
    assert isinstance(laboratory.key.private, ec.EllipticCurvePrivateKey)
    assert len(laboratory.key.chain) == 1


def test_a_laboratory_key_is_never_overwritten(tmp_path: Path) -> None:
    write_identity(make_laboratory(NOW), tmp_path)
    with pytest.raises(FileExistsError):
        write_identity(make_laboratory(NOW), tmp_path)


def test_a_laboratory_key_can_be_made_on_the_last_day_of_february() -> None:
    made = make_laboratory(datetime(2028, 2, 29, tzinfo=UTC))
    assert made.certificate.not_valid_after_utc > datetime(2037, 1, 1, tzinfo=UTC)


def test_further_agencies_and_officials_are_issued_when_asked_for() -> None:
    fresh = Pki(NOW)
    agency = fresh.agency("UBND tỉnh Lai Châu")
    person = fresh.person("Trần Thị Mẫu", "UBND tỉnh Lai Châu")
    assert fresh.agency("UBND tỉnh Lai Châu") is agency
    name = agency.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert name == "UBND tỉnh Lai Châu"
    assert kind_of_signer(_der(person.certificate), SIGNATURES) == "person"
    assert kind_of_signer(_der(agency.certificate), SIGNATURES) == "agency"


def test_a_revocation_is_in_the_next_list() -> None:
    fresh = Pki(NOW)
    agency = fresh.agency("UBND tỉnh Lai Châu")
    fresh.revoke("UBND tỉnh Lai Châu", NOW - timedelta(hours=2))
    lists = x509.load_der_x509_crl(fresh.revocation_lists(NOW)["issuing"])
    assert lists.get_revoked_certificate_by_serial_number(agency.certificate.serial_number) is not None


@pytest.mark.parametrize("kind", ["expired", "revoked", "untrusted", "weak-key"])
def test_a_seal_of_another_name_is_as_bad_as_its_model(kind: str) -> None:
    fresh = Pki(NOW)
    seal, model = fresh.seal("UBND tỉnh Lai Châu", kind), fresh.identity(kind)
    assert fresh.seal("UBND tỉnh Lai Châu", kind) is seal
    assert facts_of(_der(seal.certificate)).subject == "UBND tỉnh Lai Châu"
    assert seal.certificate.issuer == model.certificate.issuer
    assert seal.certificate.not_valid_after_utc == model.certificate.not_valid_after_utc
    assert seal.key.key_size == model.key.key_size
    assert seal.chain == model.chain
    revoked = x509.load_der_x509_crl(fresh.revocation_lists(NOW)["issuing"])
    listed = revoked.get_revoked_certificate_by_serial_number(seal.certificate.serial_number)
    assert (listed is not None) is (kind == "revoked")


def test_server_certificates_name_their_hosts() -> None:
    good, wrong = (
        pki().identity(kind).certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        for kind in ("hub", "hub-wrong-host")
    )
    assert "localhost" in good.get_values_for_type(x509.DNSName)
    assert "localhost" not in wrong.get_values_for_type(x509.DNSName)


def test_answers_are_given_while_seals_are_made_and_revoked() -> None:
    """The responder has threads of its own."""
    world = Pki(NOW)
    asked = world.identity("agency").certificate
    made = threading.Event()

    def make() -> None:
        for number in range(150):
            world.seal(f"Cơ quan {number}", "revoked")
        made.set()

    with ThreadPoolExecutor(1) as threads:
        making = threads.submit(make)
        answers = 0
        while not made.is_set() or answers == 0:
            assert world.ocsp_answer(asked, NOW) is not None
            answers += 1
        making.result()
