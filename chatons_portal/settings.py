"""Settings, grouped by the questions an operator asks. Every variable is in `.env.example`."""

from ipaddress import ip_network
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(env("ENV_FILE", default=str(BASE_DIR / ".env")))
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

# ── Who are we? ───────────────────────────────────────────────────────────────────────────────────
# Facts about the host. They fill the variables of the legal documents ({{ host_name }} ...), the
# front page and the letters. A fact left empty is shown as missing, never invented.
HOST = {
    "name": env("HOST_NAME", default="Chez nous"),
    "purpose_fr": env(
        "HOST_PURPOSE_FR", default="Des services libres, hébergés par une association de bénévoles."
    ),
    "purpose_en": env("HOST_PURPOSE_EN", default="Libre services, hosted by an association of volunteers."),
    "legal_form": env("HOST_LEGAL_FORM", default=""),
    "registration": env("HOST_REGISTRATION", default=""),
    "address": env("HOST_ADDRESS", default=""),
    "telephone": env("HOST_TELEPHONE", default=""),
    "email": env("HOST_EMAIL", default=""),
    "publication_director": env("HOST_PUBLICATION_DIRECTOR", default=""),
    "hosting_provider": env("HOST_HOSTING_PROVIDER", default=""),
    "hosting_address": env("HOST_HOSTING_ADDRESS", default=""),
    "hosting_telephone": env("HOST_HOSTING_TELEPHONE", default=""),
    "country": env("HOST_COUNTRY", default="France"),
    "mastodon_url": env("HOST_MASTODON_URL", default=""),
    "charter_url": env("HOST_CHARTER_URL", default="https://www.chatons.org/charte"),
}

# Where anybody finds the source of what runs here, your own changes included: the licence asks for it.
SOURCE_URL = env("SOURCE_URL", default="")

# The public address of the portal: links in letters, cookies, strict transport follow from it.
SITE_URL = env("SITE_URL", default="http://localhost:8000").rstrip("/")
HTTPS = SITE_URL.startswith("https://")

# How many days the desk gives itself to answer; people who write are told, late tickets are marked.
DESK_ANSWERS_WITHIN_DAYS = env.int("DESK_ANSWERS_WITHIN_DAYS", default=5)
# How long the words, names and addresses of a closed ticket are kept (legal notice: a year at most).
DESK_FORGETS_AFTER_DAYS = env.int("DESK_FORGETS_AFTER_DAYS", default=365)
# The same for unwanted messages.
DESK_FORGETS_SPAM_AFTER_DAYS = env.int("DESK_FORGETS_SPAM_AFTER_DAYS", default=30)
# How many days the desk waits for an answer it asked for, unless a volunteer says otherwise.
DESK_WAITS_FOR_DAYS = env.int("DESK_WAITS_FOR_DAYS", default=14)
# Reported anew within so many days, an account that was found not to break the Terms is looked at again.
DESK_REOPENS_WITHIN_DAYS = env.int("DESK_REOPENS_WITHIN_DAYS", default=30)
# What else is ours than the portal and the services: domains of mail and of sites, and Internet addresses. A machine’s
# report that names none of it is closed as passed on.
HOST_DOMAINS = [domain.strip(".").lower() for domain in env.list("HOST_DOMAINS", default=[])]
HOST_NETWORKS = [ip_network(network, strict=False) for network in env.list("HOST_NETWORKS", default=[])]
# How many minutes an interruption has lasted when it is announced of itself. The Terms promise: before the tenth.
OUTAGE_TOLD_AFTER_MINUTES = env.int("OUTAGE_TOLD_AFTER_MINUTES", default=5)
# Whom else to tell about sexual abuse of children, shown where it is reported: name and address, split by "|".
CHILD_ABUSE_HOTLINES = [
    entry.strip().rsplit("|", 1)
    for entry in env.list(
        "CHILD_ABUSE_HOTLINES",
        default=[
            "PHAROS (police et gendarmerie)|https://www.internet-signalement.gouv.fr/",
            "Point de contact|https://www.pointdecontact.net/",
        ],
    )
    if "|" in entry
]
# Whose account is to be deleted for a breach of the Terms has this long to take their data along, unless waiting does
# harm; and the desk is reminded so many days before a restriction or suspension ends.
SANCTION_DELETION_GRACE_DAYS = env.int("SANCTION_DELETION_GRACE_DAYS", default=14)
SANCTION_REMINDER_DAYS = env.int("SANCTION_REMINDER_DAYS", default=3)
# How many days ahead a significant change is published, unless a volunteer chooses another date.
LEGAL_NOTICE_DAYS = env.int("LEGAL_NOTICE_DAYS", default=30)
# How many days after a change took effect people who have not accepted it may still read, export and leave.
LEGAL_GRACE_DAYS = env.int("LEGAL_GRACE_DAYS", default=30)

