"""The closed lists of words with which the oracle speaks."""

from enum import Enum


class Mode(Enum):
    """When a tool asks for an approval."""

    NEVER = "never"
    ALWAYS = "always"
    WHEN = "when"


class Word(Enum):
    """What a person may say to a request."""

    ACCEPT = "accept"
    EDIT = "edit"
    DENY = "deny"
    ANSWER = "answer"
    PASS = "pass"
    LATER = "later"
    IGNORE = "ignore"


class Refusal(Enum):
    """Why a decision (or a proposal, or an extension) does not count."""

    UNKNOWN_REQUEST = "no request has that id"
    UNKNOWN_PERSON = "the address belongs to nobody in the directory"
    REPLAYED = "this very message was already counted or refused"
    NOT_APPROVER = "the person may not decide on this request"
    SELF_APPROVAL = "the requester, or who stands in for the requester, approves"
    CHANNEL_NOT_ALLOWED = "the policy does not let this channel carry the decision"
    WORDS_DENIED = "the policy demands the button"
    NOT_SHOWN = "no card of that version was ever shown"
    STALE_VERSION = "a newer version of the card exists"
    WRONG_DIGEST = "the digest named is not that of the version named"
    CARD_OF_ANOTHER = "the card was bound to the address of somebody else"
    ALREADY_VOTED = "this person's vote on this version already counts"
    SEAT_TAKEN = "the approver this deputy stands in for is already counted"
    NOT_ASKED = "the call never needed an approval"
    ALREADY_DECIDED = "somebody decided first"
    EXPIRED = "the deadline passed"
    WITHDRAWN = "the request was withdrawn"
    VOIDED = "the request was voided"
    WRONG_WORD = "this request cannot be answered with that word"
    NOTHING_OPEN = "a verdict was typed and no approval is open in the thread"
    AMBIGUOUS = "a verdict was typed and several approvals are open in the thread"
    PASS_TO_STRANGER = "the person passed to may not decide either"
    TIME_PAST = "later names a time which is not later"
    GRANT_NOT_OFFERED = "the policy offers no approval for a while"
    TOO_EARLY = "the first try may still be running"
    SAME_AS_STARTED = "an equal call is started or its outcome unknown"


class Obstacle(Enum):
    """Why a call may not be claimed now, or why it was voided."""

    NOT_PROPOSED = "there is no such call"
    NOT_APPROVED = "not enough people approved it yet"
    STARTED = "it was claimed and has not ended"
    OUTCOME_UNKNOWN = "a human must say what happened"
    CLOSED = "it is over"
    HALTED = "the kill switch is on"
    LIMIT_REACHED = "a limit waits for a human to extend it"
    PIN_MOVED = "a pin moved"
    AGENT_CHANGED = "the agent changed"
    APPROVER_REMOVED = "who approved may no longer approve"
    GRANT_OVER = "the approval for a while is over"
    HUMAN_SPOKE = "a human said something before it started"
    CANCELLED = "a human stopped the work"


class Phase(Enum):
    """Where a call stands."""

    ABSENT = "absent"
    ASKED = "asked"
    READY = "ready"
    STARTED = "started"
    FOUND = "found"
    UNKNOWN = "unknown"
    CLOSED = "closed"


class Outcome(Enum):
    """What became of a request so far."""

    ABSENT = "absent"
    OPEN = "open"
    NOT_GATED = "not gated"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"
    RUNNING = "running"
    UNKNOWN = "unknown"
    RETURNED = "returned"
    FAILED = "failed"
    HAPPENED = "happened"
    GIVEN_UP = "given up"


class Effect(Enum):
    """What one fact did to one request."""

    ASKED = "asked"
    FREE = "free"
    GRANTED = "granted"
    VOTED = "voted"
    APPROVED = "approved"
    EDITED = "edited"
    REISSUED = "reissued"
    ASKED_ANEW = "asked anew"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOIDED = "voided"
    PASSED = "passed"
    POSTPONED = "postponed"
    IGNORED = "ignored"
    CLAIMED = "claimed"
    RUN_AGAIN = "run again"
    UNKNOWN = "unknown"
    RETRY_ORDERED = "retry ordered"
    HAPPENED = "happened"
    GIVEN_UP = "given up"
    RETURNED = "returned"
    FAILED = "failed"


AFTER: dict[Effect, tuple[Phase, Outcome]] = {
    Effect.ASKED: (Phase.ASKED, Outcome.OPEN),
    Effect.FREE: (Phase.READY, Outcome.NOT_GATED),
    Effect.GRANTED: (Phase.READY, Outcome.APPROVED),
    Effect.APPROVED: (Phase.READY, Outcome.APPROVED),
    Effect.EDITED: (Phase.ASKED, Outcome.OPEN),
    Effect.REISSUED: (Phase.ASKED, Outcome.OPEN),
    Effect.ASKED_ANEW: (Phase.ASKED, Outcome.OPEN),
    Effect.DENIED: (Phase.CLOSED, Outcome.DENIED),
    Effect.WITHDRAWN: (Phase.CLOSED, Outcome.WITHDRAWN),
    Effect.EXPIRED: (Phase.CLOSED, Outcome.EXPIRED),
    Effect.VOIDED: (Phase.CLOSED, Outcome.VOIDED),
    Effect.CLAIMED: (Phase.STARTED, Outcome.RUNNING),
    Effect.RUN_AGAIN: (Phase.FOUND, Outcome.RUNNING),
    Effect.UNKNOWN: (Phase.UNKNOWN, Outcome.UNKNOWN),
    Effect.RETRY_ORDERED: (Phase.READY, Outcome.APPROVED),
    Effect.HAPPENED: (Phase.CLOSED, Outcome.HAPPENED),
    Effect.GIVEN_UP: (Phase.CLOSED, Outcome.GIVEN_UP),
    Effect.RETURNED: (Phase.CLOSED, Outcome.RETURNED),
    Effect.FAILED: (Phase.CLOSED, Outcome.FAILED),
}
"""Phase and outcome after an effect; an effect which is not here moves nothing."""

BEGINS = frozenset(
    {Effect.ASKED, Effect.FREE, Effect.GRANTED, Effect.EDITED, Effect.REISSUED, Effect.ASKED_ANEW}
)
"""The effects which begin a new version of a request."""
