"""Installs: Bolt's store of installations, on a real Redis: each token once, each workspace and person apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from redis import Redis
from slack_sdk.oauth.installation_store import Installation

from bot.engine.redis_safe import RedisSafe
from bot.engine.redis_store import RedisStore
from channels.slack.installs import Installs, NotAllowed, Spent, States


@asynccontextmanager
async def safe_on(url: str) -> AsyncGenerator[RedisSafe]:
    async with RedisStore(url, lease_seconds=5) as store:
        yield store.safe()


def installed(team: str, user: str, token: str, enterprise: str | None = None) -> Installation:
    return Installation(
        app_id="A1",
        enterprise_id=enterprise,
        team_id=team or None,
        bot_token=token,
        bot_id="B1",
        bot_user_id="U0BOT",
        bot_scopes="chat:write,im:history",
        user_id=user,
        is_enterprise_install=not team,
    )


async def test_what_was_saved_is_found_by_workspace_and_person(redis_server: str) -> None:
    async with safe_on(redis_server) as safe:
        installs = Installs(safe)
        await installs.async_save(installed("T1", "U1", "xoxb-1"))
        await installs.async_save(installed("T2", "U2", "xoxb-2", "E1"))
        bot = await installs.async_find_bot(enterprise_id=None, team_id="T1")
        assert bot is not None
        assert (bot.bot_token, bot.bot_scopes) == ("xoxb-1", ["chat:write", "im:history"])
        assert await installs.async_find_bot(team_id="T3") is None
        found = await installs.async_find_installation(team_id="T2", user_id="U2")
        assert found is not None
        assert (found.bot_token, found.enterprise_id, found.user_id) == ("xoxb-2", "E1", "U2")
        anybody = await installs.async_find_installation(team_id="T2")
        assert anybody is not None
        assert anybody.user_id == "U2"
        assert await installs.async_find_installation(team_id="T2", user_id="U1") is None
        assert await installs.async_find_installation(team_id="T9") is None
        assert await installs.teams() == ["T1", "T2"]


async def test_an_organisation_as_a_whole_is_refused_and_one_kept_from_before_is_no_workspace(
    redis_server: str,
) -> None:
    async with safe_on(redis_server) as safe:
        installs = Installs(safe)
        with pytest.raises(NotAllowed, match="organisation"):
            await installs.async_save(installed("", "U1", "xoxb-e", "E1"))
        assert await safe.names() == []
        await installs.async_save_bot(installed("", "U1", "xoxb-e", "E1").to_bot())
        assert await installs.teams() == []
        assert await installs.async_find_bot(enterprise_id="E1", team_id="T1") is None


async def test_installed_again_the_new_token_counts_and_the_old_is_nowhere(
    redis_server: str,
) -> None:
    async with safe_on(redis_server) as safe:
        installs = Installs(safe)
        await installs.async_save(installed("T1", "U1", "xoxb-old"))
        await installs.async_save(installed("T1", "U2", "xoxb-new"))
        texts = [str(await safe.get(name)) for name in await safe.names()]
        assert sum("xoxb-new" in text for text in texts) == 1
        assert "xoxb-old" not in "".join(texts)


async def test_what_is_deleted_is_gone_and_nothing_else(redis_server: str) -> None:
    async with safe_on(redis_server) as safe:
        installs = Installs(safe)
        for team, user in (("T1", "U1"), ("T1", "U2"), ("T1", "U22"), ("T11", "U1")):
            await installs.async_save(installed(team, user, f"xoxb-{team}"))
        await installs.async_delete_installation(enterprise_id=None, team_id="T1", user_id="U2")
        assert await safe.names() == [
            "T1/bot",
            "T1/user/U1",
            "T1/user/U22",
            "T11/bot",
            "T11/user/U1",
        ]
        await installs.async_delete_all(enterprise_id=None, team_id="T1")
        assert await safe.names() == ["T11/bot", "T11/user/U1"]


async def test_who_is_not_allowed_leaves_nothing(redis_server: str) -> None:
    async with safe_on(redis_server) as safe:
        with pytest.raises(NotAllowed, match="T2"):
            await Installs(safe, ["T1"]).async_save(installed("T2", "U1", "xoxb-2"))
        assert await safe.names() == []


# ---- tickets of installing -----------------------------------------------------------------------------
async def test_a_state_is_hard_to_guess_and_good_once(redis_server: str) -> None:
    async with safe_on(redis_server) as safe:
        states, elsewhere = States(safe, "secret"), States(safe, "secret")
        one, other = await states.async_issue(), await states.async_issue()
        assert one != other
        assert len(one) > 40
        assert [await each.async_consume(one) for each in (states, elsewhere)] == [True, True]
        await elsewhere.spend(one)
        assert not await states.async_consume(one)
        with pytest.raises(Spent):
            await states.spend(one)
        assert await states.async_consume(other)


async def test_whoever_only_asks_for_a_ticket_leaves_nothing(redis_server: str) -> None:
    async with safe_on(redis_server) as safe:
        states = States(safe, "secret")
        for _ in range(10):
            assert await states.async_consume(await states.async_issue())
        with Redis.from_url(redis_server) as raw:  # pyright: ignore[reportUnknownMemberType]
            assert list(raw.scan_iter("bot:{safe}:*")) == []  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


async def test_a_state_is_good_for_ten_minutes(redis_server: str) -> None:
    async with safe_on(redis_server) as safe:
        now = 1_800_000_000.0
        states = States(safe, "secret", lambda: now)
        state = await states.async_issue()
        now += 600
        assert await states.async_consume(state)
        now += 1
        assert not await states.async_consume(state)


@pytest.mark.parametrize(
    "spoil", ["", "x" * 10_000, "1.2.3", "{0}0", "0{0}", "1{0}", " {0}", "{0}\n"]
)
async def test_a_state_that_is_not_signed_here_is_none(redis_server: str, spoil: str) -> None:
    async with safe_on(redis_server) as safe:
        states = States(safe, "secret")
        state = await states.async_issue()
        assert not await states.async_consume(spoil.format(state))
        assert not await States(safe, "another").async_consume(state)
        at, nonce, signature = state.split(".")
        assert not await states.async_consume(f"{int(at) + 1}.{nonce}.{signature}")
