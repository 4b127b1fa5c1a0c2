from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """One thread and 46 MiB for each try: a storm of sign-ins leaves a small machine its other core.

    Source: OWASP Password Storage Cheat Sheet, Argon2id parameters.
    """

    time_cost = 2
    memory_cost = 47_104  # KiB
    parallelism = 1
