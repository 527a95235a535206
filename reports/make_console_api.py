"""Writes the OpenAPI description of the console's JSON addresses, as it is served, among the schemas that ship.

python reports/make_console_api.py
"""

from harness.console.api.description import SHIPPED, description
from harness.resources import folder


def main() -> None:
    """Write it."""
    (folder("profiles") / "schema" / SHIPPED).write_bytes(description())


if __name__ == "__main__":
    main()
