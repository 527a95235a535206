"""Why the workbench refuses a request: one sentence in both languages."""

from harness.catalogue.findings import clipped
from harness.catalogue.texts import LANGUAGES, text

AREA = "workbench"


class Declined(Exception):
    """The workbench refuses a request.

    Attributes:
        code: stable code; its sentence is `error.<code>` of the message file `workbench`.
        sentence: by language.
        status: HTTP status of the answer.
    """

    def __init__(self, code: str, status: int = 400, /, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        shown = {name: clipped(str(value)) for name, value in parameters.items()}
        self.sentence = {language: text(AREA, f"error.{code}", language, **shown) for language in LANGUAGES}
