"""Slack: mention it, talk to it, approve in the thread."""
