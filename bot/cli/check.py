"""Check: whether everything needed is here: for a person as findings with what mends them, for a deploy as a status."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from bot.cli import health, parts
from bot.cli.errors import DONE, FAILED
from bot.cli.finding import Finding
from bot.cli.output import say, say_json, table
from bot.cli.parts import AsJson
from bot.cli.sources import Source, sources
from bot.setup.clock import mute
from bot.setup.money import affordable

Mail = Annotated[
    bool,
    Parameter("--mail", help="Send a mail to the bot itself, wait for it, and show the verdict."),
]
MARKS = {"ok": "ok", "warning": "!", "broken": "BROKEN"}


async def doctor(*, mail: Mail = False, as_json: AsJson = False) -> int:
    findings, origins = await health.findings(mail=mail), sources()
    if as_json:
        checks = [vars(finding) for finding in findings]
        say_json({"checks": checks, "settings": [vars(origin) for origin in origins]})
    else:
        _show(findings, origins)
    return FAILED if any(finding.state == "broken" for finding in findings) else DONE


def _show(findings: list[Finding], origins: list[Source]) -> None:
    for finding in findings:
        say(f"{MARKS[finding.state]:<6}  {finding.about}: {finding.found}")
        if finding.mend:
            say(f"        mend: {finding.mend}")
    say("")
    rows = [(origin.name, origin.value, origin.source) for origin in origins]
    table(("setting", "value", "from"), rows)


async def release() -> None:
    """Whatever is wrong is raised, and ends the deploy."""
    async with parts.whole() as app:
        affordable(app.settings, app.house.agents)
        for error in mute(app.house.agents, app.house.people, app.settings):
            raise error
        say(f"settings: read; agents: {', '.join(sorted(app.house.agents)) or 'none'}")
        await app.store.now()
        say("store: answers")
