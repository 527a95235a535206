"""The guide's templates, in the folder of the report's."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.resources import folder


@cache
def environment() -> Environment:
    """Return what finds and fills templates; foreign text is escaped."""
    loader = FileSystemLoader(folder("reports"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
