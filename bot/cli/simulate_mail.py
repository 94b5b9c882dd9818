"""Simulate a mail: what would become of it, judged as if it answered a request that was put to its sender; nothing is asked or stored."""

from __future__ import annotations

from pathlib import Path

from bot.cli import parts
from bot.cli.errors import DONE, Wrong
from bot.cli.output import say, say_json
from bot.setup import mailroom

Json = dict[str, object]
DECISIONS = ("approve", "deny", "edit")


def simulate_mail(file: Path, *, as_json: bool) -> int:
    """Reads and judges the mail in this file."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Wrong(f"--eml: {file} cannot be read: {error.strerror or error}.") from None
    found = judged(raw)
    if as_json:
        say_json(found)
        return DONE
    say("Accepted." if found["accepted"] else f"Not accepted: {found['reason']}.")
    say(f"From {found['sender'] or 'nobody'}; it decides: {_decides(found)}.\n\n{found['text']}")
    return DONE


def _decides(found: Json) -> str:
    """The decision in words; the contract has none for what puts a request off, which is to be seen all the same."""
    from channels.email.reading import verdicts

    text, decision = str(found["text"]), found["decision"]
    said = verdicts.read(text)
    puts_off = verdicts.puts_off(text) or (said is not None and said.word in ("pass", "later"))
    if decision == "message" and puts_off:
        return "nothing; its request is passed on, put off or left to the others, as it says"
    return str(decision or "nothing")


def judged(raw: bytes) -> Json:
    """What the contract of the command promises; `decision` is null where nothing may come of the mail."""
    from channels.email.judge import Gate
    from channels.email.reading.mail import Unreadable
    from channels.email.reading.read import read

    settings = parts.read()
    gate: Gate = mailroom.gate(settings, parts.people(settings))
    ours = (settings.email_address.lower(),) if settings.email_address else ()
    try:
        found = read(raw, ours)
    except Unreadable as error:
        return {"accepted": False, "reason": str(error), "text": "", "sender": "", "decision": None}
    verdict = gate.judge(found.mail)
    reason = found.silent or verdict.reason
    word = found.decision.word if found.decision else ""
    decision = word if word in DECISIONS else "message" if found.text else None
    return {
        "accepted": not reason,
        "reason": reason or found.doubt,
        "text": found.text,
        "sender": found.sender,
        "decision": None if reason else decision,
    }
