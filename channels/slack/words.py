"""Words: what the frame itself says on Slack cards and forms, one table a language. The model writes none of them.

The sentences that every channel shares are in `bot.core.phrases`; the words that decide are in `bot.core.words`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. What stands in braces is filled in; every language fills in the same."""

    language: str
    # Who and when
    nobody: str
    asked: str
    deciders: str
    until: str
    no_deadline: str
    request: str
    # A message that is too long
    rest_in_file: str
    all_in_file: str
    in_file: str
    more_arguments: str
    # A question
    question: str
    urgency: str
    low: str
    medium: str
    high: str
    context: str
    choices: str
    answer_freely: str
    answer_by_choice: str
    answer_by_button: str
    choose_spoken: str
    said_since: str
    nobody_answers: str
    # An approval
    approval: str
    because: str
    arguments: str
    no_arguments: str
    found: str
    votes: str
    edited_by: str
    self_approval: str
    barred: str
    how_typed: str
    how_button: str
    nobody_decides: str
    approve: str
    deny: str
    edit: str
    approve_spoken: str
    deny_spoken: str
    edit_spoken: str
    # An unknown outcome and a hold
    unknown: str
    started_at: str
    may_retry_at: str
    hold: str
    frame_choices: dict[str, str]


EN = Words(
    language="en",
    nobody="nobody",
    asked="Asked: {people}",
    deciders="May decide: {people}",
    until="Until {moment}",
    no_deadline="No deadline",
    request="Request {request}",
    rest_in_file="This is the beginning; all of it is in the attached file {file}.",
    all_in_file=(
        "Not all of this fits here. Before you decide, read the attached file {file}, which has all of it "
        "({size} characters, SHA-256 {digest})."
    ),
    in_file="{size} characters, SHA-256 {digest}; in full in the attached file",
    more_arguments="… and {count} more arguments, in full in the attached file",
    question="A question",
    urgency="Urgency: {urgency}",
    low="low",
    medium="medium",
    high="high",
    context="What to know",
    choices="Choices",
    answer_freely="Reply in this thread with your answer.",
    answer_by_choice="Press a button, or reply in this thread with a number or in your own words.",
    answer_by_button="Press a button, or reply in this thread with a number or the choice itself.",
    choose_spoken="Answer: {choice}",
    said_since="Said since this was asked",
    nobody_answers=(
        "Nobody may answer this yet. Set `BOT_OWNER` or name `approvers` in the agent's agent.md; `bot why {thread}` says more."
    ),
    approval="Approval wanted: {tool}",
    because="Why, in the model's own words",
    arguments="Arguments",
    no_arguments="No arguments",
    found="What a look beforehand found",
    votes="Approvals: {count} of {quorum} ({people})",
    edited_by="Edited by: {people}",
    self_approval="Self-approval is allowed: whoever asked for this may approve it",
    barred="May not approve, having asked for it or changed it: {people}",
    how_typed=(
        "Press a button, or reply in this thread with exactly `{approve}` or `{deny} REASON`. Anything else is a message "
        "and decides nothing."
    ),
    how_button=(
        "Approving takes the button. `{deny} REASON` as a reply in this thread denies; anything else is a message and "
        "decides nothing."
    ),
    nobody_decides=(
        "Nobody may approve this as it stands. Name `approvers` in the agent's agent.md (where one person is alone: "
        "also `self_approval: allowed`), start the workers anew and say something in this thread; `bot why {thread}` "
        "says what is missing."
    ),
    approve="Approve",
    deny="Deny…",
    edit="Edit…",
    approve_spoken="Approve {tool}, request {request}",
    deny_spoken="Deny {tool} and say why, request {request}",
    edit_spoken="Edit the arguments of {tool}, request {request}",
    unknown="Did it happen? {tool}",
    started_at="Started {moment}",
    may_retry_at="Can be tried again from {moment}",
    hold="How to go on?",
    frame_choices={},
)

