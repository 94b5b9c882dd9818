"""English: the frame's words on Slack."""

from __future__ import annotations

from channels.slack.vocabulary import Words

EN = Words(
    language="en",
    nobody="nobody",
    somebody="somebody",
    the_model="the model",
    asked="Asked: {people}",
    deciders="May decide: {people}",
    in_place="In their place: {pairs}",
    stands_in="{0} for {1}, from {moment} on",
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
    hello=(
        "Hello {name}. I am set up here, and you are my owner. Write to me in private, or /invite me to a channel and mention "
        "me there."
    ),
    approval="Approval wanted: {tool}",
    anew="Asked anew, because",
    because="Why, in the model's own words",
    arguments="Arguments",
    outside="Repeats what came from outside: {parts}",
    no_arguments="No arguments",
    found="What a look beforehand found",
    votes="Approvals: {count} of {quorum} ({people})",
    asked_by="Asked for by: {people}",
    edited_by="Edited by: {people}",
    changed="Changed by people",
    self_approval="Self-approval is allowed: whoever asked for this may approve it",
    barred="May deny and not approve: {people}",
    unreached=(
        "Without a Slack ID in the people file, and so not known here: {people}. Too few are left who may approve this in Slack. "
        "To mend it: `bot approvers {thread} --add {name} --slack U…` (their profile, Copy member ID), start the workers anew and "
        "say something in this thread. At a terminal `bot approve {request} --as {name}` counts too."
    ),
    how_typed=(
        "Press a button, or reply in this thread with exactly `{approve}` or `{deny} REASON`. Anything else is a message "
        "and decides nothing."
    ),
    how_button=(
        "Approving takes the button. `{deny} REASON` as a reply in this thread denies; anything else is a message and "
        "decides nothing."
    ),
    how_elsewhere=(
        "An approval of this counts from {channels} alone. `{deny} REASON` as a reply in this thread denies; anything "
        "else is a message and decides nothing."
    ),
    nobody_decides="Nobody may approve this as it stands.",
    too_few_decide="Only {people} may approve this as it stands, and it needs {quorum} different people.",
    how_to_mend=(
        "To mend it: `bot approvers {thread} --add NAME` (whoever is alone there: also `--self-approval allowed`), "
        "start the workers anew and say something in this thread; `bot why {thread}` says what is missing."
    ),
    approve="Approve",
    grant="Approve for",
    deny="Deny…",
    edit="Edit…",
    more="More…",
    more_spoken="Pass on, put off or leave request {request}",
    more_title="Decide nothing now",
    more_what="Instead of deciding",
    more_to="Pass it to {person}",
    more_later="Ask me later",
    more_ignore="Leave me out",
    more_when="When, if later",
    more_when_hint="A time to come, as in 09:00 or 2h.",
    approve_spoken="Approve {tool}, request {request}",
    grant_spoken="Approve {tool} for a while, as the card says, request {request}",
    deny_spoken="Deny {tool} and say why, request {request}",
    edit_spoken="Edit the arguments of {tool}, request {request}",
    decided_nothing="That decided nothing.",
    try_again="Not recorded: that did not get through just now. Unless the card changes it decided nothing; try again in a moment.",
    stop_heard="Stop heard: nothing else will start.",
    stop_waits="{tools} has begun and cannot be taken back; this thread says so once it has ended.",
    stop_unheard=(
        "Not recorded yet: the stop did not get through just now. Unless this thread says that it stopped, press Stop again "
        "in a moment, or write `stop` here."
    ),
    stop_refused="That stopped nothing: only whoever asked for this and those who may approve something here can stop it.",
    which_card="Several approvals are open: press a button on the card that you mean.",
    edited_since="{person} has edited a message that asked for something here. What waits for approval is what it was before: {requests}.",
    deleted_since="{person} has deleted a message that asked for something here. What waits for approval is what it was before: {requests}.",
    asked_otherwise="*Edited since, by {people}*: a message that asked for this. What waits here is what it was before.",
    asked_no_more="*Deleted since, by {people}*: a message that asked for this. What waits here is what it was before.",
    from_outside=(
        "Guests and people from other workspaces cannot ask for anything here unless the bot's people file names them. In a "
        "conversation under way, what they say is kept as context."
    ),
    bots_alone="Bots have asked here without a word from a person as often as they may. No more of theirs is answered until a person speaks.",
    a_copy="A copy for you alone; the conversation is in <{link}|its thread>.",
    a_copy_apart="A copy for you alone; it was asked for in a conversation with somebody else, which you cannot open.",
    put_here="This was asked for in another place. Here only decisions and answers are taken.",
    a_copy_apart_only="Under a copy of a card only decisions and answers are taken.",
    a_copy_only="Under a copy of a card only decisions and answers are taken. Anything else belongs into <{link}|its thread>.",
    unknown="Did it happen? {tool}",
    started_at="Started {moment}",
    may_retry_at="Can be tried again from {moment}",
    hold="How to go on?",
    frame_choices={},
    approved="Approved by {people}",
    denied="Denied by {people}",
    withdrawn="Withdrawn by {people}",
    expired="Expired: nobody decided in time",
    set_aside="Set aside; nothing was run",
    not_started="Not started yet",
    waits_for_a_halt="Waits: the bot is halted ({halt}), and this runs once that is lifted",
    halted="Halted ({halt}): nothing begins for now. What is said here counts all the same, and what it leads to waits until the halt is lifted.",
    running="Running since {moment}",
    done="Done",
    failed="Failed",
    happened="Settled by {people}: it happened",
    gave_up="Given up by {people}: nobody knows whether it happened",
    answered="Answered by {people}",
    elsewhere="Left to the thread of which this one is a copy",
    outdated="Out of date. The card that counts now is {request}. It stands further down here, or is about to.",
    made_anew="Out of date. A new card is being made.",
    in_doubt="It was started, and nobody knows whether it happened: see {request}.",
    deny_title="Deny",
    edit_title="Edit",
    send="Send",
    cancel="Cancel",
    reason="Why? The model reads it.",
    edit_makes_a_card="An edit makes a new card that shows the change. It approves nothing.",
    edit_strands=(
        "*If you change it, too few are left who may approve it*: {people}, and it needs {quorum}. Whoever changes a call may not "
        "approve it. `bot approvers {thread} --add NAME` names one more, once the workers were started anew."
    ),
    left_long="{name} is too long for a form ({size} characters) and stays as it is:",
    left_hidden="{name} holds characters that cannot be seen or pass for others ({size} in all) and stays as it is:",
    left_over="{name} has no room in this form ({size} characters) and stays as it is:",
    no_room="{count} more arguments have no room in this form and stay as they are: {names}",
    yes="yes",
    no="no",
    at_least="at least {limit}",
    at_most="at most {limit}",
    more_than="more than {limit}",
    less_than="less than {limit}",
    longest="at most {limit} characters",
    shortest="at least {limit} characters",
    like="in the form {limit}",
    seeming="Not what it seems: {words}",
    as_json="as JSON",
    a_whole_number="A whole number was expected.",
    a_number="A number was expected.",
    a_value="A value was expected.",
    a_choice="One of the choices was expected.",
    a_json="JSON was expected.",
    too_deep="This is nested deeper than can be shown.",
    a_list="A list was expected, as JSON.",
    a_mapping="A mapping of names to values was expected, as JSON.",
    send_again="Not recorded: that did not get through just now. Send it again in a moment.",
    nothing_changed="That is what the card says already; nothing would change.",
    asks="{person} asks:",
    how_to_ask="Say what you want: `/ask ship the backend`. The answer comes in a thread of this channel.",
    home="Waits for you",
    nothing_waits="Nothing waits for you.",
    as_of="As of {moment}; open this tab again to look again",
    open_card="Open the card",
    many_more="{count} more wait for you. `bot pending` lists them all.",
    helpful="Helpful",
    helpful_spoken="Say that this answer was helpful",
    not_helpful="Not helpful",
    not_helpful_spoken="Say that this answer was not helpful",
)
