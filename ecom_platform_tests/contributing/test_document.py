"""CONTRIBUTING.md as a document: its map, its glossary, and the number of files each how-to names."""

from __future__ import annotations

import re

import pytest

from ecom_platform_tests.contributing.guide import ROOT, section, steps, titles

NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4}


@pytest.mark.parametrize("title", [title for title in titles() if title.startswith("Add ") and steps(title)])
def test_a_how_to_names_as_many_files_as_it_changes(title: str) -> None:
    named = re.search(r"\b(one|two|three|four) files?\b", section(title), re.IGNORECASE)
    assert named is not None
    assert NUMBERS[named[1].lower()] == len({step.file for step in steps(title)})


def test_the_words_are_in_the_order_of_the_alphabet() -> None:
    words = re.findall(r"^\| ([a-z][^|]*) \|", section("Words"), re.MULTILINE)[1:]
    assert len(words) > 20
    assert words == sorted(words)


def test_the_map_shows_what_there_is() -> None:
    rooms = re.findall(r"^      ([a-z_]+)(/|\.py)\s", section("The map"), re.MULTILINE)
    there = {path.stem for path in (ROOT / "ecom_platform").iterdir() if not path.name.startswith("_")}
    assert {name for name, _ in rooms} == there - {"variables"}
    for name, ending in rooms:
        assert (ROOT / "ecom_platform" / f"{name}{ending}").exists()
