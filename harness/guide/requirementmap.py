"""From every requirement of a profile to the place of the guide that says how it is met."""

from harness.catalogue.profiles import Profile
from harness.catalogue.requirements import Requirement, load_catalogue
from harness.catalogue.texts import Language
from harness.guide.files import requirement_places
from harness.guide.model import Heading, Shown, Table
from harness.guide.texts import Say


def place_of(requirement: Requirement) -> str:
    """Return where the guide speaks of a requirement, as `page` or `page#section`.

    Raises:
        KeyError: nowhere.
    """
    places = requirement_places()
    return places[requirement.id] if requirement.id in places else places[requirement.group]


def requirement_map(profile: Profile, language: Language, say: Say) -> list[Shown]:
    """Return a table for each group of requirements."""
    shown: list[Shown] = []
    heads = (say("head.requirement"), say("head.level"), say("head.statement"), say("head.page"))
    for group, title in load_catalogue().groups.items():
        rows = tuple(
            (one.id, str(one.level), one.statement[language], f"[[{place_of(one)}]]")
            for one in profile.requirements.values()
            if one.group == group
        )
        name = f"{group} · {title[language]}"
        shown += [Heading(name, group.lower()), Table(heads, rows, say("group", group=group, count=len(rows)))]
    return shown
