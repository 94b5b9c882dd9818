"""A tool is schema, policy and function in one, and none of them without the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from pydantic import Field, SecretStr

from bot.kit import Args, Call, Card, Refused, Tool, tool
from bot.kit.arguments import BadArguments
from bot.kit.call import NoSecret, call_for
from bot.kit.shape import Function, WrongTool

CALL = Call("key-1")


class Refund(Args):
    charge: str = Field(pattern=r"^ch_\w+$")
    amount: int = Field(gt=0, le=50_000)


class Because(Args):
    because: str


class Strange(Args):
    what: Callable[[int], int]


@tool(approval="always", quorum=lambda r: 2 if r.amount > 20_000 else 1, reversible=False)
async def refund(r: Refund, call: Call):
    """Refund a charge, in part or in full."""
    return {"refunded": r.amount, "under": call.key}


@refund.preview
async def show(r: Refund) -> Card:
    if r.amount > 300:
        raise Refused("only 300 cents remain")
    return Card(f"Refund {r.amount} of 300 cents", pins={"left": 300})


def a_tool(function: Function, **words: object) -> Tool:
    return tool(**words)(function)  # type: ignore[arg-type]  # wrong words are what is tried


def test_a_tool_that_neither_reads_nor_says_approval_always_asks_a_human() -> None:
    @tool()
    def act() -> None:
        """Act."""

    assert act.approving.approval == "always"
    assert act.schema["required"] == ["because"]


def test_a_read_never_asks_and_carries_no_because() -> None:
    @tool(reads=True, cache="5m")
    def look() -> None:
        """Look."""

    assert look.approving.approval == "never"
    assert look.cache_seconds == 300
    assert "because" not in str(look.schema)


def test_a_gated_schema_asks_for_because_first() -> None:
    assert refund.schema["required"] == ["because", "charge", "amount"]
    assert refund.schema["additionalProperties"] is False


async def test_a_tool_runs_with_its_arguments_and_its_call() -> None:
    result = await refund.run({"charge": "ch_1", "amount": 5}, CALL)
    assert result == {"refunded": 5, "under": "key-1"}


async def test_a_preview_lays_out_the_call_with_its_pins() -> None:
    card = await refund.show({"charge": "ch_1", "amount": 5}, CALL)
    assert card == Card("Refund 5 of 300 cents", {"left": 300})


async def test_a_preview_may_refuse() -> None:
    with pytest.raises(Refused, match="only 300 cents remain"):
        await refund.show({"charge": "ch_1", "amount": 301}, CALL)


async def test_without_a_preview_the_card_says_what_the_tool_does_and_nothing_more() -> None:
    @tool()
    def act() -> None:
        """Act at once.

        With care.
        """

    assert await act.show({}, CALL) == Card("Act at once.")


async def test_a_preview_that_returns_no_card_is_an_error() -> None:
    @tool()
    def act() -> None:
        """Act."""

    act.preview(lambda: "a card")
    with pytest.raises(TypeError, match="must return a Card, not str"):
        await act.show({}, CALL)


async def test_a_function_that_blocks_runs_in_a_thread_of_its_own() -> None:
    released = threading.Event()

    @tool(reads=True)
    def blocks() -> bool:
        """Block."""
        return released.wait(10)

    running = asyncio.create_task(blocks.run({}, CALL))
    await asyncio.sleep(0)
    released.set()
    assert await running is True


async def test_what_blocks_waits_for_no_other_that_does_however_many_there_are() -> None:
    """What was claimed would begin whenever one of them ended: after a halt, or while somebody tries it again."""
    together = threading.Barrier(40)

    @tool(approval="never")
    def blocks() -> int:
        """Block."""
        return together.wait(10)

    places = await asyncio.gather(*(blocks.run({}, CALL) for _ in range(40)))
    assert sorted(map(str, places)) == sorted(map(str, range(40)))


@pytest.mark.parametrize("error", [StopIteration, SystemExit, asyncio.CancelledError])
async def test_a_function_cannot_end_the_loop_or_leave_it_waiting(
    error: type[BaseException],
) -> None:
    @tool(reads=True)
    def in_thread() -> None:
        """End."""
        raise error

    @tool(reads=True)
    async def in_loop() -> None:
        """End."""
        raise error

    @tool(reads=True)
    def in_thread_and_loop() -> object:
        """End, as an async function does around which the author put a decorator that is none."""

        async def rest() -> None:
            raise error

        return rest()

    for each in (in_thread, in_loop, in_thread_and_loop):
        with pytest.raises(RuntimeError, match=r"ended with|raised StopIteration"):
            await asyncio.wait_for(each.run({}, CALL), 10)


def test_wrong_arguments_are_named_without_noise_and_without_their_values() -> None:
    with pytest.raises(BadArguments) as caught:
        refund.parse({"charge": "sesame", "amount": -1, "amout": 1})
    text = str(caught.value)
    assert "charge: string should match pattern" in text
    assert "amount should be greater than 0" in text
    assert "amout is not known here (did you mean amount?)" in text
    assert "pydantic" not in text
    assert "sesame" not in text


def test_a_missing_argument_is_said_to_be_missing() -> None:
    with pytest.raises(BadArguments, match=r"^charge is missing; amount is missing$"):
        refund.parse({})


PLACE = r"^(\S+test_tool\.py:\d+|<built-in function print>): "


def no_docstring() -> None: ...


def documented() -> None:
    """Documented."""


def untyped(r: int) -> None:
    """Documented."""


def twice(a: Refund, b: Refund) -> None:
    """Documented."""


def named_because(a: Because) -> None:
    """Documented."""


def strange(a: Strange) -> None:
    """Documented."""


def read_more() -> None:
    """Documented."""


def Loud() -> None:  # noqa: N802
    """Documented."""


def many(a: Args, /, *, r: int = 0) -> None:
    """Documented."""


def yields() -> Iterator[int]:
    """Documented."""
    yield 1


def unknown_type(a: Refund) -> None:
    """Documented."""


unknown_type.__annotations__["a"] = "Nowhere"


async def later(_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("function", "words", "expected"),
    [
        (no_docstring, {}, "docstring is missing"),
        (untyped, {}, "parameter r must be annotated"),
        (print, {}, "a tool is a function"),
        (yields, {}, "cannot yield"),
        (unknown_type, {}, "annotations cannot be read"),
        (many, {}, "parameter r must be annotated"),
        (twice, {}, "takes its arguments once"),
        (named_because, {}, "because is given to every tool"),
        (strange, {}, "has no JSON schema"),
        (read_more, {}, "belongs to a built-in intent"),
        (Loud, {}, "small letters"),
        (documented, {"reads": True, "approval": "always"}, "needs no approval"),
        (documented, {"reads": True, "idempotent": True}, "reads=True says it all"),
        (documented, {"reads": True, "reversible": False}, "reads=True says it all"),
        (documented, {"reads": True, "quorum": 2}, "nobody can decide"),
        (documented, {"cache": "5m"}, "only a tool that reads"),
        (documented, {"approval": "never", "quorum": 2}, "asks nobody"),
        (documented, {"approval": "allways"}, "'allways'"),
        (documented, {"approval": later}, "not async"),
        (documented, {"quorum": later}, "not async"),
        (documented, {"quorum": 0}, "at least 1"),
        (documented, {"quorum": True}, "at least 1"),
        (documented, {"seconds": 0}, "seconds is a whole number"),
        (documented, {"cap": -1}, "cap is a whole number"),
        (documented, {"deadline": "soon"}, "deadline: a duration is written like"),
        (documented, {"self_approval": True}, "self_approval is"),
        (documented, {"secrets": "TOKEN"}, "with the comma"),
        (documented, {"secrets": ("to ken",)}, "no name of an environment variable"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_file_and_line(
    function: Function, words: dict[str, object], expected: str
) -> None:
    with pytest.raises(WrongTool, match=PLACE) as caught:
        a_tool(function, **words)
    assert expected in str(caught.value)


def test_a_read_has_no_preview_and_no_tool_has_two() -> None:
    look = a_tool(documented, reads=True)
    with pytest.raises(WrongTool, match="nothing to preview"):
        look.preview(documented)
    act = a_tool(documented)
    act.preview(documented)
    with pytest.raises(WrongTool, match="already has a preview"):
        act.preview(documented)


def test_a_preview_takes_the_arguments_of_its_tool() -> None:
    with pytest.raises(WrongTool, match="takes its arguments: NoArguments"):
        a_tool(documented).preview(named_because)


def test_a_tool_gets_the_secrets_and_settings_it_declares_and_no_others() -> None:
    act = a_tool(documented, secrets=("GITHUB_TOKEN",), env=("BOT_DEPLOY_REPO", "UNSET"))
    environ = {"GITHUB_TOKEN": "s3cret", "BOT_DEPLOY_REPO": "/srv", "OTHER": "x"}
    call = call_for(act, key="k", thread="t", requester="alice", environ=environ)
    assert call.secrets == {"GITHUB_TOKEN": "s3cret"}
    assert call.env == {"BOT_DEPLOY_REPO": "/srv"}
    assert "s3cret" not in repr(call)


def test_a_missing_secret_is_named() -> None:
    act = a_tool(documented, secrets=("GITHUB_TOKEN",))
    with pytest.raises(NoSecret, match="documented needs GITHUB_TOKEN"):
        call_for(act, key="k", thread="t", requester="alice", environ={"GITHUB_TOKEN": ""})


def test_a_secret_argument_stays_as_it_was_given() -> None:
    class Login(Args):
        password: SecretStr

    def log_in(login: Login) -> int:
        """Log in."""
        return len(login.password)

    log_in.__annotations__["login"] = Login
    assert a_tool(log_in).spelled_out({"password": "x"}) == {"password": "x"}


def test_defaults_are_written_out_so_that_a_card_shows_what_would_run() -> None:
    class Page(Args):
        limit: int = 10

    def pages(page: Page) -> None:
        """Pages."""

    pages.__annotations__["page"] = Page
    assert a_tool(pages, reads=True).spelled_out({}) == {"limit": 10}
    assert refund.spelled_out({"charge": "ch_1", "amount": "7"}) == {"charge": "ch_1", "amount": 7}
