"""Budget: what a request may weigh, and the summary that brings one that is too long back under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.core.compact import compaction
from bot.core.events import Compacted, Event
from bot.core.log import log_of
from bot.core.weight import BYTES_A_TOKEN, tokens, weight
from bot.model import pictures

Weigh = Callable[[Sequence[Event]], int]


def fits(weight: int, most_tokens: int) -> bool:
    """Whether a request of this weight stays within the budget."""
    return tokens(weight) <= most_tokens


def shortened(
    id: str, thread_id: str, events: Sequence[Event], most_tokens: int, weigh: Weigh
) -> Compacted | None:
    """The compaction after which this log's request fits; None: nothing that may be left out makes it fit."""
    log = log_of(events, thread_id)
    around = weigh(log) - sum(map(weight, log.blocks())) - pictures.weighed(log)
    cut = compaction(events, thread_id, most_tokens * BYTES_A_TOKEN - around)
    if cut is None:
        return None
    fact = Compacted(id=id, actor="engine", upto=cut[0], summary=cut[1])
    # Weighed once more, so that one that does not help is never written: the thread would be asked for it for ever.
    return fact if fits(weigh((*events, fact)), most_tokens) else None
