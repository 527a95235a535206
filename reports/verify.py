#!/usr/bin/env python3
"""Checks the seal of a certification run, offline, without the harness: needs Python 3.11 and `cryptography` only.

    python verify.py RUN --key LABORATORY.PEM

RUN is the result folder, or a zip or tar archive of it. --key is the laboratory's certificate or public key, known from
elsewhere. Without it nothing is proven, as anyone can make a key; --any-key accepts any, and prints its fingerprint
for you to compare. This checks that nothing was altered since the run was sealed. It cannot judge: whether the report
is what the record gives, only `lienthong verify` can tell; nor does it check a time stamp (manifest.tsr).

One line per problem: `code: file[, line]: detail`, with the codes of `lienthong verify`. Exit status: 0 the seal holds,
1 something was altered, 2 wrong call, 4 nothing was altered but nobody signed, or it is not known whose key did.
"""

import argparse
import base64
import hashlib
import json
import lzma
import stat
import sys
import tarfile
import zipfile
import zlib
from collections import Counter
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

MANIFEST, SIGNATURE, JOURNAL, REPORT = "manifest.json", "manifest.sig", "journal.jsonl", "report.json"
RECORD, STAMP, BODIES = "record.jws", "manifest.tsr", "blobs"
NAMES_ITS_RUN = {REPORT, "run.json", "report.html", "report.md", "junit.xml"}
LARGEST, LARGEST_RUN, MOST_FILES = 256 * 1024**2, 16 * 1024**3, 500_000
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, NotImplementedError)
BLOCK, FIRST = 1 << 20, "0" * 64
NOT_PLAIN = "not a plain file of the run"


def open_run(path):
    """Return how to open each plain file of the run, by name, and what does not belong there: code, name, detail."""
    if path.is_dir():
        found = [(one.relative_to(path).as_posix(), one) for one in sorted(path.rglob("*"))]
        plain = {name: one for name, one in found if one.is_file() and not one.is_symlink()}
        folders = [name for name, one in found if one.is_dir() and not one.is_symlink()]
        strange = [("file-added", name, NOT_PLAIN) for name, _ in found if name not in plain and name not in folders]
        return {name: partial(one.open, "rb") for name, one in plain.items()}, strange + empty(folders, plain)
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        return within_run([zip_entry(archive, one) for one in archive.infolist()[: MOST_FILES + 1]])
    archive = tarfile.open(path)  # noqa: SIM115 - read until the end of the program
    return within_run([tar_entry(archive, one) for _, one in zip(range(MOST_FILES + 1), archive, strict=False)])


def zip_entry(archive, one):
    """Return name, whether it is a folder, how to open it (None: no plain file), and what is wrong with it."""
    if one.flag_bits & 1:
        return one.filename, False, None, "entry-encrypted"
    if one.is_dir():
        return one.filename.rstrip("/"), True, None, "folder-with-content" if one.file_size or one.compress_size else ""
    plain = stat.S_IFMT(one.external_attr >> 16) in (0, stat.S_IFREG)
    return one.filename, False, partial(archive.open, one) if plain else None, ""


def tar_entry(archive, one):
    if one.isdir():
        return one.name.rstrip("/"), True, None, "folder-with-content" if one.size else ""
    return one.name, False, partial(archive.extractfile, one) if one.isreg() else None, ""


def within_run(entries):
    """Take the archive's folder that holds the manifest for the run; what lies beside it is strange."""
    if len(entries) > MOST_FILES:
        raise ValueError("too many entries")
    entries = [(name.removeprefix("./"), *rest) for name, *rest in entries]
    manifests = [name for name, *_ in entries if name.rpartition("/")[2] == MANIFEST]
    root = min(manifests, key=lambda name: name.count("/"), default=MANIFEST).removesuffix(MANIFEST)
    times = Counter(name for name, folder, *_ in entries if not folder)
    files, strange = {}, []
    for name, folder, opener, wrong in entries:
        safe = name.startswith(root) and not {"", ".."} & set(name.split("/"))
        if not wrong and not folder:
            wrong = "entry-doubled" if times[name] > 1 else "" if safe and opener else "file-added"
        if wrong:
            strange.append((wrong, name.removeprefix(root), NOT_PLAIN if wrong == "file-added" else ""))
        elif not folder:
            files[name.removeprefix(root)] = opener
    folders = [name for name, folder, *_ in entries if folder and name not in ("", ".")]
    strange += empty(folders, [name for name, folder, *_ in entries if not folder], root)
    return files, list(dict.fromkeys(strange))


