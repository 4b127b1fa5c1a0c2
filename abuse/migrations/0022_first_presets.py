"""A few texts to begin with; the desk changes them as it likes."""

from django.db import migrations

FIRST = [
    (
        "Bien reçu, nous cherchons / Received, we look into it",
        "",
        "Bonjour,\n\nMerci de nous avoir écrit. Nous regardons ce qu’il en est, et nous vous répondons ici d’ici le ### date ###.",
        "Hello,\n\nThank you for writing to us. We are looking into it and will answer you here by ### date ###.",
    ),
    (
        "Où exactement ? / Where exactly?",
        "abuse",
        "Bonjour,\n\nPour trouver ce que vous signalez, il nous faut l’adresse exacte : l’adresse web de la page, le nom du compte ou l’adresse électronique. Pouvez-vous la recopier ici ?",
        "Hello,\n\nTo find what you report, we need its exact address: the web address of the page, the name of the account or the e-mail address. Could you copy it here?",
    ),
    (
        "En-têtes du message / Headers of the letter",
        "abuse",
        "Bonjour,\n\nPour savoir d’où vient ce message, il nous faut ses en-têtes complets (dans votre logiciel : « Afficher la source »). Pouvez-vous les joindre ici ?",
        "Hello,\n\nTo know where this message came from, we need its full headers (in your program: “Show source”). Could you attach them here?",
    ),
    (
        "Comment le reproduire ? / How does it happen?",
        "bug",
        "Bonjour,\n\nQue faisiez-vous juste avant, avec quel navigateur ou quelle application, et que s’est-il affiché ?",
        "Hello,\n\nWhat did you do just before, with which browser or app, and what was shown?",
    ),
    (
        "Ce n’est pas chez nous / It is not with us",
        "",
        "Bonjour,\n\nCe que vous décrivez n’est pas hébergé chez nous, mais chez ### nom de l’hébergeur ###. Nous ne pouvons pas y toucher : écrivez-leur, avec les mêmes précisions.",
        "Hello,\n\nWhat you describe is not hosted by us, but by ### name of the host ###. We cannot touch it: please write to them, with the same details.",
    ),
]


def write(apps, schema_editor):
    preset = apps.get_model("abuse", "Preset")
    for name, topic, french, english in FIRST:
        preset.objects.get_or_create(name=name, defaults={"topic": topic, "text_fr": french, "text_en": english})


class Migration(migrations.Migration):
    dependencies = [("abuse", "0021_queue_has_indexes")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
