"""Scene: the piece of work under way, what is wanted and what the repository holds; and how that is put in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from .story import Element, Json, Proposed, Story
from .wish import Bump, Wish, bumped, clear_bump, spelled, wish_of

RELEASING = ("push_tag", "roll_back")
_OVER = ("done_for_now", "nothing_to_do", "cancelled")
_ENDED = ("returned", "happened", "given up", "expired", "voided", "failed")
_BUMPS: tuple[Bump, ...] = ("patch", "minor", "major")
_CHOICES = 5
_LISTED = 20
_KINDS = {"patch": "they are all fixes", "minor": "they all add something"}


@dataclass(frozen=True)
class Scene:
    """The story with the place where the work began, and the place since which what was read of the repository counts."""

    story: Story
    began: int
    since: int
    wish: Wish
    tags: Mapping[str, str]
    unshipped: Json

    @property
    def base(self) -> str:
        return str(self.unshipped.get("since_tag") or "")

    @property
    def head(self) -> str:
        return str(self.unshipped.get("head", ""))

    @property
    def total(self) -> int:
        total = self.unshipped.get("total")
        return total if isinstance(total, int) else 0

    @property
    def commits(self) -> list[Json]:
        commits = self.unshipped.get("commits")
        listed = commits if isinstance(commits, list) else []
        return [commit for commit in listed if isinstance(commit, dict)]

    @property
    def calls(self) -> list[Proposed]:
        """What was proposed since the work began."""
        return [call for call in self.story.calls if call.place > self.began]

    @property
    def turned_down(self) -> list[Proposed]:
        """What a human did not want; it is not proposed a second time."""
        return [call for call in self.calls if call.state in ("denied", "withdrawn")]

    @property
    def version(self) -> str:
        """The version that was named, as this repository spells it."""
        return spelled(self.wish.version, self.base, self.tags) if self.wish.version else ""


def scene_of(story: Story) -> Scene:
    """Words from before the work began do not count.

    What was read before a release failed does not count either: that it failed may mean that it is no longer so.
    """
    began = _began(story)
    failed = [place for place, each in enumerate(story.told) if _is_failed_release(each)]
    since = max([began, *failed])
    tags, unshipped = (story.outcome(name, since) for name in ("list_tags", "list_commits"))
    return Scene(
        story,
        began,
        since,
        wish_of(story.told[began:]),
        _tags(tags),
        unshipped.fields if unshipped else {},
    )


def _began(story: Story) -> int:
    """Where the work under way began: a message in the midst of it is only a remark on it."""
    began = -1
    for place, each in enumerate(story.told):
        is_asking = each.tag in ("message", "schedule") and "open" not in each.said
        if is_asking and (began < 0 or _is_over(story, began, place)):
            began = place
    return max(began, 0)


def _is_over(story: Story, began: int, place: int) -> bool:
    """Whether what is asked for here is new: the work was told to its end, or its release ended and this asks for more."""
    if any(each.tag in _OVER for each in story.told[began:place]):
        return True
    calls = [call for call in story.calls if began < call.place < place]
    is_ended = bool(calls) and calls[-1].tool in RELEASING and calls[-1].state in _ENDED
    return is_ended and wish_of([story.told[place]]).goal in ("ship", "roll_back", "look")


def _is_failed_release(each: Element) -> bool:
    return each.tag == "error" and each.tool in RELEASING


def _tags(result: Element | None) -> dict[str, str]:
    rows = result.value if result and isinstance(result.value, list) else []
    return {
        str(row["tag"]): str(row.get("commit"))
        for row in rows
        if isinstance(row, dict) and "tag" in row
    }


# ---- words -----------------------------------------------------------------------------------------------------------
def subjects(scene: Scene) -> list[str]:
    return [str(commit.get("subject", "")) for commit in scene.commits]


def count(scene: Scene) -> str:
    noun = "commit" if scene.total == 1 else "commits"
    return f"{scene.total} {noun} since {scene.base}" if scene.base else f"{scene.total} {noun}"


def sentence(scene: Scene) -> str:
    branch, since = scene.unshipped.get("branch"), f" since {scene.base}" if scene.base else ""
    if not scene.unshipped:
        return ""
    if not scene.total:
        return f"Nothing to ship: {branch} has no commits{since}."
    return f"{branch} has {count(scene)} that {'is' if scene.total == 1 else 'are'} not released."


def lines(scene: Scene) -> str:
    rows = [
        f"- {commit.get('subject')} ({commit.get('commit')})" for commit in scene.commits[:_LISTED]
    ]
    more = scene.total - len(rows)
    return "\n".join([*rows, f"… and {more} more"] if more > 0 else rows)


def tag_message(scene: Scene) -> str:
    """What the tag will say. It leaves the version out, so that it stays true when somebody edits the tag alone."""
    return f"{count(scene)}\n\n{lines(scene)}"[:4_000]


def because_of(scene: Scene, tag: str) -> str:
    """Why this version, for the human who decides."""
    wish = scene.wish
    why = f"{_KINDS.get(clear_bump(subjects(scene)), 'so it was asked')}, so {tag}"
    if wish.version or wish.bump:
        why = f"{wish.by} chose {wish.version or wish.bump}: “{wish.words[:200]}”"
    return f"{sentence(scene)[:-1]}; {why}."


def named(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """A release in a few words."""
    if tool == "push_tag":
        return f"push_tag {arguments.get('tag')} at {str(arguments.get('commit'))[:12]}"
    return f"{tool} to {arguments.get('to_tag')}"


# ---- what can be chosen -----------------------------------------------------------------------------------------------
def unclear(scene: Scene, what_for: str) -> str:
    """Says back what could not be followed."""
    wish, asker = scene.wish, scene.story.told[scene.began].by
    if wish.words:
        return f"“{wish.words[:300]}” does not tell me {what_for}."
    return f"{'You' if wish.by == asker else wish.by} denied it without a reason."


def versions(scene: Scene) -> list[str]:
    offers = [(bump.capitalize(), bumped(scene.base, bump)) for bump in _offered(scene)]
    if not scene.base:
        offers = [("First release", tag) for tag in ("v0.1.0", "v1.0.0")]
    gone = {*scene.tags, *(str(call.arguments.get("tag")) for call in scene.turned_down)}
    return [f"{name}: {tag}" for name, tag in offers if tag and tag not in gone]


def _offered(scene: Scene) -> tuple[Bump, ...]:
    """A major release is offered where the commits do not read as fixes and features."""
    readable = all(clear_bump([subject]) for subject in subjects(scene))
    return _BUMPS[:2] if readable else _BUMPS


def earlier(scene: Scene) -> list[str]:
    gone = {scene.base, *(str(call.arguments.get("to_tag")) for call in scene.turned_down)}
    return [tag for tag in scene.tags if tag not in gone][:_CHOICES]
