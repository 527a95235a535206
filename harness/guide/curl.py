"""The calls of the worked example as lines for a shell, by the function `call` of the snippet `call.sh`."""

import shlex

from harness.guide.files import worked_example
from harness.guide.packages import DOCUMENT_FILE, STATUS_FILE
from harness.guide.requests import WorkedCall
from harness.vxp.operations import HubOperation

_BODY_FILE = "body.bin"
_LIST = HubOperation.GET_RECEIVED_EDOC_LIST
_SENT = """SENT=$(grep -o '"DocId":"[^"]*"' answer.json | cut -d'"' -f4)"""


def curl_lines(step: WorkedCall) -> list[str]:
    """Return the lines that make a call of the example; ids that the hub makes up are asked of it."""
    lines = [_identity(step)]
    settings = []
    parameters = [_parameter(key, value, step) for key, value in step.parameters]
    ids = _ids()
    if step.file is not None:
        lines.append(f"{{ cat {_file(step)}; printf '\\r\\n'; }} > {_BODY_FILE}")
        settings += [f"TYPE={step.operation.content_type}", f"BODY=@{_BODY_FILE}"]
    elif step.body:
        settings.append(f"BODY={shlex.quote(step.body.decode('utf-8'))}")
    if step.operation.method != "POST":
        settings.append(f"METHOD={step.operation.method}")
    for _, value in step.parameters:
        if value in ids:
            lines.append(_asked(ids[value]))
    called = " ".join((*settings, "call", step.operation.name, *parameters))
    return [*lines, *([f"{called} | tee answer.json", _SENT] if step.gives == worked_example().sent_id else [called])]


def _identity(step: WorkedCall) -> str:
    return f"SYSTEM={step.caller.system_id} SECRET={step.caller.secret}"


def _file(step: WorkedCall) -> str:
    return STATUS_FILE if ("messagetype", "status") in step.parameters else DOCUMENT_FILE


def _ids() -> dict[str, str]:
    """Return, for each id that a hub makes up, the message type of the list where its receiver finds it."""
    one = worked_example()
    return {one.received_id: "edoc", one.status_id: "status"}


def _asked(messagetype: str) -> str:
    listed = f"call {_LIST} servicetype=eDoc messagetype={messagetype}"
    return f"""ID=$({listed} | grep -o '"docId":"[^"]*"' | head -1 | cut -d'"' -f4)"""


def _parameter(key: str, value: str, step: WorkedCall) -> str:
    if key == "hash-file":
        return f'"hash-file=$(openssl dgst -sha256 -r {_file(step)} | cut -d" " -f1)"'
    if value in _ids():
        return f'"{key}=$ID"'
    if value == worked_example().sent_id:
        return f'"{key}=$SENT"'
    return shlex.quote(f"{key}={value}")
