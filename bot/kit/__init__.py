"""The kit: what an agent's author imports."""

from bot.kit.arguments import Args
from bot.kit.call import Call, Card, Refused, Unsure
from bot.kit.grant import Grant
from bot.kit.tool import Tool, tool

__all__ = ["Args", "Call", "Card", "Grant", "Refused", "Tool", "Unsure", "tool"]
