"""One strict rule for addresses and for what may stand in a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.messages.address import (
    AddressError,
    HeaderValueError,
    check_header_value,
    normalise,
    parse_address,
)

ACCEPTED = {
    "ann@example.com": "ann@example.com",
    "Ann.Lee@Example.COM": "Ann.Lee@example.com",
    "ann+tag@example.com": "ann+tag@example.com",
    "o'neil@example.ie": "o'neil@example.ie",
    "a!#$%&'*+/=?^_`{|}~-z@example.com": "a!#$%&'*+/=?^_`{|}~-z@example.com",
    "1@example.com": "1@example.com",
    "a@b.co": "a@b.co",
    "a@mail.sub.example.com": "a@mail.sub.example.com",
    "a@r3---sn.example.com": "a@r3---sn.example.com",
    "a@1and1.example": "a@1and1.example",
    "ann@bücher.example": "ann@xn--bcher-kva.example",
    "ann@BÜCHER.example": "ann@xn--bcher-kva.example",
    "ann@xn--bcher-kva.example": "ann@xn--bcher-kva.example",
    "ann@bu\u0308cher.example": "ann@xn--bcher-kva.example",
    "ann@例え.jp": "ann@xn--r8jz45g.jp",
    "änn@example.com": "änn@example.com",
    "用户@example.com": "用户@example.com",
    "x" * 64 + "@example.com": "x" * 64 + "@example.com",
    "a@" + "b" * 63 + ".example": "a@" + "b" * 63 + ".example",
}

REFUSED = {
    "empty": "",
    "no at": "ann.example.com",
    "no local part": "@example.com",
    "no domain": "ann@",
    "two": "ann@example.com, bob@example.com",
    "two by semicolon": "ann@example.com;bob@example.com",
    "two by space": "ann@example.com bob@example.com",
    "two ats": "ann@bob@example.com",
    "name and brackets": "Ann <ann@example.com>",
    "brackets": "<ann@example.com>",
    "open bracket at the end": "ann@example.com>",
    "quoted local part": '"a b"@example.com',
    "comment": "ann(work)@example.com",
    "comment in domain": "ann@example.com(work)",
    "space before": " ann@example.com",
    "space after": "ann@example.com ",
    "space within": "an n@example.com",
    "tab": "ann\t@example.com",
    "line feed at the end": "ann@example.com\n",
    "header behind": "ann@example.com\r\nBcc: eve@example.com",
    "smtp verb behind": "ann@example.com>\r\nDATA",
    "nul": "ann\x00@example.com",
    "c1": "ann\x85@example.com",
    "line separator": "ann\u2028@example.com",
    "direction override": "ann\u202e@example.com",
    "zero width in local part": "a\u200bnn@example.com",
    "zero width in domain": "ann@exa\u200bmple.com",
    "soft hyphen in domain": "ann@exa\u00admple.com",
    "joiner in domain": "ann@exa\u200dmple.com",
    "override in domain": "ann@\u202eexample.com",
    "fullwidth dot": "ann@example．com",
    "ideographic dot": "ann@example。com",
    "fullwidth at": "ann＠example.com",
    "no-break space": "ann\u00a0lee@example.com",
    "surrogate": "ann\ud800@example.com",
    "no dot in domain": "ann@localhost",
    "trailing dot": "ann@example.com.",
    "leading dot in domain": "ann@.example.com",
    "double dot in domain": "ann@example..com",
    "leading dot": ".ann@example.com",
    "dot before at": "ann.@example.com",
    "double dot": "a..b@example.com",
    "hyphen at the edge": "ann@-example.com",
    "hyphen at the end": "ann@example-.com",
    "underscore in domain": "ann@exa_mple.com",
    "ip literal": "ann@[192.0.2.1]",
    "ip literal v6": "ann@[IPv6:2001:db8::1]",
    "bare ip": "ann@192.0.2.1",
    "port": "ann@example.com:25",
    "percent in domain": "ann@example%00.com",
    "slash in domain": "ann@example.com/x",
    "backslash": "ann\\@example.com",
    "comma": "ann,lee@example.com",
    "colon": "group:ann@example.com",
    "false a-label": "ann@xn--.example",
    "broken a-label": "ann@xn--a-ecp.ru\u200b",
    "local part of 65 octets": "x" * 65 + "@example.com",
    "local part of 65 octets in UTF-8": "ü" * 33 + "@example.com",
    "label of 64": "a@" + "b" * 64 + ".example",
    "domain over 253": "a@" + ".".join(["b" * 60] * 5) + ".example",
    "over 254 in all": "x" * 60 + "@" + ".".join(["b" * 60] * 3) + ".examplexx.com",
    "mailto": "mailto:ann@example.com",
}


@pytest.mark.parametrize(("text", "expected"), ACCEPTED.items(), ids=[a[:30] for a in ACCEPTED])
def test_an_address_is_taken(text: str, expected: str) -> None:
    assert str(parse_address(text)) == expected


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_no_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(AddressError) as error:
        parse_address(text)
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.com", "ann@example.COM"),
        ("ann@bücher.example", "ANN@xn--bcher-kva.example"),
        ("STRASSE@example.com", "straße@example.com"),
        ("a\u0308nn@example.com", "\u00e4nn@example.com"),
    ],
)
def test_the_same_mailbox_has_one_normal_form(one: str, other: str) -> None:
    assert normalise(one) == normalise(parse_address(other))


@given(st.text(max_size=40))
def test_whatever_is_taken_is_one_line_and_stays_itself(text: str) -> None:
    try:
        address = parse_address(f"{text}@example.com")
    except AddressError:
        return
    assert str(address).isprintable()
    assert not set(str(address)) & set(' ,;<>()[]"\\')
    assert parse_address(str(address)) == address
    assert normalise(normalise(address)) == normalise(address)


FORBIDDEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    *(0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x2060, 0xFEFF, 0xFFFE),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *(0xD800, 0xDFFF, 0xFDD0, 0xE0041),
]


@pytest.mark.parametrize("around", ["{}", "Ann{}", "{}Lee", "Ann{}Bcc: eve@example.com"])
def test_a_header_value_with_a_forbidden_character_is_refused(around: str) -> None:
    assert [f"U+{each:04X}" for each in FORBIDDEN if _passes(around.format(chr(each)))] == []


def _passes(value: str) -> bool:
    try:
        check_header_value(value)
    except HeaderValueError:
        return False
    return True


@pytest.mark.parametrize("text", ["=?utf-8?q?x?=", "a =?utf-8?b?DQo=?= b", "=?"])
def test_a_header_value_with_an_encoded_word_is_refused(text: str) -> None:
    with pytest.raises(HeaderValueError, match="encoded word"):
        check_header_value(text)


@pytest.mark.parametrize(
    "text",
    ["Ann Lee", "Änne Müller", "李小龍", 'O\'Neil, "Jim" <x>', "👩\u200d💻 tips", "می\u200cخواهم"],
)
def test_names_of_the_world_may_stand_in_a_header(text: str) -> None:
    assert check_header_value(text) == text
