"""Limits of a day from the command line, of a bot that runs: reached, told, asked about, extended."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from tests.cli.office import AGENT, Json, Office, eventually, furnish, running


def where(office: Office, thread: str) -> Json:
    return office.run("status", thread, "--json").json[0]


def asked(office: Office, tool: str) -> str:
    rows = office.run("pending", "--json").json
    return next((str(row["request"]) for row in rows if row["tool"] == tool), "")


def test_a_day_s_limit_is_told_asked_about_once_and_extended(
    tmp_path: Path, short_folder: Path
) -> None:
    desk = furnish(tmp_path) / "agents" / "desk" / "agent.md"
    limits = "limits: {calls_per_day: 7, agent_cards_per_hour: 9}"
    desk.write_text(AGENT.replace("policy:", f"{limits}\npolicy:"))
    settings = "BOT_OWNER=alice\nBOT_MAX_STEPS_PER_DAY=1\nBOT_MAX_STEPS_PER_PERSON_DAY=50\n"
    (tmp_path / ".env").write_text(settings)
    with running(tmp_path, short_folder / "limits") as office:
        first = office.run("launch", "desk", "refund it", "--as", "carol").out.strip()
        eventually(lambda: asked(office, "refund"))
        assert "1 of 1 steps" in office.run("cost").out
        assert "person carol" in office.run("cost", "--by", "person").out
        [agent] = office.run("cost", "--by", "agent", "--json").json
        calls, cards = cast("list[Json]", agent["limits"])
        assert (calls["measure"], calls["used"], calls["most"]) == ("calls", 1, 7)
        assert (cards["measure"], cards["used"], cards["most"]) == ("cards", 1, 9)

        second = office.run("launch", "desk", "refund it", "--as", "carol").out.strip()
        question = eventually(lambda: asked(office, "day"))
        eventually(lambda: where(office, second)["phase"] == "waiting_for_human")
        office.run("approve", asked(office, "refund"), "--as", "bob")
        eventually(lambda: str(where(office, first)["waiting_for"]).startswith("held, "))
        waits = str(where(office, second)["waiting_for"])
        assert waits.startswith("held, the whole bot, ")
        assert waits.endswith(f": 1 of 1 steps: word from alice ({question})")
        assert f"bot answer {question} 1" in office.run("why", second).out
        [row] = [each for each in office.run("pending", "--json").json if each["tool"] == "day"]
        assert row["holds"] == [first, second] or row["holds"] == [second, first]
        assert f"{question} holds " in office.run("pending").out

        assert office.run("answer", question, "1", "--as", "alice").status == 0
        again = eventually(lambda: asked(office, "day"))
        assert again != question
        assert "Extend: counted" in office.run("audit", "house").out
        assert office.run("answer", again, "1", "--as", "alice").status == 0
        eventually(lambda: where(office, first)["phase"] == "resting")
        eventually(lambda: "3 of 3 steps" in office.run("cost").out)
