"""What the people of the demonstration offer, break, ask and say. Nothing here is about anybody real."""

from dataclasses import dataclass, field
from typing import Any

VOLUNTEER = "a volunteer: the desk is at /desk/"
MEMBER = "a member, who accepted everything"
STRANGER = "somebody who signed up and still has to accept the documents"

PEOPLE = """
adele ahmed aline amel anatole armand aya basile benoit camille chloe clemence colette dario
diane elif emile esther fatou felix gael hana hugo ines iris jeanne jules karim
lea leon lila lucie mael marguerite mehdi nadia nino noe olga paul rachid rose
salome simon solene theo tom victoire yann youssef
""".split()  # noqa: SIM905

# ── Documents ─────────────────────────────────────────────────────────────────────────────────────

APPEALS_ADDED = {
    "fr": "Une section dit comment contester une décision, et en combien de temps on répond.",
    "en": "A section says how to contest a decision, and how soon it is answered.",
}
NEIGHBOUR_ADDED = {
    "fr": "Les sauvegardes seront aussi gardées, chiffrées, chez un hébergeur voisin.",
    "en": "Backups will also be kept, encrypted, by a neighbouring host.",
}
NEIGHBOUR = {
    "fr": """## Une copie chez nos voisins {#neighbour}

Chaque nuit, une copie chiffrée des sauvegardes part chez un autre hébergeur associatif. Il la garde sans pouvoir la
lire : la clé ne quitte pas nos murs. Nous faisons de même pour lui.""",
    "en": """## A copy with our neighbours {#neighbour}

Each night an encrypted copy of the backups goes to another association that hosts. They keep it without being able to
read it: the key never leaves our walls. We do the same for them.""",
}
DISKS_ADDED = {
    "fr": "Les disques du serveur de fichiers ont été remplacés.",
    "en": "The file server has new disks.",
}
DISKS = {
    "fr": """## Nouveaux disques {#disks}

Le serveur de fichiers tourne sur quatre disques neufs depuis le printemps. Les anciens ont été effacés, puis donnés à
un atelier de réparation.""",
    "en": """## New disks {#disks}

The file server has run on four new disks since spring. The old ones were wiped, then given to a repair workshop.""",
}

# ── Services ──────────────────────────────────────────────────────────────────────────────────────


def _service(
    slug: str, name: str, fr: str, en: str, software: str, licence: str, source: str, **more: Any
) -> dict:
    return {
        "slug": slug,
        "name": name,
        "purpose_fr": fr,
        "purpose_en": en,
        "url": f"https://{slug}.example.org/",
        "software": software,
        "licence": licence,
        "source_url": source,
        **more,
    }


SERVICES = [
    _service(
        "fichiers",
        "Fichiers",
        "Ranger, retrouver et partager ses documents, ses agendas et ses contacts.",
        "Keep, find and share documents, calendars and contacts.",
        "Nextcloud",
        "AGPL-3.0-or-later",
        "https://github.com/nextcloud/server",
    ),
    _service(
        "courriel",
        "Courriel",
        "Une boîte aux lettres sans publicité, et des alias pour ne pas la donner à tout le monde.",
        "A mailbox without advertising, and aliases to keep it to oneself.",
        "Dovecot",
        "LGPL-2.1-only",
        "https://github.com/dovecot/core",
    ),
    _service(
        "social",
        "Social",
        "Donner et prendre des nouvelles, avec tout le Fédivers.",
        "Give and get news, with the whole Fediverse.",
        "Mastodon",
        "AGPL-3.0-or-later",
        "https://github.com/mastodon/mastodon",
    ),
    _service(
        "forge",
        "Forge",
        "Écrire des logiciels à plusieurs, et suivre ce qui reste à faire.",
        "Write software together, and follow what is left to do.",
        "Forgejo",
        "GPL-3.0-or-later",
        "https://codeberg.org/forgejo/forgejo",
    ),
    _service(
        "pad",
        "Bloc-notes",
        "Écrire un texte à plusieurs mains, sans compte.",
        "Write one text with many hands, no account needed.",
        "Etherpad",
        "Apache-2.0",
        "https://github.com/ether/etherpad-lite",
        group="open",
    ),
    _service(
        "visio",
        "Visio",
        "Se réunir à distance, depuis un navigateur.",
        "Meet from afar, in a browser.",
        "Jitsi Meet",
        "Apache-2.0",
        "https://github.com/jitsi/jitsi-meet",
        group="open",
    ),
    _service(
        "secret",
        "Petits secrets",
        "Transmettre un texte qui s’efface après lecture.",
        "Pass on a text that vanishes once read.",
        "PrivateBin",
        "Zlib",
        "https://github.com/PrivateBin/PrivateBin",
        group="open",
    ),
    _service(
        "dates",
        "Rendez-vous",
        "Trouver le jour qui convient à tout le monde.",
        "Find the day that suits everybody.",
        "Framadate",
        "CECILL-B",
        "https://framagit.org/framasoft/framadate/framadate",
        group="open",
    ),
    _service(
        "videos",
        "Vidéos",
        "Publier ses films sans les confier à une régie publicitaire.",
        "Publish films without handing them to an advertiser.",
        "PeerTube",
        "AGPL-3.0-or-later",
        "https://github.com/Chocobozzz/PeerTube",
    ),
    _service(
        "wiki",
        "Wiki",
        "Les modes d’emploi de la maison, à compléter ensemble.",
        "The house’s how-tos, for all to add to.",
        "DokuWiki",
        "GPL-2.0-only",
        "",  # not named yet: the figure of clause C5 shows it
    ),
    _service(
        "sauvegardes",
        "Sauvegardes",
        "La copie de nuit de tout le reste.",
        "The nightly copy of everything else.",
        "BorgBackup",
        "BSD-3-Clause",
        "https://github.com/borgbackup/borg",
        group="internal",
        listed=False,
    ),
]