# ── What must stay secret? ────────────────────────────────────────────────────────────────────────
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="only-for-development" if DEBUG else environ.Env.NOTSET)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# What the secrets of second factors are encrypted with; left empty, keys derived from the two above.
MFA_ENCRYPTION_KEYS = env.list("MFA_ENCRYPTION_KEYS", default=[])

# ── Where is the data? ────────────────────────────────────────────────────────────────────────────
# Left empty, `manage.py` and `make run` start private servers under var/ and fill these two in.
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "chatons_portal.cache.OptionalRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── How do letters leave? ─────────────────────────────────────────────────────────────────────────
# Everything the portal mails becomes a row of the outbox; EMAIL_URL says where delivery takes it.
# Without a mail server the letters are written, one file each, into var/mail/.
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
OUTBOX_TRANSPORT = env.email_url("EMAIL_URL", default=f"filemail://{VAR_DIR / 'mail'}")
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", default=HOST["email"] or "portal@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20  # seconds, for each step of the SMTP conversation
OUTBOX_GIVE_UP_AFTER_DAYS = env.int("OUTBOX_GIVE_UP_AFTER_DAYS", default=4)
OUTBOX_KEEP_SENT_DAYS = env.int("OUTBOX_KEEP_SENT_DAYS", default=90)  # the emptied row: kind and times
# Where interruptions and maintenance are announced beside the front page, the feeds and the subscribers' letters.
# A channel is open once all of its settings are filled in.
MASTODON_URL = env("MASTODON_URL", default="").rstrip("/")
MASTODON_TOKEN = env("MASTODON_TOKEN", default="")
MATRIX_URL = env("MATRIX_URL", default="").rstrip("/")
MATRIX_TOKEN = env("MATRIX_TOKEN", default="")
MATRIX_ROOM = env("MATRIX_ROOM", default="")
WEBHOOKS = env.list("WEBHOOKS", default=[])
WEBHOOK_SECRET = env("WEBHOOK_SECRET", default="")
ADMINS = [("", address) for address in env.list("ADMINS", default=[])]

# A folder the clock keeps a static copy of the status pages in, to be served from elsewhere; empty: none. And the
# address the copy is served from, for the links in its feeds and JSON.
STATUS_COPY_DIR = env("STATUS_COPY_DIR", default="")
STATUS_COPY_URL = env("STATUS_COPY_URL", default="").rstrip("/")

# ── What runs by the clock? ───────────────────────────────────────────────────────────────────────
CELERY_BROKER_URL = env("CELERY_BROKER_URL", default="") or (
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
)
CELERY_TASK_IGNORE_RESULT = True  # state lives in our tables
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 100  # seconds
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # More than twice the longest task, so that a running task is never handed out again.
    "visibility_timeout": 300,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "priority_steps": [0, 3, 6, 9],
    "queue_order_strategy": "priority",
    "socket_connect_timeout": 2,
}
CELERY_ACCEPT_CONTENT = ["json"]
# Services are looked at by a worker of their own, so that no letter and no copy of data makes a look late.
CELERY_TASK_ROUTES = {"services.tasks.look": {"queue": "probes"}}
CELERY_BEAT_SCHEDULER = "chatons_portal.clock.LockedScheduler"

# ── How do we look at services? ───────────────────────────────────────────────────────────────────
# Addresses elsewhere that are always there, "https://…" or "name:port". When a service fails and none of these answers,
# it is the connection of the host itself that is gone, and nobody can say anything about the service.
PROBE_CANARIES = env.list("PROBE_CANARIES", default=[])
# Services (their short names) that probes may look at on private addresses; * for all of them.
PROBE_INSIDE = env.list("PROBE_INSIDE", default=[])
# Certificates of authorities that probes trust, if not those that the machine does.
PROBE_CA_FILE = env("PROBE_CA_FILE", default="")

