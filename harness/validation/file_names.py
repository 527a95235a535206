"""What the name of a file in a folder or archive says: a package, an archive, or something that was left beside
them."""

import re

PACKAGES = (".edxml", ".xml")
"""Ends of the names of packages, in small letters."""

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
"""Ends of the names of archives, in small letters."""

# What operating systems and offices leave beside files: resource forks of macOS, lock files of Office.
_leftovers = re.compile(r"(?:.*[/\\])?(?:__MACOSX[/\\].*|\._[^/\\]*|~\$[^/\\]*)", re.DOTALL).fullmatch

_body = re.compile(r"(?:.*[/\\])?blobs[/\\][0-9a-f]{64}", re.DOTALL).fullmatch


def is_beside(name: str) -> bool:
    """Say whether a file is what operating systems and offices leave beside files; `name` may be a path."""
    return _leftovers(name) is not None


def is_package(name: str) -> bool:
    """Say whether a file that was not named on the command line is meant as a package; `name` may be a path."""
    return name.lower().endswith(PACKAGES) and not is_beside(name)


def is_archive(name: str) -> bool:
    """Say whether a file that was not named on the command line is meant as an archive; `name` may be a path."""
    return name.lower().endswith(ARCHIVES) and not is_beside(name)


def is_body(path: str) -> bool:
    """Say whether a path is that of a body in a run's folder, which may lie there gzipped."""
    return _body(path) is not None