def empty(folders, files, root=""):
    """Return the empty folders; a run leaves none except the folder for bodies, if there were no bodies."""
    full = {name[:place] for name in files for place, sign in enumerate(name) if sign == "/"}
    return [("folder-empty", name.removeprefix(root), "") for name in sorted({*folders} - full - {root + BODIES})]


def start_of(opener, limit=LARGEST):
    with opener() as stream:
        return stream.read(limit)


def read_manifest(content):
    """Return the manifest, or None when it does not have the shape of one."""
    try:
        manifest = json.loads(content)
        entries = [entry for part in ("evidence", "renderings") for entry in manifest[part]["files"]]
        shaped = manifest["schema"] == "lienthong.manifest/1" and isinstance(manifest["journal"], dict)
        shaped = shaped and all(
            isinstance(entry["path"], str) and isinstance(entry["size"], int) and isinstance(entry["sha256"], str)
            for entry in entries
        )
        shaped = shaped and min((one["size"] for one in entries), default=0) >= 0
        shaped = shaped and sum(entry["size"] for entry in entries) <= LARGEST_RUN
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return manifest if shaped else None


def fingerprint(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return hashlib.sha256(key.public_bytes(serialization.Encoding.DER, form)).hexdigest()


def load_key(content):
    if b"BEGIN CERTIFICATE" in content:
        return x509.load_pem_x509_certificates(content)[0].public_key()
    return serialization.load_pem_public_key(content)


def decoded(part):
    return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)