# ── Who may talk to us? ───────────────────────────────────────────────────────────────────────────
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or [
    SITE_URL.split("://")[-1].split("/")[0].split(":")[0],
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# How many reverse proxies stand in front; their X-Forwarded-For is believed that far and no further.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("HSTS_ALL_SUBDOMAINS", default=False)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "portal_session"
CSRF_COOKIE_NAME = "portal_csrf"
SESSION_ENGINE = "accounts.sessions"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "chatons_portal.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# ── How do people sign in? ────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:account"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddressForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "login": "accounts.forms.LoginForm",
    "request_login_code": "accounts.forms.CodeForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
# Whoever confirms another address decides there which one counts.
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "/accounts/email/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
# Whoever found a computer still signed in cannot give the account another address: the password is asked for again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# A way in that no stranger can block by trying passwords.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Volunteers need a second factor (an app or a key) to reach the desk.
DESK_NEEDS_TWO_FACTOR = env.bool("DESK_NEEDS_TWO_FACTOR", default=True)
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "activate_totp": "accounts.forms.AppForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
    "edit_webauthn": "accounts.forms.NameKeyForm",
}
# An account whose address nobody confirmed disappears after this.
ACCOUNT_UNCONFIRMED_DAYS = env.int("ACCOUNT_UNCONFIRMED_DAYS", default=7)
# An account that nobody used for so long is disabled, after letters so many days before; so many days later it is
# erased. What the Terms promise is at least this (clause s2).
INACTIVITY_PURGE = env.bool("INACTIVITY_PURGE", default=True)
INACTIVITY_LIMIT_DAYS = env.int("INACTIVITY_LIMIT_DAYS", default=365)
INACTIVITY_WARNINGS_DAYS = env.list("INACTIVITY_WARNINGS_DAYS", cast=int, default=[60, 30, 7, 1])
INACTIVITY_GRACE_DAYS = env.int("INACTIVITY_GRACE_DAYS", default=30)
# A day's run stops and asks before it disables and erases more than the larger of these (the second is a share of the
# accounts in use), or when a larger share of all accounts looks unused.
INACTIVITY_DAILY_CAP = env.int("INACTIVITY_DAILY_CAP", default=20)
INACTIVITY_DAILY_CAP_PERCENT = env.int("INACTIVITY_DAILY_CAP_PERCENT", default=2)
INACTIVITY_IMPLAUSIBLE_PERCENT = env.int("INACTIVITY_IMPLAUSIBLE_PERCENT", default=30)
# Whoever closes an account has this long to change their mind; a copy of one's data can be fetched for this long.
ACCOUNT_CLOSING_DAYS = env.int("ACCOUNT_CLOSING_DAYS", default=14)
ACCOUNT_EXPORT_KEEP_DAYS = env.int("ACCOUNT_EXPORT_KEEP_DAYS", default=7)
# What the law obliges the host to keep of an account after its end: sealed, for so many days (0: nothing), and by
# which law.
SEALED_ACCOUNT_DAYS = env.int("SEALED_ACCOUNT_DAYS", default=365)
SEALED_BECAUSE = env("SEALED_BECAUSE", default="décret n° 2021-1362 du 20 octobre 2021")
# What sealed records are encrypted with; left empty, keys derived from SECRET_KEY and its fallbacks.
SEALING_KEYS = env.list("SEALING_KEYS", default=[])
# The contact page, per network (/24 or /48) and per ticket; allauth's own limits stand beside it.
ACCOUNT_RATE_LIMITS = {
    "contact": "20/h/key,60/d/key",
    "contact_unproven": "15/h/key,40/d/key",  # without the proof of work a browser with scripts does
    "choose_name": "20/h/user",
    # Codes to sign in with. One network asks for fewer than an address may get: no stranger uses up all of them.
    "code_from_network": "3/m/key,6/h/key",
    "request_login_code": "20/m/ip,30/h/key",
    "subscribe": "20/h/key",
}

# ── What is installed? ────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "chatons_portal.apps.PortalConfig",
    "transparency",
    "abuse",
    "accounts",
    "legal",
    "services",
    "outbox",
    "journal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "chatons_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "chatons_portal.unsent.UnsentMiddleware",
    "chatons_portal.doors.ClosedByDefaultMiddleware",
    "accounts.activity.ActivityMiddleware",
    "accounts.gate.ClosingMiddleware",
    "abuse.gate.SuspensionMiddleware",
    "legal.gate.AcceptanceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "chatons_portal.public.SharedPagesMiddleware",
]
ROOT_URLCONF = "chatons_portal.urls"
WSGI_APPLICATION = "chatons_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chatons_portal.context.portal",
            ],
        },
    },
]

# ── In which language, at what time? ──────────────────────────────────────────────────────────────
LANGUAGE_CODE = env("LANGUAGE_CODE", default="fr")
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "chatons_portal.formats"
LANGUAGE_COOKIE_NAME = "portal_language"
LANGUAGE_COOKIE_AGE = 31_536_000
TIME_ZONE = CELERY_TIMEZONE = env("TIME_ZONE", default="Europe/Paris")
USE_I18N = USE_TZ = True

# ── Where do files come from? ─────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# ── What goes in the log? ─────────────────────────────────────────────────────────────────────────
# Warnings at start-up that were read and answered, by their names: accounts.W001,portal.W001
SILENCED_SYSTEM_CHECKS = env.list("SILENCED_SYSTEM_CHECKS", default=[])
# No address and no name of anybody: requests are not logged, only what went wrong and what was done.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"refusals": {"()": "chatons_portal.in_the_log.RefusalsInALine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"fido2": {"level": "WARNING"}},  # it would write down each use of each key
}
