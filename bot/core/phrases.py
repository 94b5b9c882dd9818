"""Phrases: the sentences that the frame itself says to people, one table a language. The model writes none of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.core.owed import Code, Occasion
from bot.core.thread import Why

Language = Literal["en", "de"]


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language. `{text}` is filled with what the event or the notice says; holds without it ignore the reason.

    `bars` says why somebody's approval would not count, by whether they changed the call. `grant` says what a grant would cover,
    `granted` what runs under one, and `same` which arguments do not differ. `reminders` say that a request still waits, `until` how long.
    """

    holds: dict[Why, str]
    notices: dict[Code, str]
    unknown: str
    bars: dict[bool, str]
    grant: str
    granted: str
    same: str
    reminders: dict[Occasion, str]
    until: str


LANGUAGES: dict[Language, Phrases] = {
    "en": Phrases(
        holds={
            "steps": "I have taken as many steps as I may without a word from you. Shall I go on?",
            "failures": "Several attempts failed in a row. Shall I try further?",
            "money": "The budget for this conversation is used up. Shall I go on?",
            "time": "This has taken longer than it may. Shall I go on?",
            "model": "I could not work out the next step: {text}",
            "calls": "I have used as many tools as I may without a word from you. Shall I go on?",
            "tokens": "The tokens for this conversation are used up. Shall I go on?",
            "day": "A limit of the day or the hour is reached ({text}), and all that it is for waits. Shall it be as much again?",
            "cards": "I have asked for as many approvals as I may in an hour. Shall I go on?",
        },
        notices={
            "which": "Several requests are open, and I cannot tell which one you mean: {text}. Begin an answer with the name of its question.",
            "which_card": "Several approvals are open, and I cannot tell which one you mean: {text}. Press the button on its card, or write `approve NAME` or `deny NAME REASON`; at a terminal `bot approve NAME` or `bot deny NAME` decides.",
            "stopped": "Stopped. Nothing that had not begun will run; write again to wake me.",
            "model_trouble": "The model has not been answering for some minutes; I keep trying. ({text})",
            "gone": "Something that was about to happen will not: {text}",
            "undelivered": "A message could not be delivered: {text}",
            "granted": "{text}",
            "passed": "Somebody else is asked to decide: {text}",
            "asked_there": "This waits for what is asked for elsewhere: {text}",
            "secrets": "I cut out what looks like a secret before I kept your words ({text}), so nobody here can use it. It may still stand where you wrote it: please revoke it and delete the message.",
            "failing": "A schedule has failed: {text}. What fails from now on is counted and told together, after an hour and then once a day, until it works again.",
            "failing_still": "This schedule still fails: {text}.",
            "works_again": "This schedule works again: {text}.",
            "halted": "I am halted and begin nothing new. Your words are kept; the work goes on when the halt is lifted. ({text})",
            "spent": "A limit of the day or the hour is reached ({text}). Your words are kept; the work goes on when it is extended, or when that time (UTC) is over.",
        },
        unknown="{text} was started and I cannot tell whether it happened. Please look, and say how to go on.",
        bars={False: "asked for it", True: "changed its arguments"},
        grant="Approve for up to {minutes} minutes: every {tool} in this thread, whoever else asks for it and whatever arguments I choose{same}.",
        granted="{tool} runs now without being asked about, under a grant of {by}, from {since} until {until}{same}.",
        same=", as long as {pairs}",
        reminders={
            "remind": "This still waits for a word from you: {text}",
            "escalate": "This has waited so long that others are told of it, too: {text}",
            "bounced": "What was sent to {who} about this came back, so somebody else has to decide or their address has to be mended: {text}",
        },
        until=", until {until} UTC",
    ),
    "de": Phrases(
        holds={
            "steps": "Ich habe so viele Schritte getan, wie ich ohne ein Wort darf. Soll ich weitermachen?",
            "failures": "Mehrere Versuche hintereinander sind fehlgeschlagen. Soll ich es weiter versuchen?",
            "money": "Das Budget dieser Unterhaltung ist aufgebraucht. Soll ich weitermachen?",
            "time": "Das hat länger gedauert, als es darf. Soll ich weitermachen?",
            "model": "Ich konnte den nächsten Schritt nicht bestimmen: {text}",
            "calls": "Ich habe so viele Werkzeuge benutzt, wie ich ohne ein Wort darf. Soll ich weitermachen?",
            "tokens": "Die Tokens dieser Unterhaltung sind aufgebraucht. Soll ich weitermachen?",
            "day": "Eine Grenze für den Tag oder die Stunde ist erreicht ({text}); was darunter fällt, wartet. Noch einmal so viel?",
            "cards": "Ich habe um so viele Freigaben gebeten, wie ich in einer Stunde darf. Soll ich weitermachen?",
        },
        notices={
            "which": "Mehrere Anfragen sind offen, und es ist nicht klar, welche gemeint ist: {text}. Eine Antwort beginnt mit dem Namen ihrer Frage.",
            "which_card": "Mehrere Genehmigungen sind offen, und es ist nicht klar, welche gemeint ist: {text}. Es entscheidet der Knopf auf ihrer Karte, oder hier `genehmigen NAME` oder `ablehnen NAME GRUND`; am Terminal `bot approve NAME` oder `bot deny NAME`.",
            "stopped": "Angehalten. Nichts, was nicht begonnen hatte, wird ausgeführt; eine neue Nachricht weckt mich.",
            "model_trouble": "Das Modell antwortet seit einigen Minuten nicht; ich versuche es weiter. ({text})",
            "gone": "Etwas, das geschehen sollte, wird nicht geschehen: {text}",
            "undelivered": "Eine Nachricht konnte nicht zugestellt werden: {text}",
            "granted": "{text}",
            "passed": "Jemand anderes soll entscheiden: {text}",
            "asked_there": "Das wartet auf etwas, um das anderswo gebeten wird: {text}",
            "secrets": "Was wie ein Geheimnis aussieht, wurde entfernt, bevor deine Worte gespeichert wurden ({text}); benutzen kann es hier niemand. Dort, wo es geschrieben wurde, steht es womöglich noch: bitte widerrufen und die Nachricht löschen.",
            "failing": "Ein Zeitplan ist fehlgeschlagen: {text}. Was von jetzt an fehlschlägt, wird gezählt und gesammelt gemeldet, nach einer Stunde und dann einmal am Tag, bis er wieder geht.",
            "failing_still": "Dieser Zeitplan schlägt weiter fehl: {text}.",
            "works_again": "Dieser Zeitplan geht wieder: {text}.",
            "halted": "Ich bin angehalten und beginne nichts Neues. Alles Gesagte bleibt; es geht weiter, sobald das aufgehoben ist. ({text})",
            "spent": "Eine Grenze für den Tag oder die Stunde ist erreicht ({text}). Alles Gesagte bleibt; es geht weiter, sobald sie verlängert wird oder diese Zeit (UTC) vorbei ist.",
        },
        unknown="{text} wurde begonnen, und es ist nicht festzustellen, ob es geschehen ist. Bitte nachsehen und sagen, wie es weitergehen soll.",
        bars={False: "hat darum gebeten", True: "hat die Argumente geändert"},
        grant="Für bis zu {minutes} Minuten genehmigen: jedes {tool} in diesem Thread, wer sonst auch darum bittet und gleich welche Argumente ich wähle{same}.",
        granted="{tool} läuft jetzt ohne Rückfrage, mit einer Genehmigung von {by}, von {since} bis {until}{same}.",
        same=", solange {pairs}",
        reminders={
            "remind": "Das wartet noch auf eine Antwort: {text}",
            "escalate": "Das wartet schon so lange, dass nun auch andere davon erfahren: {text}",
            "bounced": "Was an {who} dazu ging, kam zurück. Jemand anders muss entscheiden, oder die Adresse muss berichtigt werden: {text}",
        },
        until=", bis {until} UTC",
    ),
}


def hold(why: Why, reason: str, language: Language = "en") -> str:
    """Why the work is held, as a question to whoever can let it go on."""
    return _filled(LANGUAGES[language].holds[why], reason)


def notice(code: Code, text: str, language: Language = "en") -> str:
    """What the frame has to say in the thread."""
    return _filled(LANGUAGES[language].notices[code], text)


def reminder(
    kind: Occasion, text: str, until: int | None, language: Language = "en", who: str = ""
) -> str:
    """That a request still waits, and until when; or that `who` is asked has nothing of it."""
    say = LANGUAGES[language]
    last = say.until.replace("{until}", _minute(until)) if until is not None else ""
    return _filled(say.reminders[kind].replace("{who}", who), text + last)


def unknown(tool: str, language: Language = "en") -> str:
    """That nobody knows whether a call took effect."""
    return _filled(LANGUAGES[language].unknown, tool)


def _filled(phrase: str, text: str) -> str:
    return phrase.replace("{text}", text.strip() or "-")


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}"
