"""Views: modals and the home tab, opened by a `trigger_id` that lives 3 seconds (docs: surfaces/modals)."""

from __future__ import annotations

from tests.slack_server import modals, show
from tests.slack_server.call import Call, Method
from tests.slack_server.shapes import Json, as_text
from tests.slack_server.world import Trigger, View

TRIGGER_SECONDS = 3.0


def opened(call: Call) -> Json:
    trigger = _exchange(call)
    return _made(call, trigger.user, "")


def pushed(call: Call) -> Json:
    """On the view that the trigger came from; three are the most."""
    trigger = _exchange(call)
    below = call.world.views.get(trigger.view)
    if below is None:
        raise call.refuse("not_found")
    if below.depth >= 3:
        raise call.refuse("push_limit_reached")
    return _made(call, trigger.user, below.id)


def updated(call: Call) -> Json:
    given = _judged(call, "modal")
    return _replaced(call, _standing(call), given)


def published(call: Call) -> Json:
    """The home tab of one person."""
    if not call.world.app.has_home:
        raise call.refuse("not_enabled")
    user = call.required("user_id")
    given = _judged(call, "home")
    person = call.person(user)
    view = call.world.homes.get(person.id)
    if view is None:
        view = _new(call, person.id, given)
        call.world.homes[person.id] = view
        return {"view": view.shown()}
    return _replaced(call, view, given)


def _exchange(call: Call) -> Trigger:
    """Judges the view first: a bad view does not use the trigger up."""
    _judged(call, "modal")
    trigger = call.world.triggers.get(call.required("trigger_id"))
    if trigger is None or trigger.workspace is not call.seat.workspace:
        raise call.refuse("invalid_trigger_id")
    if trigger.exchanged:
        raise call.refuse("exchanged_trigger_id")
    if call.world.clock.now() - trigger.at > TRIGGER_SECONDS:
        raise call.refuse("expired_trigger_id")
    return trigger


def _made(call: Call, user: str, below: str) -> Json:
    given = _judged(call, "modal")
    external = as_text(given.get("external_id"))
    if external and any(v.body.get("external_id") == external for v in call.world.views.values()):
        raise call.refuse("duplicate_external_id")
    call.world.triggers[call.text("trigger_id")].exchanged = True
    view = _new(call, user, given)
    if below:
        view.below, view.depth = below, call.world.views[below].depth + 1
    return {"view": view.shown()}


def _new(call: Call, user: str, given: Json) -> View:
    seat = call.seat
    name = seat.workspace.new_id("V")
    body = show.view(name, given, seat.workspace.team, seat.bot)
    view = View(name, user, seat.workspace, body)
    call.world.views[name] = view
    return view


def _judged(call: Call, kind: str) -> Json:
    """The view, when nothing is wrong with it."""
    view = call.object("view")
    if not view:
        raise call.refuse("invalid_arguments", "missing required field: view")
    wrong = list(modals.complaints(view))
    if view.get("type") != kind:
        wrong.append(f"must be a {kind} [json-pointer:/view/type]")
    if wrong:
        raise call.refuse("invalid_arguments", *wrong)
    if modals.too_large(view):
        raise call.refuse("view_too_large")
    return view


def _standing(call: Call) -> View:
    name, external = call.text("view_id"), call.text("external_id")
    for view in call.world.views.values():
        if (
            view.workspace is call.seat.workspace
            and not view.closed
            and view.is_named(name, external)
        ):
            return view
    raise call.refuse("not_found")


def _replaced(call: Call, view: View, given: Json) -> Json:
    """Its content, unless it changed since the caller looked."""
    if call.text("hash") not in ("", view.hash):
        raise call.refuse("hash_conflict")
    view.body = show.view(view.id, given, call.seat.workspace.team, call.seat.bot)
    view.version += 1
    return {"view": view.shown()}


METHODS = {
    "views.open": Method(opened),
    "views.push": Method(pushed),
    "views.update": Method(updated),
    "views.publish": Method(published),
}
