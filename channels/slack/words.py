"""Words: what the frame itself says on Slack cards and forms. The model writes none of them."""

from __future__ import annotations

from channels.slack.de import DE
from channels.slack.en import EN
from channels.slack.vocabulary import Words

LANGUAGES: dict[str, Words] = {"en": EN, "de": DE}


def words(language: str) -> Words:
    """The table of this language (`de`, `de-AT`); English where there is none."""
    return LANGUAGES.get(language.partition("-")[0].partition("_")[0].lower(), EN)
