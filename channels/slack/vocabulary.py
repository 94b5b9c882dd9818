"""Vocabulary: what the frame says on Slack cards and forms, as names; each language has a file with all of it.

The sentences that every channel shares are in `bot.core.phrases`; the words that decide are in `bot.core.words`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.phrases import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language. What stands in braces is filled in; every language fills in the same."""

    language: Language
    # Who and when
    nobody: str
    somebody: str
    the_model: str
    asked: str
    deciders: str
    in_place: str
    stands_in: str
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
    # The first message
    hello: str
    # An approval
    approval: str
    anew: str
    because: str
    arguments: str
    no_arguments: str
    outside: str
    found: str
    votes: str
    asked_by: str
    edited_by: str
    changed: str
    self_approval: str
    barred: str
    unreached: str
    how_typed: str
    how_button: str
    how_elsewhere: str
    nobody_decides: str
    too_few_decide: str
    how_to_mend: str
    approve: str
    grant: str
    deny: str
    edit: str
    more: str
    more_spoken: str
    more_title: str
    more_what: str
    more_to: str
    more_later: str
    more_ignore: str
    more_when: str
    more_when_hint: str
    approve_spoken: str
    grant_spoken: str
    deny_spoken: str
    edit_spoken: str
    # Told in private
    decided_nothing: str
    which_card: str
    try_again: str
    stop_heard: str
    stop_waits: str
    stop_unheard: str
    stop_refused: str
    from_outside: str
    edited_since: str
    deleted_since: str
    asked_otherwise: str
    asked_no_more: str
    bots_alone: str
    a_copy: str
    a_copy_only: str
    a_copy_apart: str
    put_here: str
    a_copy_apart_only: str
    # An unknown outcome and a hold
    unknown: str
    started_at: str
    may_retry_at: str
    hold: str
    frame_choices: dict[str, str]
    # What became of a card
    approved: str
    denied: str
    withdrawn: str
    expired: str
    set_aside: str
    not_started: str
    waits_for_a_halt: str
    halted: str
    running: str
    done: str
    failed: str
    happened: str
    gave_up: str
    answered: str
    elsewhere: str
    outdated: str
    made_anew: str
    in_doubt: str
    # Forms
    deny_title: str
    edit_title: str
    send: str
    cancel: str
    reason: str
    edit_makes_a_card: str
    edit_strands: str
    left_long: str
    left_hidden: str
    left_over: str
    no_room: str
    yes: str
    no: str
    at_least: str
    at_most: str
    more_than: str
    less_than: str
    longest: str
    shortest: str
    like: str
    seeming: str
    as_json: str
    a_whole_number: str
    a_number: str
    a_value: str
    a_choice: str
    a_json: str
    too_deep: str
    a_list: str
    a_mapping: str
    send_again: str
    nothing_changed: str
    # The other ways in
    asks: str
    how_to_ask: str
    home: str
    nothing_waits: str
    as_of: str
    open_card: str
    many_more: str
    # What people think of an answer
    helpful: str
    helpful_spoken: str
    not_helpful: str
    not_helpful_spoken: str
