"""Chooses the next step of the latest job from the rendered request, and remembers nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pydantic import JsonValue

Uses = list[tuple[str, dict[str, JsonValue]]]
_ELEMENT = re.compile(
    r'<(?P<tag>[\w-]+)(?P<said>(?: [\w-]+="[^"]*")*)(?:/>|>(?P<body>[^<]*)</(?P=tag)>)'
)
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_PROPOSED = ("look", "pay", "file_away", "sign", "request_human_input", "done_for_now")
_SETTLES = ("result", "happened", "given_up", "answer", "denied", "expired")
_UNDOES = ("voided", "error", "withdrawn")


@dataclass
class _Scene:
    job: int = 0
    settled: set[str] = field(default_factory=set[str])
    proposed: list[str] = field(default_factory=list[str])

    def tell(self, tag: str, said: dict[str, str], body: str) -> None:
        begun = re.fullmatch(r"job (\d+)", body) if tag == "message" else None
        tool = said.get("call") or said.get("untrusted", "").removeprefix("tool ")
        if begun:
            self.job, self.settled, self.proposed = int(begun[1]), set(), []
        elif tag in _PROPOSED:
            self.proposed.append(tag)
        elif tag in (*_SETTLES, *_UNDOES) and self.proposed:
            tool = tool if tool in self.proposed else self.proposed[-1]
            if tool in self.proposed:
                self.proposed.remove(tool)
            if tag in _SETTLES:
                self.settled.add(tool)


def rehearse(request: dict[str, JsonValue]) -> Uses:
    """The next step: tools with their arguments."""
    scene = _read(request)
    if "done_for_now" in scene.proposed or not scene.job:
        return [("nothing_to_do", {"reason": "the job is done"})]
    if scene.proposed:
        return [("stand_by", {})]
    return _next(scene)


def _read(request: dict[str, JsonValue]) -> _Scene:
    scene = _Scene()
    messages = request["messages"]
    assert isinstance(messages, list)
    for message in messages:
        assert isinstance(message, dict)
        for block in message["content"] if isinstance(message["content"], list) else []:
            assert isinstance(block, dict)
            for found in _ELEMENT.finditer(str(block["text"])):
                said = dict(_ATTRIBUTE.findall(found["said"]))
                scene.tell(found["tag"], said, (found["body"] or "").strip())
    return scene


def _next(scene: _Scene) -> Uses:
    job: dict[str, JsonValue] = {"job": scene.job}
    left = [name for name in ("look", "pay") if name not in scene.settled]
    if left:
        return [(name, job) for name in left]
    if "file_away" not in scene.settled:
        return [("file_away", job)]
    if "sign" not in scene.settled:
        return [("sign", {**job, "because": "it is due"})]
    if "request_human_input" not in scene.settled:
        question: dict[str, JsonValue] = {"question": f"Is job {scene.job} well done?"}
        return [("request_human_input", {**question, "options": {"format": "yes_no"}})]
    return [("done_for_now", {"message": f"job {scene.job} done"})]
