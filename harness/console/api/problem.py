"""What is answered where something is wrong: `application/problem+json` (RFC 9457), its sentence in the language that
the program asks for.
"""

import math
from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from harness.catalogue.errors import ConfigurationError
from harness.catalogue.texts import LANGUAGES, Language, text
from harness.console.sentences import sentence_of

MEDIA = "application/problem+json"
AREA = "console-api"
_UNAUTHORISED, _CONFLICT, _UNPROCESSABLE = 401, 409, 422
_MOST_CHOICES = 20
# What would be answered otherwise later, without another question.
_NOT_YET = frozenset({"console.not-judged", "console.not-running", "console.no-question", "console.checking"})


class ProblemShape(msgspec.Struct, frozen=True):
    """What is wrong.

    Attributes:
        type: `urn:lienthong:problem:` and the code.
        title: the kind of problem in words.
        status: of the answer.
        detail: what is wrong and what to do, in one sentence.
        code: stable word for programs.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str


def asked_language(request: Request) -> Language:
    """Return the language that `Accept-Language` puts first of those that there are; Vietnamese where it has none."""
    best, chosen = 0.0, LANGUAGES[0]
    for one in request.headers.get("accept-language", "").lower().split(",")[:_MOST_CHOICES]:
        name, _, rest = one.strip().partition(";")
        weight = _weight(rest.strip())
        found = next((language for language in LANGUAGES if name.split("-")[0] == language), None)
        if found is not None and weight > best:
            best, chosen = weight, found
    return chosen


def refused(request: Request, status: int, code: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a request that failed or is not permitted.

    Args:
        request: as it came.
        status: of the answer.
        code: `api.<code>` of the message file is its sentence.
        headers: besides those of every answer.
    """
    language = asked_language(request)
    if status == _UNAUTHORISED:
        headers = {"www-authenticate": 'Bearer realm="lienthong"', **(headers or {})}
    return _problem(status, code, text(AREA, f"api.{code}", language), language, headers)


def too_many(request: Request, seconds: float) -> Response:
    """Return the answer to requests that come too fast.

    Args:
        request: as it came.
        seconds: after which the next one is taken.
    """
    return refused(request, 429, "too-many", {"retry-after": str(max(1, math.ceil(seconds)))})


def gone(request: Request, facts: Mapping[str, object]) -> Response:
    """Return the answer about something that was deleted after its period: what stays known of it is `former`."""
    answer = refused(request, 410, "former")
    answer.body = msgspec.json.encode({**msgspec.json.decode(answer.body), "former": facts})
    answer.headers["content-length"] = str(len(answer.body))
    return answer


def declined(request: Request, error: ConfigurationError, status: int | None = None) -> Response:
    """Return the answer to a request that cannot be done as it is."""
    language = asked_language(request)
    known = _CONFLICT if error.code in _NOT_YET else _UNPROCESSABLE
    return _problem(status or known, error.code, sentence_of(error, language), language)


def _problem(
    status: int, code: str, detail: str, language: Language, headers: Mapping[str, str] | None = None
) -> Response:
    title = text(AREA, f"problem.{status}", language)
    shape = ProblemShape(f"urn:lienthong:problem:{code}", title, status, detail, code)
    said = {"content-language": language, "vary": "accept-language", **(headers or {})}
    return Response(msgspec.json.encode(shape), status, said, media_type=MEDIA)


def _weight(parameter: str) -> float:
    if not parameter.startswith("q="):
        return 1.0
    try:
        return min(1.0, max(0.0, float(parameter.removeprefix("q="))))
    except ValueError:
        return 0.0
