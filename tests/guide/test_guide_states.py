"""The state picture: every step that the profile allows is drawn, and no other."""

from lxml import etree
from msgspec.structs import replace

from harness.catalogue.profiles import load_profile
from harness.guide.model import Picture
from harness.guide.pieces import Making
from harness.guide.statepicture import picture_lines
from harness.guide.stateplan import START, planned, successors
from harness.guide.texts import saying
from tests.guide.guide_rig import shown

STATUSES = load_profile().parameters.statuses


def test_the_steps_drawn_are_those_of_the_profile() -> None:
    plan = planned(STATUSES)
    expected = {(START, code) for code in STATUSES.start}
    expected |= {(code, after) for code, following in STATUSES.next.items() for after in following}
    expected |= {(code, code) for code in STATUSES.repeatable}
    assert set(plan.steps) == expected
    assert len({(spot.row, spot.column) for spot in plan.spots.values()}) == len(plan.spots)


def test_the_picture_has_a_box_for_each_status_and_an_arrow_for_each_step() -> None:
    (picture,) = [block for block in shown("status").blocks if isinstance(block, Picture)]
    root = etree.fromstring(picture.svg)
    boxes = [one for one in root.iter("{*}text") if one.get("class") == "code"]
    arrows = [one for one in root.iter("{*}path") if one.get("class") == "arrow"]
    assert sorted(one.text or "" for one in boxes) == sorted(load_profile().parameters.code_lists.statuses)
    assert len(arrows) == len(planned(STATUSES).steps) + len(STATUSES.answers)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    for box in root.iter("{*}rect"):
        assert float(box.get("x", "")) + float(box.get("width", "")) <= width
        assert float(box.get("y", "")) + float(box.get("height", "")) <= height


def test_the_words_tell_the_same() -> None:
    lines = picture_lines(STATUSES, saying("en"))
    assert "04 Assigned → 05 In process, 06 Finished" in lines
    assert "05 In process → 06 Finished (may be repeated)" in lines
    assert "06 Finished: the end" in lines


def test_another_profiles_order_is_drawn_even_when_it_goes_round_in_a_circle() -> None:
    circle = replace(STATUSES, next={**STATUSES.next, "06": ("03",), "07": ()}, sender_only=())
    plan = planned(circle)
    assert ("06", "03") in plan.steps
    assert successors(circle)["06"] == ("03",)
    profile = load_profile()
    changed = replace(profile, parameters=replace(profile.parameters, statuses=circle))
    (picture,) = Making(changed, "en").piece("states")
    assert isinstance(picture, Picture)
    assert etree.fromstring(picture.svg) is not None
