"""House: what every agent shares: its rules, and how the built-in intents are described to the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ConfigDict

from bot.kit.arguments import Json, schema_of
from bot.kit.document import AgentError, document, text_of
from bot.kit.intents import BUILT_IN

OWN_HOUSE = Path(__file__).parents[2] / "agents" / "_house"


class Described(BaseModel):
    """One intent as the model reads it; `fields` are dotted paths into its arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str
    fields: dict[str, str] = {}


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    because: str = ""
    intents: dict[str, Described] = {}


@dataclass(frozen=True, slots=True)
class House:
    """The rules as text, the intents by name, and what `because` is for."""

    rules: str
    because: str
    intents: Mapping[str, Described]

    def spec(self, name: str, roster: str = "") -> dict[str, object]:
        """A built-in intent as the model is offered it; where people can be named, with those there are."""
        described = self.intents[name]
        schema = _bare_schema(name)
        for path, text in described.fields.items():
            field = _field(schema, path)
            assert field is not None, "checked when the house was loaded"
            field["description"] = text
        whom = _field(schema, "options.ask")
        if roster and whom is not None:
            whom["description"] = f"{whom.get('description', '')} There are: {roster}.".strip()
        return {"name": name, "description": described.description, "schema": schema}


def load_house(folder: Path | None = None) -> House:
    """The house in this folder; what is not in it comes from the project's own."""
    folders = [OWN_HOUSE] if folder is None else [folder, OWN_HOUSE]
    files = [
        (each / "intents.yaml").resolve() for each in folders if (each / "intents.yaml").is_file()
    ]
    read = [_intents(path) for path in files]
    intents = {name: spec for file in reversed(read) for name, spec in file.intents.items()}
    if missing := [name for name in BUILT_IN if name not in intents]:
        raise AgentError(
            f"{folders[0]}/intents.yaml:1: {missing[0]} was expected among the intents"
        )
    rules = next((each / "rules.md" for each in folders if (each / "rules.md").is_file()), None)
    because = next((file.because for file in read if file.because), "")
    return House(text_of(rules).strip() if rules else "", because, intents)


def _intents(path: Path) -> _File:
    file = document(path)
    read = file.read(_File)
    for name, described in read.intents.items():
        if name not in BUILT_IN:
            raise file.wrong(("intents", name), f"one of {', '.join(BUILT_IN)} was expected")
        schema = _bare_schema(name)
        for field in described.fields:
            if _field(schema, field) is None:
                raise file.wrong(("intents", name, "fields", field), f"{name} has no field {field}")
    return read


def _bare_schema(name: str) -> Json:
    """The schema without the docstrings of its classes: what the model reads stands in the house alone."""
    schema = schema_of(BUILT_IN[name][1])
    for node in (schema, *cast("dict[str, Json]", schema.get("$defs", {})).values()):
        node.pop("description", None)
    return schema


def _field(schema: Json, path: str) -> Json | None:
    """The part of the schema that a dotted path names."""
    node: Json | None = schema
    for name in path.split("."):
        properties = _resolved(node, schema).get("properties") if node is not None else None
        found = properties.get(name) if isinstance(properties, dict) else None
        node = found if isinstance(found, dict) else None
    return node


def _resolved(node: Json, schema: Json) -> Json:
    """The object behind a reference, or behind an `anyOf` of it and null."""
    variants = node.get("anyOf")
    for each in [node, *(variants if isinstance(variants, list) else [])]:
        if isinstance(each, dict) and isinstance(reference := each.get("$ref"), str):
            definitions = cast("dict[str, Json]", schema["$defs"])
            return definitions[reference.rpartition("/")[2]]
    return node
