#!/usr/bin/env python3
"""Checks the seal of a certification run, offline, without the harness: needs Python 3.11 and `cryptography` only.

    python verify.py RUN [--key LABORATORY.PEM]

RUN is the result folder, or a zip or tar archive of it. --key is the laboratory's certificate or public key, known from
elsewhere; without it the seal is checked in itself, and the fingerprint of its key is printed for you to compare.

One line per problem: `code: file[, line]: detail`. Exit status: 0 the seal holds, 1 something was altered, 2 wrong
call, 4 nothing was altered but nobody signed. The codes are those of `lienthong verify`.
"""

import argparse
import base64
import hashlib
import json
import stat
import sys
import tarfile
import zipfile
from collections import Counter
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

MANIFEST, SIGNATURE, JOURNAL, REPORT = "manifest.json", "manifest.sig", "journal.jsonl", "report.json"
NAMES_ITS_RUN = {REPORT, "run.json", "report.html", "report.md", "junit.xml"}
LARGEST = 256 * 1024 * 1024
BLOCK = 1 << 20
FIRST = "0" * 64


def open_run(path):
    """Return how to open each plain file of the run, by name, and what does not belong there."""
    if path.is_dir():
        found = [one for one in sorted(path.rglob("*")) if one.is_symlink() or not one.is_dir()]
        plain = {one.relative_to(path).as_posix(): one for one in found if one.is_file() and not one.is_symlink()}
        names = [one.relative_to(path).as_posix() for one in found]
        return {name: partial(one.open, "rb") for name, one in plain.items()}, [
            one for one in names if one not in plain
        ]
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        entries = [(one.filename, partial(archive.open, one), one.external_attr >> 16) for one in archive.infolist()]
    else:
        archive = tarfile.open(path)  # noqa: SIM115 - read until the end of the program
        kinds = {True: stat.S_IFREG, False: stat.S_IFLNK}
        entries = [
            (one.name, partial(archive.extractfile, one), kinds[one.isreg()]) for one in archive if not one.isdir()
        ]
    return within_run([(name.removeprefix("./"), *rest) for name, *rest in entries if not name.endswith("/")])


def within_run(entries):
    """Take the archive's folder that holds the manifest for the run; what lies beside it is strange."""
    manifests = [name for name, _, _ in entries if name.rpartition("/")[2] == MANIFEST]
    root = min(manifests, key=lambda name: name.count("/"), default=MANIFEST).removesuffix(MANIFEST)
    times = Counter(name for name, _, _ in entries)
    files, strange = {}, []
    for name, opener, mode in entries:
        safe = name.startswith(root) and not {"", ".."} & set(name.split("/"))
        if safe and times[name] == 1 and stat.S_IFMT(mode) in (0, stat.S_IFREG):
            files[name.removeprefix(root)] = opener
        else:
            strange.append(name.removeprefix(root))
    return files, list(dict.fromkeys(strange))


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


