"""Pieces about the protocol: requests, answers and parameters of each operation, and how a request is signed."""

from harness.guide import packages
from harness.guide.answers import answers
from harness.guide.curl import curl_lines
from harness.guide.model import CodeBlock, Shown, Table
from harness.guide.requests import WorkedCall, step
from harness.guide.texts import Say
from harness.vxp.hashing import hash_file
from harness.vxp.headers import HASH_HEADER, SIGN_HEADER, SIGN_HEADER_KEY
from harness.vxp.operations import OPERATIONS, PREFIX, HubOperation, Operation

_SHOWN_ANSWER = 1500
_CUT = 96
_SIGNED_EXAMPLE = HubOperation.SEND_EDOC


def operation(key: str, say: Say) -> list[Shown]:
    """Return what there is to show of one call of the example: parameters, request, answer, how to try it."""
    one = step(key)
    shown: list[Shown] = []
    if one.operation.name == key and one.operation.parameters:
        shown.append(_parameters(one.operation, say))
    shown += [_request(one, say), answer(key, say)]
    if one.secret is None:
        shown.append(CodeBlock("\n".join(curl_lines(one)), say("curl")))
    return shown


def answer(key: str, say: Say) -> CodeBlock:
    """Return the hub's answer to a call of the example; of a long one the middle is left out."""
    body = answers()[key].decode("utf-8")
    if len(body) <= _SHOWN_ANSWER:
        return CodeBlock(body, say("answer"))
    cut = say("cut", size=len(body) - 2 * _CUT)
    return CodeBlock(f"{body[:_CUT]}\n{cut}\n{body[-_CUT:]}", say("answer.cut", size=len(body.encode())))


def overview(say: Say) -> Table:
    """Return the table of all operations."""
    rows = tuple(
        (
            f"[[call#{one.name}|{one.name}]]",
            one.method,
            say(f"body.{one.body}"),
            ", ".join(f"`{parameter.key}`" for parameter in one.parameters) or "–",
            say(f"answer.{one.answer}"),
        )
        for one in OPERATIONS.values()
    )
    heads = tuple(say(f"head.{name}") for name in ("operation", "method", "body", "parameters", "answer"))
    return Table(heads, rows, say("operations"))


def signing(name: str, say: Say) -> CodeBlock:
    """Return one of the three lines that are the signature of the example's `sendEdoc`."""
    headers = dict(step(_SIGNED_EXAMPLE).headers(step(_SIGNED_EXAMPLE).parameters))
    header = {"header": SIGN_HEADER, "keys": SIGN_HEADER_KEY, "hash": HASH_HEADER}[name]
    return CodeBlock(headers[PREFIX + header], PREFIX + header)


def hashes(say: Say) -> Table:
    """Return the digest of the example's document in the two ways in which it is written."""
    package = packages.document()
    rows = (
        (say("hash.padded"), f"`{hash_file(package)}`"),
        (say("hash.unpadded"), f"`{hash_file(package, padded=False)}`"),
    )
    return Table((say("head.form"), "hash-file"), rows, say("hashes"))


def _parameters(one: Operation, say: Say) -> Table:
    rows = tuple(
        (
            f"`{PREFIX}{parameter.key}`",
            say("required" if parameter.required else "optional"),
            ", ".join(f"`{value}`" for value in parameter.values or ()) or say(f"value.{parameter.key}"),
        )
        for parameter in one.parameters
    )
    heads = (say("head.header"), say("head.needed"), say("head.value"))
    return Table(heads, rows, say("parameters", operation=one.name))


def _request(one: WorkedCall, say: Say) -> CodeBlock:
    if one.file is not None:
        body = say("body.shown", page="package", size=len(one.file))
        return CodeBlock(f"{one.head()}\n\n{body}", say("request"))
    return CodeBlock("\n\n".join(part for part in (one.head(), one.body.decode("utf-8")) if part), say("request"))
