"""How deep a YAML text nests, found from the text alone.

A parser reads ahead: some end deep nesting by themselves before they hand out a first event, others never do. What
the project says about a file must not depend on that, so after a refusal this module is asked first whether the
project's own limit was exceeded before that place.
"""

import re

# Quoted text and comments hold no structure. A quote opens only where a value can begin: `don't` is one word.
_PASSED_OVER = re.compile(
    r"""(?:(?<=[\s\[{,:])|^)(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|\#[^\n]*)""", re.DOTALL | re.MULTILINE
)
_OPENING, _CLOSING = "[{", "]}"
_SIGN = re.compile(r"[\[\]{}\n]")
_COMPACT = re.compile(r"^[ ]*((?:[-?][ \t]+)+)", re.MULTILINE)


def too_deep_line(text: str, deepest: int) -> int | None:
    """Return the line, from 1, where flow collections or compact block collections first nest too deep, else None.

    Args:
        text: what a parser has looked at, up to the place where it stopped.
        deepest: how many levels are allowed.
    """
    lines = [line for line in (_flow_line(text, deepest), _compact_line(text, deepest)) if line is not None]
    return min(lines, default=None)


def _flow_line(text: str, deepest: int) -> int | None:
    depth, line = 0, 1
    for sign in _SIGN.findall(_PASSED_OVER.sub(_lines_only, text)):
        if sign == "\n":
            line += 1
        elif sign in _OPENING:
            depth += 1
            if depth > deepest:
                return line
        else:
            depth = max(0, depth - 1)
    return None


def _compact_line(text: str, deepest: int) -> int | None:
    for indicators in _COMPACT.finditer(text):
        if len(indicators[1].split()) > deepest:
            return text.count("\n", 0, indicators.start()) + 1
    return None


def _lines_only(passed: re.Match[str]) -> str:
    return "\n" * passed[0].count("\n")
