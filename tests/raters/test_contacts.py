"""Support contacts: groups, and what of them can be called or opened."""

from __future__ import annotations

import pytest

from raters.contacts import Group, Part, contacts_for, contacts_in


def test_groups_stand_in_the_order_in_which_countries_are_named_first() -> None:
    groups = contacts_in("UK | A\nWorld line\n\nIreland | B\nUK|C\n | D\nFrance |")

    assert groups == (
        Group("UK", ((Part("A"),), (Part("C"),))),
        Group("", ((Part("World line"),), (Part("D"),))),
        Group("Ireland", ((Part("B"),),)),
    )


def test_everybodys_come_first_and_long_lists_are_folded() -> None:
    three = contacts_for("UK | a\nworld\nIE | b\nUS | c")
    four = contacts_for("UK | a\nIE | b\nUS | c\nDE | d")

    assert three.everybody == ((Part("world"),),)
    assert [group.country for group in three.countries] == ["UK", "IE", "US"]
    assert (three.is_long, four.is_long, four.everybody) == (False, True, ())


@pytest.mark.parametrize(
    ("contact", "links"),
    [
        ("Samaritans, 116 123", ["tel:116123"]),
        ("call 988, day and night", ["tel:988"]),
        ("+44 (0)20 7946 0000.", ["tel:+442079460000"]),
        ("0800 111 0 111 or 0800-111-0-222", ["tel:08001110111", "tel:08001110222"]),
        ("(020) 7946 0000", ["tel:02079460000"]),
        ("see https://help.example/a?b=1.", ["https://help.example/a?b=1"]),
        ("www.help.example, help@example.org", ["https://www.help.example", "mailto:help@example.org"]),
        ("text HOME to 741741", []),
        ("open 24/7, 9:00-17:00, 8-22", []),
        ("checked 2025-03-01, since 1953", []),
        ("javascript:alert(1)", []),
    ],
)
def test_what_is_plainly_a_number_or_an_address_is_a_link(contact: str, links: list[str]) -> None:
    ((parts,),) = (group.contacts for group in contacts_in(contact))

    assert [part.href for part in parts if part.href] == links
    assert "".join(part.text for part in parts) == contact
