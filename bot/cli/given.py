"""Given: the arguments of a call as they are given on the command line."""

from __future__ import annotations

import json
from typing import cast

from bot.cli.errors import Wrong
from bot.kit.arguments import Json

_EXPECTED = """a JSON object was expected, as in '{"tag": "v1.2.3"}'"""


def arguments_of(text: str) -> Json:
    """The value of `--arguments`, or why it cannot be one."""
    try:
        value = cast("object", json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise Wrong(f"--arguments is not JSON: {error}; {_EXPECTED}.") from None
    if not isinstance(value, dict):
        raise Wrong(f"--arguments: {_EXPECTED}.")
    return cast("Json", value)
