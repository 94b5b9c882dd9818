"""Given: the arguments of a call as they are given on the command line."""

from __future__ import annotations

import json
from typing import cast

from bot.cli.errors import Wrong
from bot.kit.arguments import Json


def arguments_of(text: str) -> Json:
    """The value of `--arguments`, or why it cannot be one."""
    try:
        value = cast("object", json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise Wrong(f"--arguments is not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise Wrong('--arguments is a JSON object, as in {"tag": "v1.2.3"}.')
    return cast("Json", value)
