"""Templates of pages: one place decides that foreign text is escaped and that a missing value is an error."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from harness.resources import folder


def template_environment() -> Environment:
    """Return a new environment over the folder `reports`, to which a room may add its own filters."""
    loader = FileSystemLoader(folder("reports"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
