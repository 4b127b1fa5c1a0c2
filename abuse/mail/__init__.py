"""Mails that report abuse: what they say, read by pure functions that touch neither database nor network.

`understand(raw)` never raises: what cannot be read is a plain mail with its trouble said, and never lost.
"""

from abuse.mail.understanding import Kind, Understood, understand

__all__ = ["Kind", "Understood", "understand"]
