"""Output of a check: as text for people, as JSON, as JUnit."""

from typing import BinaryIO, Literal

from harness.catalogue.texts import Language
from harness.validation.rendering.sink import Amount, Sink

__all__ = ["Amount", "Form", "Sink", "sink_for"]

Form = Literal["text", "json", "jsonl", "junit"]


def sink_for(
    form: Form, stream: BinaryIO, language: Language, amount: Amount, *, coloured: bool, verb: str = "validate"
) -> Sink:
    """Return the sink that writes an outcome in a form.

    Args:
        form: text, json, jsonl or junit.
        stream: where it is written.
        language: of texts for people.
        amount: how much the text form shows.
        coloured: the text form may use colours.
        verb: that writes it.
    """
    # Each form is imported when it is wanted: the check of one file is quick.
    if form in ("json", "jsonl"):
        from harness.validation.rendering.json_form import JsonLines, JsonWhole

        return JsonWhole(stream) if form == "json" else JsonLines(stream)
    if form == "junit":
        from harness.validation.rendering.junit import Junit

        return Junit(stream, language, verb)
    from harness.validation.rendering.text import TextSink

    return TextSink(stream, language, amount, coloured=coloured, verb=verb)
