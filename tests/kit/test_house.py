"""What every agent shares comes from the folder's own house, and else from the project's."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.kit.document import AgentError
from bot.kit.house import load_house
from bot.kit.load import load_agents
from bot.kit.people import People


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "agents" / "_house"
    folder.mkdir(parents=True)
    return folder


def test_without_a_house_the_projects_own_holds(tmp_path: Path) -> None:
    (tmp_path / "talker").mkdir()
    (tmp_path / "talker" / "agent.md").write_text("---\n---\nYou talk.")
    agents = load_agents([tmp_path], People())
    assert agents["talker"].system == (load_house().rules, "You talk.")


def test_a_house_of_ones_own_takes_its_place_file_by_file_and_intent_by_intent(house: Path) -> None:
    (house / "rules.md").write_text("Be brief.\n")
    (house / "intents.yaml").write_text("intents:\n  withdraw: {description: Take it back.}\n")
    mine, own = load_house(house), load_house()
    assert mine.rules == "Be brief."
    assert mine.intents["withdraw"].description == "Take it back."
    assert mine.intents["await"] == own.intents["await"]
    assert mine.because == own.because


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("intents:\n  wait: {description: d}", ":2: one of request_human_input"),
        ("intents:\n  await:\n    description: d\n    fields:\n      minutes: m", ":5: await has no field minutes"),
        ("intents:\n  await: {}", ":2: intents.await.description is missing"),
    ],
)  # fmt: skip
def test_a_wrong_intent_is_told_with_its_line(house: Path, text: str, expected: str) -> None:
    (house / "intents.yaml").write_text(text)
    with pytest.raises(AgentError) as caught:
        load_house(house)
    assert str(caught.value).startswith(f"{house}/intents.yaml{expected}")


def test_the_model_reads_the_house_and_no_docstring_of_the_code() -> None:
    spec = load_house().spec("request_human_input")
    text = str(spec["schema"])
    assert "How soon an answer is needed." in text
    assert "in the place where the work began" not in text
    assert "'title'" not in text
