"""Packages put together piece by piece: a draft is changed by small steps and written at the end.

For packages that `write_package` would not write, because something in them is wrong: every step returns another
draft, so that many bad packages come from one good one.

    Draft(elements_of(package)).without("From/OrganId").with_text("Subject", "").written()

A path names elements from the root's descendants down, `To[2]/OrganId`: its first step is searched in document order,
each further one among the children; a position counts from 1.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.edxml.elements import Element
from harness.edxml.layout import OPERATOR, Layout
from harness.edxml.writer import written

Edit = Callable[[bytes], bytes]
_STEP = re.compile(r"(\w+)(?:\[([0-9]+)\])?")
_Way = tuple[int, ...]


class NoSuchElement(LookupError):
    """A draft has no element under a path."""


@dataclass(frozen=True, slots=True)
class PackageDraft:
    """A package in the making.

    Attributes:
        root: its elements.
        layout: how it will be written.
        edits: changes of the written bytes, in their order.
    """

    root: Element
    layout: Layout = OPERATOR
    edits: tuple[Edit, ...] = ()

    def written(self) -> bytes:
        """Return the bytes of the package."""
        data = written(self.root, self.layout)
        for edit in self.edits:
            data = edit(data)
        return data

    def element(self, path: str) -> Element:
        """Return the element under a path.

        Raises:
            NoSuchElement: there is none.
        """
        return _at(self.root, self._way(path))

    def without(self, path: str) -> "PackageDraft":
        """Leave an element out."""
        way = self._way(path)
        return self._changed(way[:-1], lambda parent: _spliced(parent, way[-1], 1, ()))

    def with_text(self, path: str, text: str) -> "PackageDraft":
        """Give an element another text."""
        return self._changed(self._way(path), lambda element: replace(element, text=text, content=None, children=()))

    def with_content(self, path: str, content: bytes) -> "PackageDraft":
        """Give an element bytes, to be written in base64."""
        return self._changed(self._way(path), lambda element: replace(element, content=content, text=""))

    def with_attribute(self, path: str, name: str, value: str | None) -> "PackageDraft":
        """Give an element an attribute; None takes it away."""
        added = () if value is None else ((name, value),)
        return self._changed(
            self._way(path),
            lambda element: replace(
                element, attributes=(*(pair for pair in element.attributes if pair[0] != name), *added)
            ),
        )

    def renamed(self, path: str, name: str) -> "PackageDraft":
        """Give an element another name."""
        return self._changed(self._way(path), lambda element: replace(element, name=name))

    def repeated(self, path: str) -> "PackageDraft":
        """Write an element twice in a row."""
        way = self._way(path)
        copy = _at(self.root, way)
        return self._changed(way[:-1], lambda parent: _spliced(parent, way[-1] + 1, 0, (copy,)))

    def replaced(self, path: str, *elements: Element) -> "PackageDraft":
        """Put other elements in the place of one."""
        way = self._way(path)
        return self._changed(way[:-1], lambda parent: _spliced(parent, way[-1], 1, elements))

    def followed(self, path: str, *elements: Element) -> "PackageDraft":
        """Put elements after one."""
        way = self._way(path)
        return self._changed(way[:-1], lambda parent: _spliced(parent, way[-1] + 1, 0, elements))

    def holding(self, path: str, *elements: Element) -> "PackageDraft":
        """Put elements into one, after those it holds."""
        return self._changed(self._way(path), lambda element: replace(element, children=(*element.children, *elements)))

    def moved(self, path: str, into: str) -> "PackageDraft":
        """Take an element out and put it into another, after those it holds."""
        return self.without(path).holding(into, self.element(path))

    def unwrapped(self, path: str) -> "PackageDraft":
        """Put the children of an element in its place."""
        return self.replaced(path, *self.element(path).children)

    def laid_out(self, layout: Layout) -> "PackageDraft":
        """Write in another layout."""
        return replace(self, layout=layout)

    def edited(self, edit: Edit) -> "PackageDraft":
        """Change the written bytes, after all other edits."""
        return replace(self, edits=(*self.edits, edit))

    def _way(self, path: str) -> _Way:
        if path == self.root.name:
            return ()
        first, *rest = (_step(step, path) for step in path.split("/"))
        way = _search(self.root, first)
        for step in rest:
            if way is None:
                break
            index = _child(_at(self.root, way), step)
            way = None if index is None else (*way, index)
        if way is None:
            raise NoSuchElement(path)
        return way

    def _changed(self, way: _Way, change: Callable[[Element], Element]) -> "PackageDraft":
        return replace(self, root=_with(self.root, way, change))


def replacing(old: str, new: str, count: int = -1) -> Edit:
    """Return an edit that replaces text in the written package; a text that is not there is a mistake.

    Raises:
        NoSuchElement: when the edit is made and `old` is not in the package.
    """

    def edit(data: bytes) -> bytes:
        sought = old.encode()
        if sought not in data:
            raise NoSuchElement(old)
        return data.replace(sought, new.encode(), count)

    return edit


def _step(step: str, path: str) -> tuple[str, int]:
    match = _STEP.fullmatch(step)
    if match is None:
        raise NoSuchElement(path)
    return match[1], int(match[2] or 1)


def _search(root: Element, step: tuple[str, int]) -> _Way | None:
    """Return the way to the first element in document order whose children, or itself, have what a step names."""
    index = _child(root, step)
    below = [(place, _search(child, step)) for place, child in enumerate(root.children)]
    ways = [(place, *way) for place, way in below if way is not None]
    if index is not None:
        ways.append((index,))
    return min(ways, default=None)


def _child(element: Element, step: tuple[str, int]) -> int | None:
    name, position = step
    places = [place for place, child in enumerate(element.children) if child.name == name]
    return places[position - 1] if len(places) >= position else None


def _at(element: Element, way: _Way) -> Element:
    for place in way:
        element = element.children[place]
    return element


def _with(element: Element, way: _Way, change: Callable[[Element], Element]) -> Element:
    if not way:
        return change(element)
    child = _with(element.children[way[0]], way[1:], change)
    return _spliced(element, way[0], 1, (child,))


def _spliced(parent: Element, place: int, removed: int, added: tuple[Element, ...]) -> Element:
    children = (*parent.children[:place], *added, *parent.children[place + removed :])
    return replace(parent, children=children)
