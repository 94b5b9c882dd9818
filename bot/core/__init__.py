"""The core: what is so, and what to do now. Pure: no clock, no chance, no I/O."""
