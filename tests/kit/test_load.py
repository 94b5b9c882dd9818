"""Folders become agents, each a world of its own; what is wrong stops the start and says where."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from bot.kit import Call
from bot.kit.agent import Agent, NoSuchTool
from bot.kit.document import AgentError
from bot.kit.house import load_house
from bot.kit.load import load_agent, load_agents
from bot.kit.people import People

AgentIn = Callable[..., Agent]

TALKER = "---\ndescription: talks\n---\nYou talk.\n"

EXAMPLE = '''
from pydantic import Field

from bot.kit import Args, Call, Card, Refused, tool

from .stripe import stripe


class Refund(Args):
    charge: str = Field(pattern=r"^ch_\\w+$")
    amount: int = Field(gt=0, le=50_000)            # cents


class Customer(Args):
    customer: str


@tool(reads=True, cache="5m")
async def list_charges(who: Customer):
    """A customer's charges, newest first."""
    return await stripe.get("charges", customer=who.customer)


@tool(approval="always", quorum=lambda r: 2 if r.amount > 20_000 else 1, idempotent=True, reversible=False)
async def refund(r: Refund, call: Call):
    """Refund a charge, in part or in full."""
    return await stripe.post("refunds", r, idempotency_key=call.key)


@refund.preview
async def show(r: Refund) -> Card:
    charge = await stripe.get(f"charges/{r.charge}")
    left = charge["amount"] - charge["amount_refunded"]
    if r.amount > left:
        raise Refused(f"only {left} cents remain")   # goes back to the model, disturbs nobody
    return Card(f"Refund {r.amount} of {left} cents", pins={"left": left})
