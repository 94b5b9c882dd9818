"""Golden: what a model writes and proposes, sent to the strict stand-in, as it then stands in Slack."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import cast

import pytest
from inline_snapshot import snapshot

from bot.core.outbox import Approval, Outgoing, Say
from bot.core.values import Address
from bot.kit.people import People
from channels.slack.address import Place
from channels.slack.api import Web
from channels.slack.blocks import Json, Post
from channels.slack.manifest import manifest
from channels.slack.send import Slack
from tests.channels.slack.limits import calls, read
from tests.channels.slack.test_cards import APPROVAL
from tests.channels.slack.test_markdown import TABLE
from tests.slack_server.server import SlackServer
from tests.slack_server.workspace import Message

FORTY_THOUSAND = "\n\n".join(f"{number}. {'word ' * 60}".strip() for number in range(132))
SIXTY = "\n\n".join(f"## Part {number}\n\n- a\n  - b\n\n---" for number in range(60))
HOSTILE = (
    "a\u202egpj.exe\u202c <!channel> <!here|here> <@U012> @everyone &amp; [x](https://a.example)"
)


@dataclass
class Sheet:
    """A thread of the stand-in to send into; `sent` returns what then stands there, read, and files by name. Nobody is called."""

    slack: SlackServer
    root: Message
    address: Address

    async def sent(self, message: Outgoing) -> tuple[str, dict[str, str]]:
        await Slack(Web(self.slack.token, self.slack.api_url), People()).send(self.address, message)
        files: dict[str, str] = {}
        shown: list[str] = []
        for each in self.slack.team.channels[self.root.channel].thread(self.root.ts)[1:]:
            there = [self.slack.team.files[name] for name in each.files]
            files |= {file.name: file.content.decode() for file in there}
            post = Post(each.text, tuple(cast("list[Json]", each.blocks)))
            assert calls(post) == []
            shown += [read(post)] if post.blocks else []
        assert [call.error for call in self.slack.ledger.calls("chat.postMessage")] == [""]
        (one,) = shown
        return one, files


@pytest.fixture
async def sheet() -> AsyncGenerator[Sheet]:
    async with SlackServer(manifest()) as slack:
        alice = slack.team.person("alice")
        channel = slack.team.channel("releases", [alice, slack.bot])
        root = slack.people.say(alice, channel, "hi")
        yield Sheet(slack, root, Place(slack.team.team, channel.id, root.ts).address)


async def test_tables_nested_lists_and_code(sheet: Sheet) -> None:
    shown, files = await sheet.sent(Say("t1-4-0", TABLE))
    assert files == {}
    assert shown == snapshot("""\
Releases so far:

| tag    | commits | risk |
|--------|:-------:|-----:|
| v1.4.2 | 12      | low  |
| v1.5.0 | 3 \\| 4  | high |

1. Look at the list
   - nested once
     - nested twice, with `code`
   - and again
2. Decide

> quoted

