"""Standing: what Slack's user object says of somebody."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from channels.slack.standing import standing_of


@pytest.mark.parametrize(
    ("user", "standing"),
    [
        ({"team_id": "T1"}, "member"),
        ({"team_id": "T1", "is_restricted": True}, "guest"),
        ({"team_id": "T1", "is_ultra_restricted": True}, "guest"),
        ({"team_id": "T1", "is_stranger": True}, "outsider"),
        ({"team_id": "T2"}, "outsider"),
        ({"team_id": "T2", "is_restricted": True}, "outsider"),
        ({}, "outsider"),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T2", "T1"]}}, "member"),
        ({"team_id": "T2", "enterprise_user": {"teams": ["T3"]}}, "outsider"),
    ],
)
def test_a_person_is_a_member_a_guest_or_from_outside(
    user: dict[str, JsonValue], standing: str
) -> None:
    assert standing_of(user, "T1") == standing
