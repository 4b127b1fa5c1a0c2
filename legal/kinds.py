"""The kinds of document every host has. An operator adds others at the desk, or by importing them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    slug: str
    in_acceptance_set: bool


KINDS = [
    Kind("terms", in_acceptance_set=True),
    Kind("legal-notice", in_acceptance_set=True),
    Kind("technical-report", in_acceptance_set=False),
]