```python
if a < b and b > c:  # <https://a.example|label>
    print("<!channel>")
```
**Bold**, _italic_, [docs](https://docs.example.com/?a=1&b=2), <b>tag</b>.\
""")


async def test_forty_thousand_characters_begin_in_the_message_and_are_whole_in_a_file(
    sheet: Sheet,
) -> None:
    assert len(FORTY_THOUSAND) >= 40_000
    shown, files = await sheet.sent(Say("t1-4-0", FORTY_THOUSAND))
    assert files == {"t1-4-0.md": FORTY_THOUSAND}
    assert (len(shown), shown[:40], shown[-200:]) == snapshot(
        (
            11038,
            "0. word word word word word word word wo",
            """\
 word word word word word word word word word word word word word word word word word word word word word word word word word word
This is the beginning; all of it is in the attached file `t1-4-0.md`.\
""",
        )
    )


async def test_sixty_headings_with_lists_are_one_message(sheet: Sheet) -> None:
    shown, files = await sheet.sent(Say("t1-4-0", SIXTY))
    assert (shown, files) == (SIXTY, {})


async def test_overrides_and_pings_are_written_out_in_words_of_the_model(sheet: Sheet) -> None:
    assert await sheet.sent(Say("t1-4-0", HOSTILE)) == snapshot(
        (
            "a\\u202egpj.exe\\u202c <!channel> <!here|here> <@U012> @ everyone & [x](https://a.example)",
            {},
        )
    )


async def test_overrides_and_pings_are_written_out_in_what_is_approved(sheet: Sheet) -> None:
    ask: Approval = replace(
        APPROVAL,
        arguments={"tag": HOSTILE, "table": TABLE},
        because=HOSTILE,
        text=HOSTILE,
        quote="",
    )
    assert await sheet.sent(ask) == snapshot(
        (
            """\
*Approval wanted: push_tag*
Why, in the model's own words
> a\\u202egpj.exe\\u202c <!channel> <!here|here> <@U012> @everyone &amp; [x](https://a.example)
Arguments
tag:
    "a\\u202egpj.exe\\u202c <!channel> <!here|here> <@U012> @everyone &amp; [x](https://a.example)"
table:
    Releases so far:
    \n\
    | tag    | commits | risk |
    |--------|:-------:|-----:|
    | v1.4.2 | 12      | low  |
    | v1.5.0 | 3 \\| 4  | high |
    \n\
    1. Look at the list
       - nested once
         - nested twice, with `code`
       - and again
    2. Decide
    \n\
    > quoted
    \n\
    ```python
    if a < b and b > c:  # <https://a.example|label>
        print("<!channel>")
    ```
    **Bold**, _italic_, [docs](https://docs.example.com/?a=1&b=2), <b>tag</b>.
What a look beforehand found
> a\\u202egpj.exe\\u202c <!channel> <!here|here> <@U012> @everyone &amp; [x](https://a.example)
  May decide: ana
  Approvals: 1 of 2 (bo)
  Until <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
  Request T-4-0-v2
Without a Slack ID in the people file, and so not known here: ana. Too few are left who may approve this in Slack. To mend it: `bot approvers T --add ana --slack U…` (their profile, Copy member ID), start the workers anew and say something in this thread. At a terminal `bot approve T-4-0-v2 --as ana` counts too.
Press a button, or reply in this thread with exactly `approve` or `deny REASON`. Anything else is a message and decides nothing.
[Approve] [Deny…] [Edit…] [More…]\
""",
            {},
        )
    )


async def test_arguments_of_forty_thousand_characters_are_whole_in_a_file(sheet: Sheet) -> None:
    shown, files = await sheet.sent(replace(APPROVAL, arguments={"notes": FORTY_THOUSAND}))
    assert shown == snapshot("""\
*Approval wanted: push_tag*
Why, in the model's own words
> two commits wait
Arguments
notes: 40,280 characters, SHA-256 89ac2788086bb53cd8f8e3b72826279b7d17c18de2dc79c8df1c38d1cf4fbc58; in full in the attached file
What a look beforehand found
> Push tag v1.5.0 to 538568d
Said since this was asked
> cy: hurry
Not all of this fits here. Before you decide, read the attached file `T-4-0-v2.yaml`, which has all of it (40,962 characters, SHA-256 34bbf6b40bcef02938ef5282470e37bd54ffde0697effee8e172bc3534857166).
  May decide: ana
  Approvals: 1 of 2 (bo)
  Until <!date^1795000000^{date_short_pretty}, {time}|2026-11-18 11:06 UTC>
  Request T-4-0-v2
Without a Slack ID in the people file, and so not known here: ana. Too few are left who may approve this in Slack. To mend it: `bot approvers T --add ana --slack U…` (their profile, Copy member ID), start the workers anew and say something in this thread. At a terminal `bot approve T-4-0-v2 --as ana` counts too.
Press a button, or reply in this thread with exactly `approve` or `deny REASON`. Anything else is a message and decides nothing.
[Approve] [Deny…] [Edit…] [More…]\
""")
    assert list(files) == snapshot(["T-4-0-v2.yaml"])
    assert all(word in next(iter(files.values())) for word in ("131. word", "0. word"))
