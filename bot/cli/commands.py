"""Commands: every word that `bot` understands, and where its function is. A function is imported when it is called for."""

from __future__ import annotations

from importlib.metadata import version

from cyclopts import App, Group, Parameter

from bot.cli import output

# word -> (module under bot.cli, function, what it does); grouped as the help shows them.
Row = tuple[str, str, str]
GROUPS: dict[str, dict[str, Row]] = {
    "Run": {
        "demo": ("serve", "demo", "A real release on a sample repository, with you at the terminal."),
        "up": ("serve", "up", "Everything in one process, until told to stop."),
        "init": ("init", "init", "Set Slack up, step by step: app, tokens, owner, a first message."),
        "worker": ("serve", "worker", "One worker, until told to stop."),
        "clock": ("serve", "clock", "Begin what the agents' schedules say, until told to stop."),
        "slack": ("serve", "slack", "Hear Slack over Socket Mode; bot slack manifest prints the app to install."),
        "web": ("serve", "web", "HTTP: health, and Slack's events where a signing secret is set."),
        "email": ("serve", "email", "Read the mailbox and answer in the same mail threads."),
        "down": ("serve", "down", "Stop the embedded Redis of this BOT_HOME; its data stays."),
        "rebuild": ("rebuild", "rebuild", "Make every index anew from the logs; safe while workers run."),
        "release": ("check", "release", "Check settings, agents and store before a deploy."),
    },
    "Work with threads": {
        "launch": ("thread", "launch", "Give an agent something to do; prints the thread."),
        "fork": ("fork", "fork", "A new thread that begins as a copy of this one, up to event N."),
        "pause": ("thread", "pause", "Stop all effects of a thread; words are still heard."),
        "resume": ("thread", "resume", "Let a paused thread go on."),
        "cancel": ("thread", "cancel", "End the work; a later message wakes the thread."),
        "schedule": ("schedule", "schedule", "Schedules: list, next, history, run-now, pause or resume NAME."),
        "halt": ("halt", "halt", "The kill switch: nothing new begins, for one agent or at all; --lift ends it."),
    },
    "Decide": {
        "pending": ("look", "pending", "What waits for a human."),
        "approve": ("decide", "approve", "Let a call run as its card says."),
        "deny": ("decide", "deny", "Refuse a call."),
        "edit": ("decide", "edit", "Change a call's arguments; a new card comes."),
        "answer": ("decide", "answer", "Answer a question."),
        "pass": ("decide", "pass_on", "Leave a request to somebody else who is asked: --to NAME."),
        "later": ("decide", "later", "Be asked again at a time: --until 09:00; the deadline stays."),
        "ignore": ("decide", "ignore", "Say that you will not decide; the others still may."),
        "grant": ("grant", "grant", "What runs in a thread without being asked about: show THREAD, end THREAD."),
        "resolve": ("decide", "resolve", "Say what became of a call whose outcome is unknown."),
    },
    "Look": {
        "status": ("look", "status", "Where the threads stand."),
        "show": ("look", "show", "What happened in a thread."),
        "why": ("why", "why", "What a thread waits for and what to type; or how its step N came about."),
        "prompt": ("proof", "prompt", "The last model request, byte for byte as it was sent."),
        "cost": ("cost", "cost", "What the models cost: --by agent, person or day, --since 7d."),
        "replay": ("proof", "replay", "Fold a thread's log anew and compare."),
        "audit": ("audit", "audit", "Every decision and effect of a thread: who, when, where, exactly what, which card."),
        "mail": ("mail", "mail", "bot mail held: mail that was held back: list, show ID, release ID, drop ID."),
        "dead": ("dead", "dead", "What could not be gone on with: list, show ID, replay ID, drop ID."),
    },
    "Write agents": {
        "new": ("author", "new", "A new agent with a tool, a gated tool and a test."),
        "tools": ("author", "tools", "Every intent with its schema, policy and function."),
        "policy": ("author", "policy", "When each tool of an agent asks a human; explain AGENT TOOL: why, and whom, for one call."),
        "simulate": ("simulate", "simulate", "The steps a message would lead to; nothing is sent, changed or stored."),
        "people": ("people", "people", "Who is who: list, add NAME --slack U… --email ADDRESS …"),
        "approvers": ("approvers", "approvers", "Who may approve what an agent asks for; --add NAME names one more."),
        "lint": ("author", "lint", "What should not stay as it is in the agents."),
        "doctor": ("check", "doctor", "Whether everything needed is here, and what mends it."),
    },
}  # fmt: skip

ABOUT = """An outer-loop bot: it works in small steps and asks a human before it does what is risky.

--plain anywhere: no colours and no boxes, as with NO_COLOR.
Reading commands but prompt take --json, those that write in a thread --as NAME.
Exit status: 0 done, 1 tried and failed or already decided, 2 wrong words or no such thing."""


def words() -> list[str]:
    """Every command there is."""
    return [word for rows in GROUPS.values() for word in rows]


def app() -> App:
    """The command line. Errors are raised: the caller turns them into one sentence and a status."""
    made = App(
        name="bot",
        help=ABOUT,
        help_format="plaintext",
        help_formatter="plain" if output.is_plain() else "default",
        version=lambda: version("outer-loop-bot"),
        default_parameter=Parameter(negative=(), show_default=False),
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
    )
    for place, (title, rows) in enumerate(GROUPS.items()):
        group = Group(title, sort_key=place)
        for word, (module, function, about) in rows.items():
            made.command(f"bot.cli.{module}:{function}", name=word, help=about, group=group)
    made.register_install_completion_command(group="Shell")  # pyright: ignore[reportUnknownMemberType]
    return made