def encoded(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def read_jws(signature):
    """Return head, header, content, raw signature and whether the encoding is canonical; None if it is not a JWS.

    A signature has two values, and base64 several spellings: of those made with the lower value, which say so in their
    signed header, only the one spelling is good.
    """
    try:
        head, body, tail = signature.strip().split(b".")
        header, content, raw = json.loads(decoded(head)), decoded(body), decoded(tail)
        sound = header["alg"] == "ES256" and "crit" not in header and len(raw) == 64
        one_way = b".".join((encoded(decoded(head)), encoded(content), encoded(raw))) == signature
        lower = 2 * int.from_bytes(raw[32:], "big") <= ORDER or header.get("lienthong_canonical") is not True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (head, header, content, raw, one_way and lower) if sound else None


def read_key(manifest):
    try:
        key = load_key(str(manifest["key"]["pem"]).encode())
    except (ValueError, KeyError, TypeError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def check_signature(content, manifest, signature, trusted):
    """Yield what is wrong with the signature: a JWS with detached content (RFC 7515 appendix F), ES256."""
    if signature is None:
        was_signed = manifest.get("signed") or manifest.get("key") or RECORD in listed(manifest)
        yield ("signature-missing" if was_signed else "unsigned"), SIGNATURE, ""
        return
    jws, key = read_jws(signature), read_key(manifest)
    if jws is None or jws[2]:
        yield "signature-invalid", SIGNATURE, ""
        return
    head, header, _, raw, canonical = jws
    if header.get("lienthong_run") != manifest.get("run_id"):
        yield "mixed", SIGNATURE, str(header.get("lienthong_run"))
    elif key is None:
        yield "signature-invalid", MANIFEST, "key"
    elif header.get("kid") != fingerprint(key) or (trusted and fingerprint(trusted) != fingerprint(key)):
        yield "wrong-key", SIGNATURE, fingerprint(key)
    elif not holds(head + b"." + encoded(content), raw, key):
        yield "signature-invalid", SIGNATURE, ""
    elif not canonical:
        yield "signature-respelled", SIGNATURE, ""


def check_record_seal(manifest, signature):
    """The key that sealed the run also sealed its record when that was closed, and the record is still the same."""
    jws, key = read_jws(signature), read_key(manifest)
    try:
        head, header, content, raw, canonical = jws
        said = json.loads(content)
        sound = canonical and said["schema"] == "lienthong.record/1" and header["kid"] == fingerprint(key)
        sound = sound and holds(head + b"." + encoded(content), raw, key)
        same_run = said["run_id"] == manifest.get("run_id") and said["journal"] == manifest["journal"]
        sealed = {str(path): str(digest) for path, digest in said["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound or not same_run:
        yield "record-seal-invalid", RECORD, str(said["run_id"]) if sound else ""
        return
    now = {entry["path"]: entry["sha256"] for entry in manifest["evidence"]["files"]}
    for path in sorted(sealed.keys() | (now.keys() - {REPORT, RECORD})):
        if now.get(path) != sealed.get(path):
            yield "record-seal-invalid", path, ""


def listed(manifest):
    return {entry["path"]: entry for part in ("evidence", "renderings") for entry in manifest[part]["files"]}


def holds(signed, raw, key):
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    try:
        key.verify(der, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def check_files(files, strange, sealed, manifest):
    for path, entry in sealed.items():
        if path not in files:
            if path not in {name for _, name, _ in strange}:
                yield "file-removed", path, ""
        elif not same(files[path], entry):
            yield altered(files[path], path, manifest)
    for path in sorted(files.keys() - sealed.keys() - {MANIFEST, SIGNATURE, STAMP}):
        yield "file-added", path, ""
    yield from strange


def same(opener, entry):
    """Compare a file with its entry, reading one byte more than it should have at most."""
    digest, left = hashlib.sha256(), entry["size"] + 1
    with opener() as stream:
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return left == 1 and digest.hexdigest() == entry["sha256"]


def altered(opener, path, manifest):
    if path == JOURNAL:
        with opener() as stream:
            code, line = check_journal(stream, manifest["journal"])
        return code, f"{path}, line {line}" if line else path, ""
    if path in NAMES_ITS_RUN and str(manifest.get("run_id")).encode() not in start_of(opener):
        return "mixed", path, ""
    return "file-edited", path, ""


def read_event(line):
    """Return number, predecessor and hash of an event; None when it is none, or its hash is not its own."""
    try:
        event = json.loads(line)
        bare = {name: value for name, value in event.items() if name != "hash"}
        text = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return (int(event["seq"]), event["prev"], event["hash"]) if digest == event["hash"] else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def check_journal(lines, sealed):
    """Return how a journal with another digest than the sealed one was changed, and the first line that shows it."""
    events = []
    for number, line in enumerate(lines, 1):
        event = read_event(line)
        if event is None:
            return "event-edited", number
        events.append(event)
    count = sealed["events"] if isinstance(sealed.get("events"), int) else 0
    numbers = [number for number, _, _ in events]
    first = next((place for place, number in enumerate(numbers, 1) if number != place - 1), None)
    if first is not None:
        if len(set(numbers)) < len(numbers) or len(numbers) > count:
            return "event-added", first
        return ("event-moved" if sorted(numbers) == list(range(count)) else "event-removed"), first
    previous = [FIRST, *(own for _, _, own in events)]
    for number, (_, before, _) in enumerate(events, 1):
        if before != previous[number - 1]:
            return "event-edited", max(1, number - 1)
    if events and events[0][2] != sealed.get("first"):
        return "mixed", None
    if len(events) > count:
        return "event-added", count + 1
    return ("event-removed", len(events) + 1) if len(events) < count else ("event-edited", None)


def check_digest(manifest):
    """The digest over the evidence, which QR code and reports carry, must be that of the files listed."""
    listed = sorted((entry["path"], entry["sha256"]) for entry in manifest["evidence"]["files"])
    text = "".join(f"{digest}  {path}\n" for path, digest in listed)
    if hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest() != manifest["evidence"].get("sha256"):
        yield "signature-invalid", MANIFEST, "evidence.sha256"


def check_report(files, sealed, manifest):
    """Recompute from the report whether the required set is complete and the verdict follows from it."""
    if REPORT not in files or REPORT not in sealed:
        yield "incomplete", REPORT, REPORT
        return
    try:
        report = json.loads(start_of(files[REPORT], sealed[REPORT]["size"]))
        verdicts = {str(one["id"]): str(one["verdict"]) for one in report["requirements"]}
        applying = (one for one in report["requirements"] if one["verdict"] != "not_applicable")
        mandatory = {str(one["id"]) for one in applying if one["level"] == "M"}
        required = {str(one) for one in report["required"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        yield "incomplete", REPORT, ""
        return
    if report.get("run_id") != manifest.get("run_id"):
        yield "mixed", REPORT, str(report.get("run_id"))
    if report.get("verdict") != manifest.get("verdict"):
        yield "verdict-wrong", MANIFEST, str(manifest.get("verdict"))
    missing = (required | (set() if (narrowed := report.get("narrowed")) else mandatory)) - (required & verdicts.keys())
    if missing or (not required and not narrowed):
        yield "incomplete", REPORT, ", ".join(sorted(missing)[:20])
    found = {verdicts.get(one, "not_run") for one in required}
    good = bool(found) and found <= {"pass", "remark"}
    possible = {"fail"} if "fail" in verdicts.values() else {"pass", "inconclusive"} if good else {"inconclusive"}
    if report.get("verdict") not in possible:
        yield "verdict-wrong", REPORT, str(report.get("verdict"))


def verify(path, trusted=None):
    """Return the manifest (None: unreadable), the problems, the most specific first, and if it has a time stamp."""
    files, strange = open_run(path)
    if MANIFEST not in files:
        return None, [("manifest-missing", MANIFEST, "")], False
    content = start_of(files[MANIFEST])
    manifest = read_manifest(content)
    if manifest is None:
        return None, [("manifest-unreadable", MANIFEST, "")], False
    signature = start_of(files[SIGNATURE]) if SIGNATURE in files else None
    sealed = listed(manifest)
    record = start_of(files[RECORD]) if signature is not None and RECORD in files else None
    problems = [
        *check_signature(content, manifest, signature, trusted),
        *([("time-stamp-invalid", STAMP, "")] if STAMP in files and signature is None else ()),
        *(check_record_seal(manifest, record) if record is not None else ()),
        *check_files(files, strange, sealed, manifest),
        *check_digest(manifest),
        *check_report(files, sealed, manifest),
    ]
    weight = {"mixed": 0, "unsigned": 2}
    return manifest, sorted(problems, key=lambda problem: weight.get(problem[0], 1)), STAMP in files


def visible(text):
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:300])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--key", type=Path, metavar="PEM")
    parser.add_argument("--any-key", action="store_true")
    arguments = parser.parse_args()
    try:
        trusted = load_key(arguments.key.read_bytes()) if arguments.key else None
        manifest, problems, stamped = verify(arguments.run, trusted)
    except (OSError, ValueError, UnsupportedAlgorithm, *DAMAGED) as error:
        sys.stderr.write(f"verify.py: {visible(str(error))}\n")
        return 2
    for code, path, detail in problems:
        sys.stdout.write(f"{code}: {visible(path)}: {visible(detail)}\n")
    codes = {code for code, _, _ in problems}
    if codes:
        return 4 if codes == {"unsigned"} else 1
    for line in closing(manifest, trusted or arguments.any_key, stamped):
        sys.stdout.write(line + "\n")
    return 0 if trusted or arguments.any_key else 4


def closing(manifest, known, stamped):
    """Yield what is said of a seal that holds."""
    yield f"holds: run {visible(str(manifest['run_id']))}, verdict {visible(str(manifest['verdict']))}"
    if manifest.get("narrowed"):
        yield "narrowed: chosen requirements only, no full certification"
    yield f"key: {manifest['key']['sha256']}"
    if not known:
        yield "unknown-key: anyone can make a key; give --key with the one that the laboratory publishes"
    if RECORD not in listed(manifest):
        yield "record: not sealed when it was closed (older version); ask the laboratory whether it recorded this run"
    if stamped:
        yield f"time stamp: not checked ({STAMP} can be anything); only `lienthong verify` can tell time and authority"
    yield "not judged: whether the report is what the record gives, only `lienthong verify` can tell"


if __name__ == "__main__":
    sys.exit(main())