'''

STRIPE = """
class Stripe:
    async def get(self, path, **query):
        return {"path": path, **query, "amount": 500, "amount_refunded": 200}

    async def post(self, path, body, *, idempotency_key):
        return {"path": path, "body": body, "key": idempotency_key}

stripe = Stripe()
"""


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_dot_", ".")).write_text(text)
    return folder


async def test_tools_read_as_the_contract_shows_them(agent_in: AgentIn) -> None:
    agent = agent_in("approvers: [releasers]", EXAMPLE, stripe=STRIPE)
    call = Call("key-1")
    arguments = {"charge": "ch_1", "amount": 300}
    assert await agent.tool("refund").run({**arguments}, call) == {
        "path": "refunds",
        "body": arguments,
        "key": "key-1",
    }
    assert (await agent.tool("refund").show({**arguments}, call)).pins == {"left": 300}
    assert agent.tool("list_charges").cache_seconds == 300


def test_an_agent_without_tools_only_talks(tmp_path: Path) -> None:
    write(tmp_path / "talker", agent_dot_md=TALKER)
    agents = load_agents([tmp_path], People())
    assert list(agents) == ["talker"]
    assert agents["talker"].tools == {}
    assert agents["talker"].prompt.endswith("You talk.")


def test_hidden_shared_and_stray_folders_are_left_alone(tmp_path: Path) -> None:
    for name in ("_house", ".git", "pictures"):
        write(tmp_path / name, notes_dot_txt="")
    write(tmp_path / "talker", agent_dot_md=TALKER)
    assert list(load_agents([tmp_path], People())) == ["talker"]


def test_two_agents_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    for place in ("one", "two"):
        write(tmp_path / place / "talker", agent_dot_md=TALKER)
    with pytest.raises(AgentError, match=r"two/talker/agent\.md:1: .*one/talker has this one"):
        load_agents([tmp_path / "one", tmp_path / "two"], People())


def test_folders_with_the_same_modules_do_not_see_each_other(tmp_path: Path) -> None:
    tools = """
        from bot.kit import tool
        from .where import HERE
        @tool(reads=True)
        def where():
            "Where it is."
            return HERE
        where.description = HERE
    """
    for name in ("north", "south"):
        write(
            tmp_path / name,
            agent_dot_md=TALKER,
            tools_dot_py=dedent(tools),
            where_dot_py=f"HERE = {name!r}",
        )
    agents = load_agents([tmp_path], People())
    assert [agents[name].tool("where").description for name in agents] == ["north", "south"]


def test_a_second_load_sees_an_edit_made_in_the_same_second(tmp_path: Path) -> None:
    folder = write(tmp_path / "echo", agent_dot_md=TALKER, words_dot_py="WORD = 'one'")
    source = "from bot.kit import tool\nfrom .words import WORD\n@tool(reads=True)\ndef say():\n    'Say.'\nsay.description = WORD\n"
    write(folder, tools_dot_py=source)
    first = load_agent(folder, load_house(), People())
    write(folder, words_dot_py="WORD = 'two'")
    second = load_agent(folder, load_house(), People())
    assert [each.tool("say").description for each in (first, second)] == ["one", "two"]
    assert first.digest != second.digest
    assert not list(folder.rglob("__pycache__"))


def test_an_installed_package_named_agents_does_not_clash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "site" / "agents", __init___dot_py="MINE = True")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    write(
        tmp_path / "agents" / "git",
        agent_dot_md=TALKER,
        tools_dot_py="from .git import X",
        git_dot_py="X = 1",
    )
    assert list(load_agents([tmp_path / "agents"], People())) == ["git"]
    assert "git" not in sys.modules


def test_a_module_can_be_imported_late(tmp_path: Path) -> None:
    source = "from bot.kit import tool\n@tool(reads=True)\ndef late():\n    'Late.'\n    from .words import WORD\n    return WORD\n"
    folder = write(
        tmp_path / "late", agent_dot_md=TALKER, tools_dot_py=source, words_dot_py="WORD = 1"
    )
    agent = load_agent(folder, load_house(), People())
    assert agent.tool("late").shape.function() == 1


@pytest.mark.parametrize(
    ("source", "line", "expected"),
    [
        ("x = 1\nimport nowhere_at_all\n", 2, "ModuleNotFoundError"),
        ("x = 1\n\ndef f(:\n", 3, "SyntaxError"),
        ("from .other import y\n", 1, "ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit"),
        ("raise BaseException('boo')\n", 1, "BaseException: boo"),
        ("raise GeneratorExit\n", 1, "GeneratorExit"),
        ("def f(): f()\nf()\n", 1, "RecursionError"),
        ("x = 1\0\n", 1, "SyntaxError"),
        (f"x = {'(' * 5_000}{')' * 5_000}\n", 1, "too many nested parentheses"),
        (
            "class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n",
            3,
            "E: it cannot say what is wrong",
        ),
        ("from bot.kit import tool\n@tool()\ndef act(): ...\n", 2, "docstring is missing"),
        (
            "from bot.kit import tool\n@tool()\ndef act(): 'Act.'\n@tool()\ndef act(): 'Act.'\n",
            4,
            "there is a tool of this name already",
        ),
    ],
)
def test_what_is_wrong_in_tools_is_told_with_its_line(
    tmp_path: Path, source: str, line: int, expected: str
) -> None:
    write(tmp_path / "broken", agent_dot_md=TALKER, tools_dot_py=source)
    before = set(sys.modules)
    with pytest.raises(AgentError, match=rf"tools\.py:{line}: .*{expected}"):
        load_agents([tmp_path], People())
    assert not {name for name in set(sys.modules) - before if "broken" in name}


@pytest.mark.parametrize("name", ["Shop", "a b", "9lives"])
def test_a_folder_that_cannot_name_an_agent_is_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, agent_dot_md=TALKER)
    with pytest.raises(AgentError, match="a folder name of small letters"):
        load_agents([tmp_path], People())


def test_a_missing_folder_or_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(AgentError, match=r"nowhere: a folder of agents was expected"):
        load_agents([tmp_path / "nowhere"], People())
    write(tmp_path / "toolless", tools_dot_py="")
    with pytest.raises(AgentError, match=r"agent\.md: no such file"):
        load_agents([tmp_path], People())


def test_tools_are_all_of_them_or_those_that_are_named(agent_in: AgentIn) -> None:
    assert sorted(agent_in().tools) == ["credit", "label", "list_charges", "refund"]
    assert list(agent_in("tools: [list_charges]").tools) == ["list_charges"]
    assert agent_in("tools: []").tools == {}


def test_an_unknown_tool_names_the_nearest(agent_in: AgentIn) -> None:
    with pytest.raises(NoSuchTool, match=r"shop has no tool refnd \(did you mean refund\?\)"):
        agent_in().tool("refnd")


def test_offers_come_in_one_order_built_in_first(agent_in: AgentIn) -> None:
    names = [spec["name"] for spec in agent_in().tool_specs()]
    assert names[:4] == ["request_human_input", "done_for_now", "nothing_to_do", "await"]
    assert names[4:] == [
        "stand_by", "withdraw", "read_more", "credit", "label", "list_charges", "refund",
    ]  # fmt: skip


def test_what_is_done_to_an_offer_changes_no_later_one(agent_in: AgentIn) -> None:
    agent = agent_in()
    agent.tool_specs()[0].clear()
    assert agent.tool_specs()[0]["name"] == "request_human_input"


def test_because_is_asked_for_where_the_policy_asks_a_human(agent_in: AgentIn) -> None:
    def asks(agent: Agent, tool: str) -> bool:
        spec = next(spec for spec in agent.tool_specs() if spec["name"] == tool)
        return "because" in str(spec["schema"])

    assert not asks(agent_in(), "label")
    assert asks(agent_in("policy: {label: {approval: always}}"), "label")
    assert asks(agent_in(), "credit")
    assert not asks(agent_in("policy: {credit: {approval: never}}"), "credit")


@pytest.mark.parametrize(
    "change",
    [
        {"front": "approvers: [bob]"},
        {"front": "policy: {label: {approval: always}}"},
        {"helper": "x = 2"},
        {"tools": "from bot.kit import tool\n@tool()\ndef other():\n    'Other.'\n"},
    ],
)
def test_the_digest_changes_with_policy_schemas_and_code(
    agent_in: AgentIn, change: dict[str, str]
) -> None:
    before = agent_in(helper="x = 1").digest
    assert agent_in(helper="x = 1").digest == before
    assert agent_in(**{"helper": "x = 1", **change}).digest != before


def test_a_tool_is_changed_by_any_code_beside_it(agent_in: AgentIn) -> None:
    digests = {agent_in(beside=f"x = {n}").tool("refund").source_digest for n in (1, 1, 2)}
    assert len(digests) == 2


def test_the_digest_does_not_change_with_tests(agent_in: AgentIn) -> None:
    assert agent_in(test_shop="x = 1").digest == agent_in(test_shop="x = 2").digest
