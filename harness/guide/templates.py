"""The guide's templates, in the folder of the report's."""

from functools import cache

from jinja2 import Environment

from harness.templates import template_environment


@cache
def environment() -> Environment:
    """Return what finds and fills templates; foreign text is escaped."""
    return template_environment()
