"""Frozen: changed copies of frozen values.

`dataclasses.replace` runs the whole constructor, which was nine tenths of the cost of a fold. Values of the fold are structs
of msgspec, which copies all fields in C: quicker than to set one of them in place from here.
"""

from msgspec.structs import replace

__all__ = ["replace"]
