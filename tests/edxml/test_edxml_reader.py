"""What the hardened reader refuses, with which code and on which line; and that it lets everything else in."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.edxml import reader as reading
from harness.edxml.names import CONTENT
from harness.edxml.reader import Declaration, XmlRefused, declaration_of, parse_untrusted
from tests.edxml.packages_made import LIMITS

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SMALL = msgspec.structs.replace(LIMITS, package_bytes=5000, depth=4, text_chars=100, attribute_chars=50, elements=20)
NESTED = "".join(f"<!ENTITY e{n} '" + f"&e{n - 1};" * 10 + "'>" for n in range(1, 10))
LAUGHS = f"{HEAD}<!DOCTYPE a [<!ENTITY e0 'ha'>{NESTED}]>"

REFUSED = {
    "nothing": (b"", "empty", 1),
    "white space": (b" \r\n", "empty", 1),
    "a mark alone": (b"\xef\xbb\xbf", "empty", 1),
    "stray bytes before the declaration": (f"1212{HEAD}<a/>".encode(), "not-well-formed", 1),
    "a line before the declaration": (f"\n{HEAD}<a/>".encode(), "not-well-formed", 2),
    "cut": (f"{HEAD}<a>\n<b>text</".encode(), "not-well-formed", 3),
    "crossed tags": (f"{HEAD}<a>\n<b></a></b>".encode(), "not-well-formed", 3),
    "bare ampersand": (f"{HEAD}<a>\nA & B</a>".encode(), "not-well-formed", 3),
    "attribute twice": (b'<a b="1" b="2"/>', "not-well-formed", 1),
    "unbound prefix": (f"{HEAD}<a>\n\n<x:b/></a>".encode(), "unbound-prefix", 4),
    "unbound prefix of an attribute": (b'<a x:b=""/>', "unbound-prefix", 1),
    "undeclared entity": (f"{HEAD}<a>&nbsp;</a>".encode(), "entity", 2),
    "doctype": (f"{HEAD}<!DOCTYPE a><a/>".encode(), "dtd", 2),
    "doctype behind comments": (f"{HEAD}<!-- --> <!---->\n<!DOCTYPE a><a/>".encode(), "dtd", 3),
    "doctype behind an instruction": (f"{HEAD}<?x?>\n<!DOCTYPE a><a/>".encode(), "dtd", 3),
    "doctype of a file": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "dtd", 1),
    "laughs in text": (f"{LAUGHS}<a>&e9;</a>".encode(), "dtd", 2),
    "laughs in an attribute": (f'{LAUGHS}<a b="&e9;"/>'.encode(), "dtd", 2),
    "nul": (f"{HEAD}<a>\n\0</a>".encode(), "nul", 3),
    "control character": (f"{HEAD}<a>\x01</a>".encode(), "not-well-formed", 2),
    "reference to nul": (b"<a>&#0;</a>", "not-well-formed", 1),
    "utf-16": ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16"), "encoding", 1),
    "utf-16 without a mark": ("<a/>".encode("utf-16-be"), "encoding", 1),
    "utf-32": ("<a/>".encode("utf-32-be"), "encoding", 1),
    "declared windows-1258": (b'<?xml version="1.0" encoding="windows-1258"?><a/>', "encoding", 1),
    "undeclared windows-1258": (HEAD.encode() + "<a>\nĐà Nẵng</a>".replace("ẵ", "a").encode("cp1258"), "encoding", 3),
    "half a surrogate": (b"<a>\xed\xa0\x80</a>", "encoding", 1),
    "overlong letter": (b"<a>\xc0\xaf</a>", "encoding", 1),
    "depth 2,000": (b"<a>" * 2000 + b"</a>" * 2000, "too-deep", 1),
    "depth 20,000": (b"<a>" * 20000 + b"</a>" * 20000, "too-deep", 1),
    "attribute of 11 MB": (b'<a>\n<b c="' + b"x" * 11_000_000 + b'"/></a>', "attribute-too-long", 2),
    "namespace of 11 MB": (b'<a xmlns="' + b"x" * 11_000_000 + b'"/>', "attribute-too-long", 1),
    "name of 11 MB": (b"<" + b"x" * 11_000_000 + b"/>", "attribute-too-long", 1),
    "text of 2 MB": (b"<a>\n<b>" + b"x" * 2_000_000 + b"</b></a>", "text-too-long", 2),
    "instruction of 2 MB": (b"<a><?b " + b"x" * 2_000_000 + b"?></a>", "text-too-long", 1),
    "comment of 2 MB": (b"<a><!--" + b"x" * 2_000_000 + b"--></a>", "text-too-long", 1),
    "a million elements": (b"<a>" + b"<b/>" * 1_000_000 + b"</a>", "too-many-elements", None),
    "one element too many": (b"<a>\n" + b"<b/>" * 100_000 + b"</a>", "too-many-elements", 2),
    "a million attributes": (
        b"<a " + b' b=""' * 150_000 + b"/>",
        "too-many-attributes",
        1,
    ),
}


@pytest.mark.parametrize(("data", "code", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(XmlRefused) as refused:
        parse_untrusted(data, LIMITS)
    assert (refused.value.code, refused.value.line) == (code, line)
    assert len(refused.value.detail) < 250


# Refused by the parser for one reason, while the project names the first that it met in the bytes.
DEEP = b"<a>" * 70
REFUSED_FOR_THE_FIRST_REASON = {
    "deep, then crossed": (b"<a>\n" + DEEP + b"</b>", "too-deep", 2),
    "crossed, then deep": (b"<a></b>" + DEEP, "not-well-formed", 1),
    "crossed, then deep on a later line": (b"<a></b>\n" + DEEP, "not-well-formed", 1),
    "deep in a comment": (b"<a><!--" + DEEP + b"--></b>", "not-well-formed", 1),
    "deep in a section": (b"<a><![CDATA[" + DEEP + b"]]></b>", "not-well-formed", 1),
    "deep in an attribute is no attribute": (b"<a b='" + DEEP + b"'></a>", "not-well-formed", 1),
    "greater sign in an attribute": (b"<a b='/>'>" * 70 + b"&", "too-deep", 1),
    "empty elements are not deep": (b"<a>" + b"<b c='1' />" * 70 + b"&</a>", "not-well-formed", 1),
    "closed elements are not deep": (b"<a>" + b"<b></b >" * 70 + b"&</a>", "not-well-formed", 1),
    "cut in a tag": (DEEP[:-1] + b" b='", "too-deep", 1),
    "bad byte behind the place": (b"<a></b>\n\xff", "not-well-formed", 1),
    "bad byte over two steps": (b"<a>" + b"x" * (1024 * 1024 - 4) + b"\xe1\xba\n</b>", "encoding", 1),
}


@pytest.mark.parametrize(
    ("data", "code", "line"), REFUSED_FOR_THE_FIRST_REASON.values(), ids=REFUSED_FOR_THE_FIRST_REASON.keys()
)
@pytest.mark.parametrize("numbers", [{}, None], ids=["unknown numbers", "known numbers"])
def test_the_first_reason_is_reported_whatever_number_the_parser_has_for_it(
    data: bytes, code: str, line: int, numbers: dict[int, str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if numbers is not None:
        monkeypatch.setattr(reading, "_CODES", numbers)
    with pytest.raises(XmlRefused) as refused:
        parse_untrusted(data, LIMITS)
    assert (refused.value.code, refused.value.line) == (code, line)


def test_depth_and_encoding_need_no_number_of_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CODES", {})
    for name, (data, code, line) in REFUSED.items():
        if code in {"too-deep", "encoding"}:
            with pytest.raises(XmlRefused) as refused:
                parse_untrusted(data, LIMITS)
            assert (refused.value.code, refused.value.line) == (code, line), name


ACCEPTED = {
    "mark": b"\xef\xbb\xbf<a/>",
    "lower case": b'<?xml version="1.0" encoding="utf-8"?><a/>',
    "comments": b"<!-- <!DOCTYPE a> --><a><!-- x --></a><!-- -->",
    "doctype in a section": b"<a><![CDATA[<!DOCTYPE a [<!ENTITY b 'c'>]>]]></a>",
    "instructions": b"<?xml-stylesheet href=''?><a><?php x ?></a><?end?>",
    "references": b"<a b='&lt;&#x1F600;'>&amp;&#13;</a>",
    "many equals signs": b"<a>" + b"=" * 500_000 + b"</a>",
    "attachment of 3 MB": f"<a><{CONTENT}>{'QUJD' * 750_000}</{CONTENT}></a>".encode(),
    "attachment of 3 MB in a namespace": f"<a><{CONTENT} xmlns='u'>{'QUJD' * 750_000}</{CONTENT}></a>".encode(),
    "attribute at the limit": b'<a b="' + b"x" * LIMITS.attribute_chars + b'"/>',
    "attribute of wide letters": f'<a b="{"ế" * LIMITS.attribute_chars}"/>'.encode(),
    "text at the limit": b"<a>" + b"x" * LIMITS.text_chars + b"</a>",
    "text of wide letters": f"<a>{'ế' * LIMITS.text_chars}</a>".encode(),
    "depth at the limit": b"<a>" * LIMITS.depth + b"</a>" * LIMITS.depth,
    "elements at the limit": b"<a>" + b"<b></b>" * (LIMITS.elements - 1) + b"</a>",
    "many short attributes": b"<a " + b"".join(b' b%d="x"' % n for n in range(20_000)) + b"/>",
    "long text behind quotes": b'<a b="1">it\'s "' + b"x" * 100_000 + b"</a>",
    "greater sign in an attribute": b"<a b='>'>" + b"x" * 100_000 + b"</a>",
}


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_accepted(data: bytes) -> None:
    assert parse_untrusted(data, LIMITS).getroot().tag == "a"


def test_a_package_over_the_limit_is_not_looked_at() -> None:
    with pytest.raises(XmlRefused) as refused:
        parse_untrusted(b"\0" * 5001, SMALL)
    assert refused.value.code == "too-large"


def test_nothing_is_fetched_and_nothing_is_included() -> None:
    data = b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></a>'
    root = parse_untrusted(data, LIMITS).getroot()
    assert [element.text for element in root.iter()] == [None, None]


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    try:
        parse_untrusted(data, SMALL)
    except XmlRefused:
        return


_MARKUP = [
    *("<a>", "</a>", "<a/>", "<a b='", "'/>", '"', "<!--", "-->", "<![CDATA[", "]]>", "<?x", "?>", "<!DOCTYPE a", ">"),
    *("&amp;", "&x;", "&#0;", "x" * 60, "=", " ", "\n", "\0", "<x:a/>", "xmlns:x='u'", "ế", "\ufeff", HEAD),
]


@given(st.lists(st.sampled_from(_MARKUP), max_size=25).map("".join))
def test_any_markup_keeps_the_limits_or_is_refused(text: str) -> None:
    try:
        root = parse_untrusted(text.encode(), SMALL).getroot()
    except XmlRefused:
        return
    assert root.getroottree().docinfo.internalDTD is None
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    assert len(elements) <= SMALL.elements
    for element in elements:
        assert len(list(element.iterancestors())) < SMALL.depth
        assert all(len(value) <= SMALL.attribute_chars for value in element.attrib.values())
        assert len(element.text or "") <= SMALL.text_chars
        assert len(element.tail or "") <= SMALL.text_chars


@pytest.mark.parametrize(
    ("data", "declared"),
    [
        (b"<a/>", Declaration(bom=False, version=None, encoding=None)),
        (b"\xef\xbb\xbf<?xml version='1.1'?><a/>", Declaration(bom=True, version="1.1", encoding=None)),
        (HEAD.encode(), Declaration(bom=False, version="1.0", encoding="UTF-8")),
        (b'<?xml version = "1.0"\n encoding = "utf-8" standalone="yes"?>', Declaration(False, "1.0", "utf-8")),
        (b" <?xml version='1.0'?>", Declaration(bom=False, version=None, encoding=None)),
    ],
)
def test_the_declaration_is_reported_as_written(data: bytes, declared: Declaration) -> None:
    assert declaration_of(data) == declared