FULL = {"summary_fr": "Le disque des journaux est plein.", "summary_en": "The disk of the logs is full."}
POWER = {
    "summary_fr": "Coupure de courant dans le quartier ; la batterie n’a tenu que vingt minutes.",
    "summary_en": "A power cut in the neighbourhood; the battery lasted for twenty minutes only.",
}
UPGRADE = {
    "summary_fr": "La mise à jour prend plus de temps que prévu.",
    "summary_en": "The upgrade takes longer than planned.",
}
SLOW = {
    "summary_fr": "Les messages arrivent, avec du retard : un correspondant nous en envoie beaucoup trop.",
    "summary_en": "Messages arrive late: one correspondent sends us far too many.",
}
CERTIFICATE = {
    "summary_fr": "Le certificat n’a pas été renouvelé à temps.",
    "summary_en": "The certificate was not renewed in time.",
}

# days ago, service, minutes it lasted, minutes until it was told, what happened
INTERRUPTIONS: list[tuple[int, str, int, int, dict[str, str]]] = [
    (340, "fichiers", 95, 4, FULL),
    (301, "courriel", 47, 8, SLOW),
    (262, "fichiers", 210, 6, POWER),
    (262, "forge", 214, 7, POWER),
    (262, "social", 220, 7, POWER),
    (198, "social", 33, 27, UPGRADE),
    (150, "visio", 8, 3, CERTIFICATE),
    (121, "pad", 64, 5, FULL),
    (83, "courriel", 18, 2, SLOW),
    (41, "videos", 130, 9, UPGRADE),
    (12, "forge", 26, 41, CERTIFICATE),
    (3, "dates", 6, 2, UPGRADE),
]
# service, minutes since it began, minutes until it was told, what happens
GOING_ON = ("videos", 38, 4, UPGRADE)

# days ago, words
PLANNED: dict[str, Any] = {
    "title_fr": "Des disques plus grands",
    "title_en": "Bigger disks",
    "text_fr": "Nous copions tous les fichiers vers les nouveaux disques. Pendant ce temps, lecture seule.",
    "text_en": "We copy all files to the new disks. Meanwhile they can be read, not changed.",
}
ROUTINE: dict[str, Any] = {
    "title_fr": "Mises à jour du lundi",
    "title_en": "Monday’s updates",
    "text_fr": "Quelques minutes de coupure par service, au petit matin.",
    "text_en": "A few minutes without each service, early in the morning.",
}
ANNOUNCEMENTS: list[tuple[int, dict[str, Any]]] = [
    (
        90,
        {
            "title_fr": "Une soirée pour apprendre à s’en servir",
            "title_en": "An evening to learn how to use it",
            "text_fr": "Le premier jeudi du mois, à la maison de quartier, de 18 h à 20 h. Venez avec vos questions.",
            "text_en": "On the first Thursday of the month, at the community centre, 6 to 8 pm. Bring your questions.",
        },
    ),
    (
        20,
        {
            "title_fr": "Les vidéos ont déménagé",
            "title_en": "The videos have moved",
            "text_fr": "Elles sont sur un serveur plus grand. Les adresses n’ont pas changé.",
            "text_en": "They are on a larger server. No address has changed.",
        },
    ),
    (
        1,
        {
            "title_fr": "Les conditions changent dans un mois",
            "title_en": "The Terms change in a month",
            "text_fr": "Les sauvegardes seront aussi gardées, chiffrées, chez un hébergeur voisin.",
            "text_en": "Backups will also be kept, encrypted, by a neighbouring host.",
        },
    ),
]

# ── Conversations ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Story:
    """What somebody wrote, and what came of it: (hours later, deed, words...)."""

    hours_ago: int
    what: str
    deeds: list[tuple] = field(default_factory=list)
    language: str = "fr"
    email: str = ""
    where: str = ""  # a report says where; a question does not
    clause: str = ""
    show: bool = False


