"""Tools of the usher: those of the porter."""

from tests.crashpoints.agents.porter.tools import glance, launch, look, note, ship, store

__all__ = ["glance", "launch", "look", "note", "ship", "store"]
