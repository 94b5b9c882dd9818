"""Kinds: which of the oracle's reasons a sentence of refusal stands for."""

from __future__ import annotations

from tests.oracle.words import Refusal

SENTENCES: tuple[tuple[str, frozenset[Refusal]], ...] = (
    # A call that is over is forgotten, but for those that people decided on.
    (
        "There is no such request",
        frozenset(
            {
                Refusal.UNKNOWN_REQUEST,
                Refusal.NOT_ASKED,
                Refusal.ALREADY_DECIDED,
                Refusal.VOIDED,
            }
        ),
    ),
    ("This was already expired", frozenset({Refusal.EXPIRED})),
    ("This was already withdrawn", frozenset({Refusal.WITHDRAWN})),
    ("This was already set aside", frozenset({Refusal.VOIDED, Refusal.NOT_ASKED})),
    ("This was already decided.", frozenset({Refusal.ALREADY_DECIDED, Refusal.NOT_ASKED})),
    ("This was already", frozenset({Refusal.ALREADY_DECIDED, Refusal.NOT_ASKED})),
    ("Nobody has been asked", frozenset({Refusal.NOT_SHOWN})),
    ("The deadline", frozenset({Refusal.EXPIRED})),
    ("is not among those", frozenset({Refusal.NOT_APPROVER, Refusal.UNKNOWN_PERSON})),
    ("only once", frozenset({Refusal.NOT_APPROVER, Refusal.PASS_TO_STRANGER})),
    ("This place is taken", frozenset({Refusal.SEAT_TAKEN})),
    ("Nobody is allowed", frozenset({Refusal.NOT_APPROVER, Refusal.UNKNOWN_PERSON})),
    ("That card is out of date", frozenset({Refusal.STALE_VERSION, Refusal.NOT_SHOWN})),
    ("The card is being made anew", frozenset({Refusal.STALE_VERSION, Refusal.NOT_SHOWN})),
    ("A newer card is on its way", frozenset({Refusal.STALE_VERSION, Refusal.NOT_SHOWN})),
    ("What was decided on is not what", frozenset({Refusal.WRONG_DIGEST})),
    ("Whoever asked for this", frozenset({Refusal.SELF_APPROVAL})),
    ("This is approved one by one", frozenset({Refusal.GRANT_NOT_OFFERED})),
    ("has already approved this", frozenset({Refusal.ALREADY_VOTED})),
    ("This is decided by", frozenset({Refusal.CHANNEL_NOT_ALLOWED})),
    ("The first try may still", frozenset({Refusal.TOO_EARLY})),
    ("This takes one of", frozenset({Refusal.WRONG_WORD})),
    ("This is a question", frozenset({Refusal.WRONG_WORD, Refusal.ALREADY_DECIDED})),
    ("This asks for approve", frozenset({Refusal.WRONG_WORD})),
    ("It is passed to somebody else", frozenset({Refusal.PASS_TO_STRANGER})),
    ("may not decide this either", frozenset({Refusal.PASS_TO_STRANGER})),
    ("That time has passed", frozenset({Refusal.TIME_PAST})),
    ("What became of this is still", frozenset({Refusal.WRONG_WORD, Refusal.ALREADY_DECIDED})),
    ("cannot order it again", frozenset({Refusal.SELF_APPROVAL, Refusal.NOT_APPROVER})),
    ("This one is decided by its button", frozenset({Refusal.WORDS_DENIED})),
)


def kinds(sentence: str) -> frozenset[Refusal]:
    """What the sentence may stand for."""
    for part, found in SENTENCES:
        if part in sentence:
            return found
    raise LookupError(sentence)
