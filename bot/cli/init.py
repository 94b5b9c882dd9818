"""Init: sets a medium up with somebody, step by step. All is checked before anything is written, and all is written at once."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from bot.cli import parts
from bot.cli.asking import Asking
from bot.cli.errors import DONE, INTERRUPTED, INTERRUPTED_TEXT
from bot.cli.failing import json_of_failure
from bot.cli.output import note, say, say_json
from bot.cli.parts import AsJson

What = Annotated[Literal["slack"], Parameter(help="What is to be set up.")]
Http = Annotated[bool, Parameter("--http", help="Hear Slack over HTTP; default Socket Mode.")]
Url = Annotated[str, Parameter("--url", help="With --http: where Slack is to send events.")]
BotToken = Annotated[str, Parameter("--bot-token", help="xoxb-…; asked for where it is left out.")]
AppToken = Annotated[str, Parameter("--app-token", help="xapp-…, for Socket Mode.")]
Secret = Annotated[str, Parameter("--signing-secret", help="With --http.")]
Member = Annotated[str, Parameter("--member", help="Your member ID in Slack.")]
Name = Annotated[str, Parameter("--name", help="What the people file calls you.")]
Approver = Annotated[
    str, Parameter("--approver", help="yes: you approve where nobody else in Slack may.")
]
SelfApproval = Annotated[
    str, Parameter("--self-approval", help="yes: alone, you may approve what you asked for.")
]
Channel = Annotated[
    str, Parameter("--channel", help="Where to say hello; default in private to you.")
]


def init(
    what: What,
    /,
    *,
    http: Http = False,
    url: Url = "",
    bot_token: BotToken = "",
    app_token: AppToken = "",
    signing_secret: Secret = "",
    member: Member = "",
    name: Name = "",
    approver: Approver = "",
    self_approval: SelfApproval = "",
    channel: Channel = "",
    as_json: AsJson = False,
) -> int:
    from bot.cli.init_slack import Walk

    _ = what
    given = {
        "--bot-token": bot_token,
        "--app-token": app_token,
        "--signing-secret": signing_secret,
        "--member": member,
        "--name": name,
        "--approver": approver,
        "--self-approval": self_approval,
    }
    asking = Asking(given, note if as_json else say)
    try:
        with json_of_failure(as_json):
            walk = Walk(parts.read(), asking, over_http=http, url=parts.https(url), channel=channel)
            done = walk.through()
    except KeyboardInterrupt:
        note(f"\n{INTERRUPTED_TEXT}")
        return INTERRUPTED
    say_json(done.json()) if as_json else say(done.text())
    return DONE
