"""Settings: the environment, read once, typed. Well-known names stay bare, our own begin with BOT_."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict, SettingsError

from bot.model.request import MAX_TOKENS_CEILING
from bot.settings.mailing import Mailing
from bot.settings.secret_files import BadFile, from_files
from bot.settings.spelling import Names, Paths, Span, redis_address, sentences
from bot.settings.spending import Spending

_CLIENT = "both: workspaces install the app at /slack/install"


class BadSettings(Exception):
    """The environment says something that cannot be: one sentence a finding."""


class Settings(Spending, Mailing):
    """What the environment says. Each field's description is its row in the README's table."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_file=".env", env_ignore_empty=True
    )

    home: Path = Field(
        default=Path(".bot"),
        validation_alias="BOT_HOME",
        description="where the embedded Redis keeps its files",
    )
    redis_url: Annotated[SecretStr | None, BeforeValidator(redis_address)] = Field(
        default=None,
        validation_alias="REDIS_URL",
        description="unset: an embedded server under BOT_HOME",
    )
    appendfsync: Literal["always", "everysec"] = Field(
        default="always",
        validation_alias="BOT_APPENDFSYNC",
        description="embedded Redis: everysec may lose a second on power loss",
    )
    replicas: int = Field(
        default=0,
        ge=0,
        validation_alias="BOT_REPLICAS",
        description="replicas that must hold a claim before it starts",
    )
    lease: Span = Field(
        default=timedelta(seconds=30),
        validation_alias="BOT_LEASE",
        description="how long a worker may be silent before another takes over",
    )
    concurrency: int = Field(
        default=64,
        ge=1,
        validation_alias="BOT_CONCURRENCY",
        description="threads one worker holds at once",
    )

    agents_path: Paths = Field(
        default=(Path("agents"),),
        validation_alias="BOT_AGENTS_PATH",
        description="folders of agents, colon-separated",
    )
    default_agent: str = Field(
        default="deploybot",
        validation_alias="BOT_DEFAULT_AGENT",
        description="takes what names no agent",
    )
    people: Path | None = Field(
        default=None,
        validation_alias="BOT_PEOPLE",
        description="the people file; default agents/_house/people.yaml",
    )
    owner: str = Field(
        default="",
        validation_alias="BOT_OWNER",
        description="the person who is told what nobody else is",
    )
    approval_deadline: Span = Field(
        default=timedelta(days=7),
        validation_alias="BOT_APPROVAL_DEADLINE",
        description="how long a request waits for a human",
    )
    deploy_repo: Path | None = Field(
        default=None, validation_alias="BOT_DEPLOY_REPO", description="deploybot's local repository"
    )

    model: str = Field(
        default="claude-sonnet-5-5",
        validation_alias="BOT_MODEL",
        description="who chooses the next step",
    )
    fallback_model: str = Field(
        default="",
        validation_alias="BOT_FALLBACK_MODEL",
        description="who is asked for ten minutes when that one cannot be (overloaded, unknown, not allowed)",
    )
    provider: Literal["anthropic", "bedrock", "vertex", "rehearsal"] | None = Field(
        default=None,
        validation_alias="BOT_PROVIDER",
        description="default: anthropic where a key or base URL is set, else rehearsal",
    )
    max_tokens: int = Field(
        default=8_192,
        ge=256,
        le=MAX_TOKENS_CEILING,
        validation_alias="BOT_MAX_TOKENS",
        description="longest answer of the model",
    )
    context_tokens: int = Field(
        default=100_000,
        ge=1_000,
        validation_alias="BOT_CONTEXT_TOKENS",
        description="longest request; what is older is summed up (an agent's limits may say otherwise)",
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
        description="unset: the rehearsal model",
    )
    anthropic_base_url: SecretStr | None = Field(
        default=None,
        validation_alias="ANTHROPIC_BASE_URL",
        description="any server that speaks the Messages API",
    )
    slack_bot_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_BOT_TOKEN",
        description="speaks in Slack; starts with xoxb-",
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_APP_TOKEN",
        description="hears Slack over Socket Mode; starts with xapp-",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_SIGNING_SECRET",
        description="hears Slack over HTTP, at /slack/events of the web process",
    )
    slack_client_id: str = Field(
        default="",
        validation_alias="SLACK_CLIENT_ID",
        description=_CLIENT,
    )
    slack_client_secret: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_CLIENT_SECRET",
        description=_CLIENT,
    )
    slack_teams: Names = Field(
        default=(),
        validation_alias="BOT_SLACK_TEAMS",
        description="workspaces that may install it, comma-separated; unset: any",
    )
    slack_config_token: SecretStr | None = Field(
        default=None,
        validation_alias="SLACK_CONFIG_TOKEN",
        description="by it bot doctor compares the app's events with those that are read; lives 12 hours",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        validation_alias="SLACK_API_URL",
        description="where Slack's Web API is",
    )
    port: int = Field(
        default=3000,
        ge=0,
        le=65_535,
        validation_alias="PORT",
        description="where the web process listens",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", validation_alias="BOT_LOG_LEVEL", description="what is logged to stderr"
    )

    @property
    def people_file(self) -> Path | None:
        """The people file: as set, else that of the first house on the agents' path, if there is one."""
        if self.people is not None:
            return self.people
        found = (path / "_house" / "people.yaml" for path in self.agents_path)
        return next((file for file in found if file.is_file()), None)

    @property
    def rehearses(self) -> bool:
        """Whether a script stands in for the model, because nobody said which model to ask."""
        if self.provider is not None:
            return self.provider == "rehearsal"
        return self.anthropic_api_key is None and self.anthropic_base_url is None


def names() -> dict[str, str]:
    """Every environment name we read, with the field it fills."""
    found: dict[str, str] = {}
    for field, about in Settings.model_fields.items():
        alias = about.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else [alias]
        found |= {str(choice): field for choice in choices}
    return found


def secret_names() -> dict[str, str]:
    """Those of them that hold secrets: each may lie in a file, which the name with `_FILE` behind it names."""
    fields = Settings.model_fields
    return {name: field for name, field in names().items() if "SecretStr" in repr(fields[field])}


def environment() -> dict[str, str]:
    """The process's environment over the `.env` file in the working directory: what `read` reads."""
    written = dotenv_values(".env") if Path(".env").is_file() else {}
    return {name: value for name, value in {**written, **os.environ}.items() if value}


def read() -> Settings:
    """The settings, or `BadSettings` with one sentence a finding."""
    known = names()
    unknown = sorted(
        name for name in environment() if name.startswith("BOT_") and name not in known
    )
    if unknown:
        raise BadSettings(" ".join(_meant(name, known) for name in unknown))
    try:
        return Settings.model_validate(from_files(secret_names(), environment()))
    except BadFile as error:
        raise BadSettings(str(error)) from None
    except (ValidationError, SettingsError) as error:
        raise BadSettings(sentences(error)) from None


def _meant(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    place = "" if name in os.environ else " (in .env)"
    return f"There is no setting {name}{place}" + (f"; did you mean {near[0]}?" if near else ".")
