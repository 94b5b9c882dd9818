"""A fork through the desk: one commit holds the copy, its times and what its large results refer to."""

from __future__ import annotations

import pytest

from bot.core.codec import encode
from bot.core.events import Forked, MessageReceived, ToolEnded
from bot.core.reducer import replay
from bot.core.values import Address, Picture
from bot.engine.commit import Append
from bot.engine.desk import Desk, thread_id
from bot.engine.keys import partition_of
from bot.engine.store import Store
from tests.engine.commits import Workers

HERE = Address(channel="slack", locator="C1:1.1")
PARENT = thread_id(HERE)


def place(*, elsewhere: bool) -> Address:
    """A place whose thread falls in another partition than its parent's, or in the same."""
    places = (Address(channel="console", locator=str(n)) for n in range(1_000))
    own = partition_of(PARENT)
    return next(it for it in places if (partition_of(thread_id(it)) != own) == elsewhere)


async def told(store: Store) -> None:
    """A parent with a result too large for its log."""
    message = MessageReceived(id="m", actor="alice", address=HERE, text="go", agent="desk")
    ended = ToolEnded(
        id="e", call=f"{PARENT}-1-0", n=1, outcome="returned", result="cut", ref="r1", size=9
    )
    await store.append(Append(thread=PARENT, kind="arrival", id="m", events=(encode(message),)))
    await store.append(
        Append(
            thread=PARENT, kind="fact", id="e", events=(encode(ended),), blobs={"r1": b"the whole"}
        )
    )


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_a_child_keeps_the_times_and_the_large_results(
    workers: Workers, elsewhere: bool
) -> None:
    store = await workers()
    await told(store)
    home = place(elsewhere=elsewhere)
    forked = Forked(id="f", actor="bob", parent=PARENT, head=2, address=home)
    child = await Desk(store).fork(PARENT, forked)
    assert child == thread_id(home)
    mine, theirs = await Desk(store).events(child), await Desk(store).events(PARENT)
    assert [event.at for event in mine[:2]] == [event.at for event in theirs]
    assert [event.type for event in mine] == ["MessageReceived", "ToolEnded", "Forked"]
    assert await store.blob(child, "r1") == b"the whole"
    assert replay(child, mine).address == home
    assert replay(PARENT, theirs).address == HERE


async def test_a_child_keeps_the_pictures(workers: Workers) -> None:
    store = await workers()
    message = MessageReceived(id="m", actor="alice", address=HERE, text="go", agent="desk")
    picture = Picture(ref="p1", size=4, type="image/png", width=1, height=1)
    ended = ToolEnded(id="e", call=f"{PARENT}-1-0", n=1, outcome="returned", picture=picture)
    rows = (encode(message), encode(ended))
    await store.append(
        Append(thread=PARENT, kind="fact", id="e", events=rows, blobs={"p1": b"\x89PNG"})
    )
    forked = Forked(id="f", parent=PARENT, head=2, address=place(elsewhere=True))
    child = await Desk(store).fork(PARENT, forked)
    copied = (await Desk(store).events(child))[1]
    assert isinstance(copied, ToolEnded)
    assert copied.picture == picture
    assert await store.blob(child, "p1") == b"\x89PNG"


async def test_what_lies_beyond_the_cut_is_not_copied(workers: Workers) -> None:
    store = await workers()
    await told(store)
    forked = Forked(id="f", parent=PARENT, head=1, address=place(elsewhere=True))
    child = await Desk(store).fork(PARENT, forked)
    assert len(await Desk(store).events(child)) == 2
    assert await store.blob(child, "r1") is None


async def test_two_forks_to_one_place_make_one_child(workers: Workers) -> None:
    store = await workers()
    await told(store)
    home = place(elsewhere=True)
    for id in ("f1", "f2"):
        await Desk(store).fork(PARENT, Forked(id=id, parent=PARENT, head=2, address=home))
    assert [event.id for event in await Desk(store).events(thread_id(home))] == ["m", "e", "f1"]