def check_signature(content, manifest, signature, trusted):
    """Yield what is wrong with the signature: a JWS with detached content (RFC 7515 appendix F), ES256."""
    if signature is None:
        yield ("signature-missing" if manifest.get("signed") or manifest.get("key") else "unsigned"), SIGNATURE, ""
        return
    try:
        head, body, tail = signature.strip().split(b".")
        header, raw = json.loads(decoded(head)), decoded(tail)
        sound = not body and header["alg"] == "ES256" and "crit" not in header and len(raw) == 64
        key = load_key(str(manifest["key"]["pem"]).encode())
        sound = sound and isinstance(key, ec.EllipticCurvePublicKey)
    except (ValueError, KeyError, TypeError, RecursionError, UnsupportedAlgorithm):
        sound = False
    if not sound:
        yield "signature-invalid", SIGNATURE, ""
    elif header.get("lienthong_run") != manifest.get("run_id"):
        yield "mixed", SIGNATURE, str(header.get("lienthong_run"))
    elif header.get("kid") != fingerprint(key) or (trusted and fingerprint(trusted) != fingerprint(key)):
        yield "wrong-key", SIGNATURE, fingerprint(key)
    elif not holds(head + b"." + base64.urlsafe_b64encode(content).rstrip(b"="), raw, key):
        yield "signature-invalid", SIGNATURE, ""


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
            if path not in strange:
                yield "file-removed", path, ""
        elif not same(files[path], entry):
            yield altered(files[path], path, manifest)
    for path in sorted(files.keys() - sealed.keys() - {MANIFEST, SIGNATURE}):
        yield "file-added", path, ""
    for path in strange:
        yield "file-added", path, "not a plain file of the run"


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
    """Tell what was done to a journal whose digest is not the sealed one, and in which line it shows."""
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
        mandatory = {str(one["id"]) for one in report["requirements"] if one["level"] == "M"}
        required = {str(one) for one in report["required"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        yield "incomplete", REPORT, ""
        return
    if report.get("run_id") != manifest.get("run_id"):
        yield "mixed", REPORT, str(report.get("run_id"))
    if report.get("verdict") != manifest.get("verdict"):
        yield "verdict-wrong", MANIFEST, str(manifest.get("verdict"))
    missing = (required | (set() if report.get("narrowed") else mandatory)) - (required & verdicts.keys())
    if missing or not required:
        yield "incomplete", REPORT, ", ".join(sorted(missing)[:20])
    found = {verdicts.get(one, "not_run") for one in required}
    good = bool(found) and found <= {"pass", "remark"}
    possible = {"fail"} if "fail" in verdicts.values() else {"pass", "inconclusive"} if good else {"inconclusive"}
    if report.get("verdict") not in possible:
        yield "verdict-wrong", REPORT, str(report.get("verdict"))


def verify(path, trusted=None):
    """Return the manifest, None when it cannot be read, and all problems, the telling one first."""
    files, strange = open_run(path)
    if MANIFEST not in files:
        return None, [("manifest-missing", MANIFEST, "")]
    content = start_of(files[MANIFEST])
    manifest = read_manifest(content)
    if manifest is None:
        return None, [("manifest-unreadable", MANIFEST, "")]
    signature = start_of(files[SIGNATURE]) if SIGNATURE in files else None
    sealed = {entry["path"]: entry for part in ("evidence", "renderings") for entry in manifest[part]["files"]}
    problems = [
        *check_signature(content, manifest, signature, trusted),
        *check_files(files, strange, sealed, manifest),
        *check_digest(manifest),
        *check_report(files, sealed, manifest),
    ]
    return manifest, sorted(problems, key=lambda problem: {"mixed": 0, "unsigned": 2}.get(problem[0], 1))


def visible(text):
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text[:300])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--key", type=Path, metavar="PEM")
    arguments = parser.parse_args()
    try:
        trusted = load_key(arguments.key.read_bytes()) if arguments.key else None
        manifest, problems = verify(arguments.run, trusted)
    except (OSError, ValueError, UnsupportedAlgorithm, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        sys.stderr.write(f"verify.py: {visible(str(error))}\n")
        return 2
    for code, path, detail in problems:
        sys.stdout.write(f"{code}: {visible(path)}: {visible(detail)}\n")
    if not problems:
        sys.stdout.write(
            f"holds: run {visible(str(manifest['run_id']))}, verdict {visible(str(manifest['verdict']))}\n"
        )
        if manifest.get("narrowed"):
            sys.stdout.write("narrowed: chosen requirements only, no full certification\n")
        sys.stdout.write(f"key: {manifest['key']['sha256']}{'' if trusted else ' (not compared with a known key)'}\n")
    codes = {code for code, _, _ in problems}
    return 0 if not codes else 4 if codes == {"unsigned"} else 1


if __name__ == "__main__":
    sys.exit(main())
