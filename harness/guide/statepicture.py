"""The state picture: the legal order of statuses, drawn from the profile as SVG, and as lines of text."""

from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from harness.catalogue.parameters import Statuses
from harness.guide.model import Picture
from harness.guide.profilepieces import status_name
from harness.guide.stateplan import START, Spot, StatePlan, planned, successors
from harness.guide.texts import Say

BOX, HEIGHT = 168, 46
_LEFT, _TOP, _GAP, _ROW = 60, 12, 24, 82
_LANE, _STUB = 18, 26


def state_picture(statuses: Statuses, environment: Environment, say: Say) -> Picture:
    """Return the picture of a profile's statuses.

    Args:
        statuses: of the profile.
        environment: finds the template.
        say: the guide's words.
    """
    plan = planned(statuses)
    boxes = [_box(spot, say) for spot in plan.spots.values()]
    arrows = [_arrow(plan, *step) for step in plan.steps]
    below = _TOP + plan.rows * _ROW
    aside = _aside(statuses, below, say)
    columns = max(plan.columns, 2 if aside else 1)
    drawing = environment.get_template("guide/states.svg.jinja").render(
        boxes=boxes,
        arrows=[*arrows, *_asking(aside)],
        aside=aside,
        box=BOX,
        box_height=HEIGHT,
        width=_LEFT + columns * (BOX + _GAP),
        height=below + (_ROW + HEIGHT if aside else 0),
        left=_LEFT,
        below=below,
        t=say,
        lines=picture_lines(statuses, say),
    )
    return Picture(Markup(drawing), picture_lines(statuses, say), say("picture"))  # noqa: S704 - our own template, autoescaped


def picture_lines(statuses: Statuses, say: Say) -> tuple[str, ...]:
    """Return the picture as lines of text, one for each status."""
    lines = []
    for code, after in successors(statuses).items():
        others = [_named(one, say) for one in after if one != code]
        line = f"{_named(code, say)} → {', '.join(others)}" if others else say("picture.end", status=_named(code, say))
        lines.append(line + (f" ({say('picture.again')})" if code in after else ""))
    if statuses.sender_only:
        asked = ", ".join(_named(code, say) for code in statuses.sender_only)
        lines.append(say("picture.aside", asked=asked, answers=_either(statuses, say)))
    return tuple(lines)


def _either(statuses: Statuses, say: Say) -> str:
    return f" {say('or')} ".join(_named(code, say) for code in statuses.answers)


def _named(code: str, say: Say) -> str:
    if code == START:
        return say("picture.start")
    name = status_name(code, say)
    return f"{code} {name}" if name else code


def _place(spot: Spot) -> tuple[int, int]:
    return _LEFT + spot.column * (BOX + _GAP), _TOP + spot.row * _ROW


def _box(spot: Spot, say: Say) -> dict[str, object]:
    x, y = _place(spot)
    name = say("picture.start") if spot.code == START else status_name(spot.code, say)
    return {"x": x, "y": y, "code": spot.code, "name": name, "asking": False}


def _arrow(plan: StatePlan, start: str, end: str) -> str:
    """Return the path of an arrow; its head is a marker at its end."""
    one, other = plan.spots[start], plan.spots[end]
    (x1, y1), (x2, y2) = _place(one), _place(other)
    if start == end:
        right, middle = x1 + BOX, y1 + HEIGHT // 2
        return (
            f"M {right} {middle - 11} C {right + 34} {middle - 20} {right + 34} {middle + 20} {right + 2} {middle + 11}"
        )
    if one.column == other.column and other.row - one.row == 1:
        return f"M {x1 + BOX // 2} {y1 + HEIGHT} V {y2 - 2}"
    if one.column == other.column:
        span = abs(other.row - one.row)
        lane = x1 - _STUB - _LANE * (span - 2)
        leaving, coming = y1 + HEIGHT - 22 + 10 * (span - 2), y2 + 10 + 14 * (span - 2)
        return f"M {x1} {leaving} C {lane} {leaving} {lane} {coming} {x2 - 2} {coming}"
    across = x2 + BOX // 2 + (_STUB if one.row < other.row - 1 else -_STUB)
    return f"M {x1 + BOX} {y1 + HEIGHT // 2} C {across} {y1 + HEIGHT // 2} {across} {y1 + HEIGHT} {across} {y2 - 2}"


def _aside(statuses: Statuses, below: int, say: Say) -> list[dict[str, Any]]:
    """Return the boxes of what the sender may ask at any time, and of the answers to it."""
    asked = [(code, 0, place) for place, code in enumerate(statuses.sender_only)]
    answers = [(code, 1, place) for place, code in enumerate(statuses.answers)] if asked else []
    return [
        {
            "x": _LEFT + column * (BOX + _GAP),
            "y": below + 22 + place * (HEIGHT + 12),
            "code": code,
            "name": status_name(code, say),
            "asking": column == 0,
        }
        for code, column, place in (*asked, *answers)
    ]


def _asking(aside: list[dict[str, Any]]) -> list[str]:
    """Return the paths of the arrows from what is asked to what answers it."""
    middle = HEIGHT // 2
    return [
        f"M {asked['x'] + BOX} {asked['y'] + middle} L {answer['x'] - 2} {answer['y'] + middle}"
        for asked in aside
        if asked["asking"]
        for answer in aside
        if not answer["asking"]
    ]
