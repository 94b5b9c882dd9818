"""Sessions: the status that people see while an agent works (docs: ai/agent-sessions)."""

from __future__ import annotations

from tests.slack_server.call import Call, Method
from tests.slack_server.shapes import Json
from tests.slack_server.workspace import Channel

_STATUSES = ("active", "processing", "suspended", "closed")
_NO_STOP = "missing_agent_session_stopped_event_subscription"


def set_status(call: Call) -> Json:
    """Makes the session where there is none; the title counts only then."""
    # "Only apps declared as agents in the app settings can create sessions."
    if not call.world.app.is_agent:
        raise call.refuse("not_allowed")
    status = call.required("status")
    if status not in _STATUSES or len(call.text("title")) > 200:
        raise call.refuse("invalid_arguments")
    where = _thread(call)
    made = call.seat.workspace.sessions.setdefault(where, {"title": call.text("title")})
    made["status"] = status
    _note(call, where, status)
    answer: Json = {"status": status, "agent_status": status, "title": made["title"]}
    if "agent_session_stopped" in call.world.app.events:
        return answer
    return answer | {"warning": _NO_STOP, "response_metadata": {"warnings": [_NO_STOP]}}


def set_thread_status(call: Call) -> Json:
    """The older form: any text; empty clears it, and so does the next message."""
    if len(call.list("loading_messages")) > 10:
        raise call.refuse("invalid_arguments")
    _note(call, _thread(call), call.text("status"))
    return {}


def _thread(call: Call) -> tuple[str, str]:
    channel: Channel = call.joined(call.channel("channel_id"))
    root = call.message(channel, "thread_ts", "invalid_thread_ts")
    return channel.id, root.thread_ts or root.ts


def _note(call: Call, where: tuple[str, str], status: str) -> None:
    channel, thread = where
    call.seat.workspace.statuses.append(
        {"channel": channel, "thread_ts": thread, "status": status, "method": call.method}
    )


METHODS = {
    "agents.sessions.setStatus": Method(set_status, "chat:write"),
    "assistant.threads.setStatus": Method(set_thread_status, "chat:write|assistant:write"),
}