STORIES = [
    # New
    Story(2, "Bonjour, comment retrouver un fichier que j’ai effacé hier ?", email="lucie@example.org"),
    Story(
        5,
        "Cette page imite celle de ma banque et demande mon code.",
        where="https://pad.example.org/p/banque-verification",
        clause="u8",
        email="rita@example.org",
    ),
    Story(
        9,
        "This account sends the same advertisement to everybody I follow.",
        where="https://social.example.org/@bonnes-affaires",
        clause="u6",
        language="en",
    ),
    Story(150, "Peut-on avoir deux adresses pour une association ?", email="mael@example.org"),
    # Open
    Story(
        30,
        "Le même texte publicitaire a été collé dans une vingtaine de pads.",
        [(3, "takes")],
        where="https://pad.example.org/p/promo-01 à promo-20",
        clause="u6",
        email="rita@example.org",
    ),
    Story(
        52,
        "How long is a video kept?",
        [
            (2, "takes"),
            (1, "answers", "As long as you keep it. Is there one you miss?"),
            (20, "replies", "Yes: the one of our meeting in May."),
        ],
        language="en",
        email="tom@example.org",
    ),
    # Waiting
    Story(
        76,
        "Je ne reçois plus les courriels de la mairie.",
        [(5, "takes"), (1, "answers", "Depuis quand, et de quelle adresse viennent-ils d’habitude ?")],
        email="odette@example.org",
        show=True,
    ),
    Story(
        100,
        "Une boutique vend des adresses chez vous.",
        [(8, "takes"), (1, "answers", "Merci. Pouvez-vous nous dire où vous avez vu l’annonce ?")],
        where="Une petite annonce, je n’ai pas gardé le lien",
        clause="u7",
        email="rita@example.org",
    ),
    # Closed
    Story(
        400,
        "Cette page se fait passer pour vous et demande des dons.",
        [
            (1, "takes"),
            (2, "answers", "Nous l’avons vue, merci. Nous cherchons à qui elle est."),
            (40, "closes", "violation", "La page a été retirée et le compte suspendu. Merci de votre aide."),
        ],
        where="https://fichiers.example.org/s/dons",
        clause="u9",
        email="rita@example.org",
        show=True,
    ),
    Story(
        700,
        "Quelqu’un critique notre association sur Social.",
        [
            (20, "takes"),
            (30, "closes", "no_violation", "Nous avons lu le fil : c’est une critique, vive mais permise."),
        ],
        where="https://social.example.org/@voisine/1081",
        clause="u8",
        email="bureau@example.org",
    ),
    Story(
        900,
        "Est-ce que la visio marche sur un vieux téléphone ?",
        [
            (4, "takes"),
            (1, "closes", "answered", "Oui, avec le navigateur Firefox. Coupez l’image si c’est lent."),
        ],
        email="colette@example.org",
    ),
    Story(950, "CHEAP WATCHES!!! best price", [(6, "closes", "spam")], language="en"),
    Story(
        1200,
        "La page de dons est une fausse.",
        [(3, "closes", "duplicate")],
        where="https://fichiers.example.org/s/dons",
        clause="u9",
        email="anatole@example.org",
    ),
    Story(
        1500,
        "Un site chez un autre hébergeur copie le nôtre.",
        [(10, "takes"), (15, "closes", "referred", "Nous avons transmis à cet hébergeur, qui vous écrira.")],
        where="https://copie.example.net/",
        clause="u8",
        email="bureau@example.org",
    ),
    Story(
        2000,
        "I cannot sign in to the forge.",
        [
            (3, "takes"),
            (2, "closes", "answered", "Your address was not confirmed yet; it is now. Try again?"),
            (
                30,
                "reopens",
                "We looked once more: the forge still had your old address. We take it up again.",
            ),
            (6, "closes", "answered", "Now it knows you. Sorry for the detour."),
        ],
        language="en",
        email="elif@example.org",
    ),
]

FACTS = "La page a été lue par deux bénévoles, telle qu’elle était publiée ce jour-là."
REASONS = "Elle a été comparée mot à mot avec la règle citée."
LAW = "Article 226-4-1 du code pénal"

# ── Decisions ─────────────────────────────────────────────────────────────────────────────────────

ACCUSED = ["bons-plans", "reductions", "soldes-eclair", "promo-velo", "offres-du-jour", "petits-prix"]
DECIDED = [(3200, 30), (2900, 14), (2400, 14), (1900, 30), (1300, 14), (200, 0)]
"""How many hours ago each was reported, and for how many days it was suspended; 0: warned."""
ADS_FACTS = (
    "Entre le lundi et le mercredi, ce compte a envoyé la même publicité à une quarantaine de personnes."
)
ADS_REASONS = "Aucune d’elles ne l’avait demandée, et plusieurs l’ont signalée."
ADS_LAW = "Article L. 34-5 du code des postes et des communications électroniques"
CONTESTED = {
    3: (
        "Je vendais mes deux vélos, rien d’autre. Je ne savais pas qu’il fallait demander.",
        "Deux vélos, oui, mais le même message à quarante personnes. La suspension reste, elle finit le 30e jour.",
    ),
    5: ("J’ai écrit à des gens que je connais, pas à des inconnus. Merci de regarder encore une fois.", ""),
}
"""What some of them answered, and what somebody else than the first volunteer said to that, if anybody has."""


def advertisement(address: str) -> Story:
    name = address.partition("@")[0]
    return Story(
        0,
        "Ce compte envoie la même publicité à tout le monde.",
        where=f"https://social.example.org/@{name}",
        clause="u6",
        email="rita@example.org",
    )
