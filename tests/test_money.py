"""Prices that are set, and limits in money that nothing could hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import settings as environment
from bot.core.values import Usage
from bot.kit.document import AgentError
from bot.kit.load import Agents, load_agents
from bot.kit.people import People
from bot.model.prices import priced
from bot.model.reply import answer_of
from bot.settings import BadSettings, Settings
from bot.setup.money import affordable, own_prices, unpriced

MILLION = 1_000_000
REPLY = (
    b'{"model":"under-another-name","content":[{"type":"text","text":"hi"}],'
    b'"stop_reason":"end_turn","usage":{"input_tokens":1000000}}'
)


@pytest.fixture
def agents(tmp_path: Path) -> Agents:
    for name, limits in (("dear", "{cost_usd: 1}"), ("free", "{tokens: 100}")):
        (tmp_path / name).mkdir()
        front = f"---\ndescription: {name}\nlimits: {limits}\n---\nYou work.\n"
        (tmp_path / name / "agent.md").write_text(front)
        (tmp_path / name / "tools.py").write_text("")
    return load_agents([tmp_path], People())


def read(monkeypatch: pytest.MonkeyPatch, **environ: str) -> Settings:
    for name, value in {"ANTHROPIC_API_KEY": "k", **environ}.items():
        monkeypatch.setenv(name, value)
    return environment.read()


def test_a_limit_in_money_needs_a_known_price(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read(monkeypatch, BOT_MODEL="somebody-elses")
    [finding] = unpriced(settings, agents)
    assert (finding.severity, finding.agent) == ("error", "dear")
    assert "BOT_PRICES=somebody-elses=INPUT/OUTPUT" in finding.mend
    with pytest.raises(AgentError, match="the price of somebody-elses is not known"):
        affordable(settings, agents)


@pytest.mark.parametrize("scope", ["PER_DAY", "PER_PERSON_DAY"])
def test_a_limit_in_tokens_beside_one_in_money_lets_the_bot_start(
    agents: Agents, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    dear = Agents({"free": agents["free"]}, agents.people)
    money = {f"BOT_MAX_COST_USD_{scope}": "5"}
    settings = read(monkeypatch, BOT_MODEL="somebody-elses", **money)
    with pytest.raises(AgentError, match=f"or BOT_MAX_TOKENS_{scope} beside it"):
        affordable(settings, dear)
    settings = read(monkeypatch, BOT_MODEL="somebody-elses", **money, **{f"BOT_MAX_TOKENS_{scope}": "9"})  # fmt: skip
    affordable(settings, dear)
    [finding] = unpriced(settings, dear)
    assert (finding.severity, f"BOT_MAX_TOKENS_{scope} does" in finding.text) == ("warning", True)


def test_the_second_model_needs_one_too(agents: Agents, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, BOT_FALLBACK_MODEL="somebody-elses")
    assert [finding.agent for finding in unpriced(settings, agents)] == ["dear"]


def test_a_price_that_is_set_is_known(agents: Agents, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, BOT_MODEL="m", BOT_PRICES="m=3/15")
    affordable(settings, agents)
    usage = Usage(input=MILLION, output=MILLION, cache_read=MILLION, cache_write=MILLION)
    assert priced("m", usage, own_prices(settings)).micro_usd == round(24.75 * MILLION)


def test_a_script_costs_nothing(agents: Agents) -> None:
    affordable(environment.read(), agents)


def test_prices_of_the_cache_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_prices(read(monkeypatch, BOT_PRICES="a/b:c=1/2/0.1/1.5, d=0.5/1"))
    assert set(own) == {"a/b:c", "d"}
    assert priced("a/b:c", Usage(cache_read=MILLION), own).micro_usd == MILLION // 10


@pytest.mark.parametrize("said", ["m", "m=1", "=1/2", "m=1/2/3", "m=1/x", "m=-1/2"])
def test_a_price_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    with pytest.raises(BadSettings, match=r"BOT_PRICES: MODEL=INPUT/OUTPUT"):
        read(monkeypatch, BOT_PRICES=said)


def test_what_is_answered_under_another_name_has_the_price_of_who_was_asked() -> None:
    asked = b'{"model": "claude-sonnet-5-5", "messages": []}'
    assert answer_of(REPLY, asked).usage.micro_usd == 2 * MILLION
    assert answer_of(REPLY).usage.micro_usd is None
