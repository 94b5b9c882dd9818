"""Web: HTTP routes, served until told to stop."""
