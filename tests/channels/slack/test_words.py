"""The frame's words: every language says all of it, and fills in the same."""

from __future__ import annotations

import string
from dataclasses import fields

import pytest

from bot.core import words as core_words
from bot.core.approvals import UNKNOWN_CHOICES
from channels.slack.vocabulary import Words
from channels.slack.words import EN, LANGUAGES, words


def filled_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_every_sentence_and_fills_in_the_same(language: str) -> None:
    for field in fields(Words):
        theirs, ours = getattr(EN, field.name), getattr(LANGUAGES[language], field.name)
        if isinstance(ours, str):
            assert ours.strip(), field.name
            assert filled_in(ours) == filled_in(theirs), field.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_knows_its_own_name_and_has_words_that_decide(language: str) -> None:
    assert LANGUAGES[language].language == language
    assert language in core_words.APPROVE
    assert language in core_words.DENY


def test_every_choice_of_the_frame_has_its_german_word() -> None:
    assert {*UNKNOWN_CHOICES, "Extend", "Stop", "Yes", "No"} <= set(words("de").frame_choices)


@pytest.mark.parametrize("language", ["de", "de-AT", "de_CH", "DE"])
def test_a_region_is_no_language_of_its_own(language: str) -> None:
    assert words(language) is LANGUAGES["de"]


@pytest.mark.parametrize("language", ["", "xx", "-"])
def test_where_a_language_is_unknown_the_words_are_english(language: str) -> None:
    assert words(language) is EN
