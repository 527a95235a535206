"""Telling the outcome of a check: as text for people, as JSON, as JUnit."""

from typing import BinaryIO, Literal

from harness.catalogue.texts import Language
from harness.rules.bulk.rendering.json_form import JsonLines, JsonWhole
from harness.rules.bulk.rendering.junit import Junit
from harness.rules.bulk.rendering.sink import Sink
from harness.rules.bulk.rendering.text import Amount, Text

__all__ = ["Amount", "Form", "Sink", "sink_for"]

Form = Literal["text", "json", "jsonl", "junit"]


def sink_for(form: Form, stream: BinaryIO, language: Language, amount: Amount, *, coloured: bool) -> Sink:
    """Return what tells an outcome in a form.

    Args:
        form: text, json, jsonl or junit.
        stream: where it is written.
        language: of texts for people.
        amount: how much the text form tells.
        coloured: the text form may use colours.
    """
    if form == "json":
        return JsonWhole(stream)
    if form == "jsonl":
        return JsonLines(stream)
    if form == "junit":
        return Junit(stream, language)
    return Text(stream, language, amount, coloured=coloured)