DE = Words(
    language="de",
    nobody="niemand",
    asked="Gefragt: {people}",
    deciders="Entscheiden dürfen: {people}",
    until="Bis {moment}",
    no_deadline="Ohne Frist",
    request="Anfrage {request}",
    rest_in_file="Das ist der Anfang; alles steht in der angehängten Datei {file}.",
    all_in_file=(
        "Hier ist nicht Platz für alles. Bitte vor der Entscheidung die angehängte Datei {file} lesen, in der alles "
        "steht ({size} Zeichen, SHA-256 {digest})."
    ),
    in_file="{size} Zeichen, SHA-256 {digest}; vollständig in der angehängten Datei",
    more_arguments="… und {count} weitere Argumente, vollständig in der angehängten Datei",
    question="Eine Frage",
    urgency="Dringlichkeit: {urgency}",
    low="niedrig",
    medium="mittel",
    high="hoch",
    context="Was zu wissen ist",
    choices="Zur Auswahl",
    answer_freely="Bitte in diesem Thread antworten.",
    answer_by_choice="Einen Knopf drücken oder in diesem Thread mit einer Nummer oder eigenen Worten antworten.",
    answer_by_button="Einen Knopf drücken oder in diesem Thread mit der Nummer antworten.",
    choose_spoken="Antworten: {choice}",
    said_since="Seit der Frage gesagt",
    nobody_answers=(
        "Noch darf niemand hierauf antworten. `BOT_OWNER` setzen oder `approvers` in agent.md des Agenten nennen; mehr sagt "
        "`bot why {thread}`."
    ),
    approval="Genehmigung erbeten: {tool}",
    because="Warum, in den Worten des Modells",
    arguments="Argumente",
    no_arguments="Keine Argumente",
    found="Was vorab zu sehen war",
    votes="Genehmigungen: {count} von {quorum} ({people})",
    edited_by="Bearbeitet von: {people}",
    self_approval="Selbstgenehmigung ist erlaubt: wer darum gebeten hat, darf auch genehmigen",
    barred="Dürfen nicht genehmigen, weil sie darum gebeten oder es geändert haben: {people}",
    how_typed=(
        "Einen Knopf drücken oder in diesem Thread genau `{approve}` oder `{deny} GRUND` antworten. Alles andere ist "
        "eine Nachricht und entscheidet nichts."
    ),
    how_button=(
        "Genehmigt wird nur mit dem Knopf. `{deny} GRUND` als Antwort in diesem Thread lehnt ab; alles andere ist eine "
        "Nachricht und entscheidet nichts."
    ),
    nobody_decides=(
        "So darf das niemand genehmigen. `approvers` in agent.md des Agenten nennen (wo jemand allein ist: dazu "
        "`self_approval: allowed`), die Worker neu starten und in diesem Thread etwas sagen; was fehlt, sagt "
        "`bot why {thread}`."
    ),
    approve="Genehmigen",
    deny="Ablehnen…",
    edit="Bearbeiten…",
    approve_spoken="{tool} genehmigen, Anfrage {request}",
    deny_spoken="{tool} mit Begründung ablehnen, Anfrage {request}",
    edit_spoken="Argumente von {tool} bearbeiten, Anfrage {request}",
    unknown="Ist es geschehen? {tool}",
    started_at="Begonnen {moment}",
    may_retry_at="Kann erneut versucht werden ab {moment}",
    hold="Wie soll es weitergehen?",
    frame_choices={
        "Yes": "Ja",
        "No": "Nein",
        "It happened": "Es ist geschehen",
        "Try again": "Noch einmal versuchen",
        "Give up": "Aufgeben",
        "Extend": "Verlängern",
        "Stop": "Stoppen",
    },
)

LANGUAGES: dict[str, Words] = {"en": EN, "de": DE}


def words(language: str) -> Words:
    """The table of this language (`de`, `de-AT`); English where there is none."""
    return LANGUAGES.get(language.partition("-")[0].partition("_")[0].lower(), EN)
