"""Settings of the portal. The environment is read here and nowhere else.

An empty environment runs the embedded default: SQLite, files and no server. With DATABASE_URL
the portal runs for real and refuses to start without its secrets.
"""

import os
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from portal.core import virus_scanner
from portal.core.encryption.keyfile import read_or_create
from portal.core.localisation import languages
from portal.core.storage import s3_url

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# ── The environment ──────────────────────────────────────────────────────────────────────────
EMBEDDED = not env.str("DATABASE_URL", default="")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{PORT}").rstrip("/")
LIVE_LANGUAGES = env.list("LIVE_LANGUAGES", default=[]) or languages.LIVE
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
EXTRA_HOSTS = env.list("ALLOWED_HOSTS", default=[])

if EMBEDDED:
    SECRET_KEY = read_or_create(VAR_DIR / "keys" / "secret_key")
    FIELD_KEYS = f"embedded:{read_or_create(VAR_DIR / 'keys' / 'field_key')}"
    LOOKUP_KEY = read_or_create(VAR_DIR / "keys" / "lookup_key")
    BROKER_URL = "filesystem://localhost"
    SMTP_URL = ""
else:
    REQUIRED = ("SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEY", "SITE_URL", "BROKER_URL", "SMTP_URL")
    missing = [name for name in REQUIRED if not env.str(name, default="")]
    if missing:
        raise ImproperlyConfigured(f"With DATABASE_URL set, also set: {', '.join(missing)}.")
    SECRET_KEY = env.str("SECRET_KEY")
    FIELD_KEYS = env.str("FIELD_KEYS")
    LOOKUP_KEY = env.str("LOOKUP_KEY")
    BROKER_URL = env.str("BROKER_URL")
    SMTP_URL = env.str("SMTP_URL")

OPERATOR_NAME = env.str("OPERATOR_NAME", default="MARUS")
OPERATOR_ADDRESS = env.str("OPERATOR_ADDRESS", default="")
OPERATOR_EMAIL = env.str("OPERATOR_EMAIL", default="help@marus.example")
OPERATOR_PHONE = env.str("OPERATOR_PHONE", default="")
TEAM_EMAIL = env.str("TEAM_EMAIL", default=OPERATOR_EMAIL)
FROM_EMAIL = env.str("FROM_EMAIL", default=TEAM_EMAIL)
NOTICE_EMAIL = env.str("NOTICE_EMAIL", default="")
NOTICE_MODE = env.str("NOTICE_MODE", default="team")
if NOTICE_MODE not in ("team", "each", "digest"):
    raise ImproperlyConfigured("NOTICE_MODE is team, each or digest.")
# Whether coordinators see their own and unowned cases alone; leads see all of them.
CASES_OWN_ONLY = env.bool("CASES_OWN_ONLY", default=False)
# Hours of the patient's own time in which no mail leaves that can wait, as 21-8; empty for none.
QUIET_HOURS = [int(hour) for hour in env.str("QUIET_HOURS", default="21-8").split("-") if hour]
NOTICE_DIGEST_EVERY = timedelta(minutes=env.int("NOTICE_DIGEST_MINUTES", default=60))

# No statement outlives the task that asked for it (CELERY_TASK_SOFT_TIME_LIMIT). Web processes are less patient: see
# portal/wsgi.py. Migrations take the time that they need.
STATEMENT_SECONDS = env.int("STATEMENT_SECONDS", default=50)
LOCK_SECONDS = env.int("LOCK_SECONDS", default=20)
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="")

OUTBOX_LEASE = timedelta(seconds=env.int("OUTBOX_LEASE_SECONDS", default=60))
OUTBOX_OVERDUE = timedelta(seconds=env.int("OUTBOX_OVERDUE_SECONDS", default=5))
OUTBOX_GIVE_UP = timedelta(hours=48)
OUTBOX_MARK_SECONDS = 120
OUTBOX_LATE = timedelta(seconds=env.int("OUTBOX_LATE_SECONDS", default=120))
# Long work has workers of its own: how long one may take, and how long it may wait for its turn before that is told.
LONG_WORK_LIMIT = timedelta(hours=env.float("LONG_WORK_HOURS", default=6))
LONG_WORK_LATE = timedelta(minutes=env.float("LONG_WORK_LATE_MINUTES", default=30))
# SQLite has one writer: more threads would only wait for each other.
RELAY_THREADS = 1 if EMBEDDED else env.int("RELAY_THREADS", default=8)

# A problem is told within two minutes: silence of HEARTBEAT_SILENT, a look every WATCH_SECONDS, then the channels.
ALERT_EMAIL = env.list("ALERT_EMAIL", default=[])
ALERT_SMTP_URL = env.str("ALERT_SMTP_URL", default="") or SMTP_URL
ALERT_WEBHOOK = env.str("ALERT_WEBHOOK", default="")
ALERT_KEEP = timedelta(days=90)
ALERT_UNOWNED_HOURS = env.float("ALERT_UNOWNED_HOURS", default=2)
ALERT_DATELESS_HOURS = env.float("ALERT_DATELESS_HOURS", default=2)
WATCH_SECONDS = env.float("WATCH_SECONDS", default=10)
PULSE_EVERY = timedelta(seconds=env.float("PULSE_SECONDS", default=15))
HEARTBEAT_SILENT = timedelta(seconds=env.float("HEARTBEAT_SILENT_SECONDS", default=60))
HEARTBEAT_DIR = env.str("HEARTBEAT_DIR", default="")
DISK_MIN_FREE_PERCENT = env.float("DISK_MIN_FREE_PERCENT", default=10)
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups")))
BACKUP_RECIPIENT = env.list("BACKUP_RECIPIENT", default=[])
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# What was erased, for restores of older copies: on a disk that outlives the database, and copied elsewhere by itself.
ERASURES_FILE = Path(env.str("ERASURES_FILE", default=str(VAR_DIR / "erasures" / "erasures.jsonl")))
METRICS_DIR = Path(env.str("METRICS_DIR", default=str(VAR_DIR / "metrics")))
if METRICS_TOKEN:
    # prometheus_client reads this when it is imported, so that all web processes count in one folder.
    METRICS_DIR.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)

# What `manage.py write_nginx` makes of it is the proxy in front of the web processes.
NGINX_PORT = env.int("NGINX_PORT", default=8080)
NGINX_TLS_PORT = env.int("NGINX_TLS_PORT", default=8443)
NGINX_COPIES_PORT = env.int("NGINX_COPIES_PORT", default=8079)
TLS_CERTIFICATE = env.str("TLS_CERTIFICATE", default="")
TLS_KEY = env.str("TLS_KEY", default="")
OUTER_PROXIES = env.list("OUTER_PROXIES", default=[])
WEB_SERVERS = env.list("WEB_SERVERS", default=["127.0.0.1:8000"])

FORM_MIN_SECONDS = env.float("FORM_MIN_SECONDS", default=3)
REQUEST_LIMIT_EMAIL = env.int("REQUEST_LIMIT_EMAIL", default=3)
REQUEST_LIMIT_NETWORK = env.int("REQUEST_LIMIT_NETWORK", default=30)
FEEDBACK_LIMIT = env.int("FEEDBACK_LIMIT", default=20)
# Papers of patients: how many a case may hold, and how many bytes; how many bytes may come within a day.
# A CT of the chest alone has up to 1,000 images, which may come one by one, in one form too.
DOCUMENTS_OF_CASE = DATA_UPLOAD_MAX_NUMBER_FILES = env.int("DOCUMENTS_OF_CASE", default=2_000)
DOCUMENT_BYTES_OF_CASE = 1024**2 * env.int("DOCUMENT_MEGABYTES_OF_CASE", default=10_240)
DOCUMENT_BYTES_A_DAY = 1024**2 * env.int("DOCUMENT_MEGABYTES_A_DAY", default=5_120)
PHOTO_MAX_BYTES = 1_000_000 * env.int("PHOTO_MAX_MEGABYTES", default=15)
PHOTO_MAX_PIXELS = 1_000_000 * env.int("PHOTO_MAX_MEGAPIXELS", default=60)
# Of a patient's paper, by its kind.
DOCUMENT_MAX_BYTES = {
    kind: 1024**2 * env.int(f"DOCUMENT_MAX_MEGABYTES_{name}", default=default)
    for kinds, name, default in (
        (("jpeg", "png", "heic", "pdf"), "PAGES", 50),
        (("docx",), "DOCX", 20),
        (("dicom", "dicom_zip"), "DICOM", 2_000),
    )
    for kind in kinds
}

# clamd, which looks for viruses in them; without an address nobody does. What has waited for it so long is told.
CLAMD = virus_scanner.address(env.str("CLAMD_URL", default=""))
CLAMD_LATE = timedelta(minutes=env.float("CLAMD_LATE_MINUTES", default=15))

# ── What the portal promises ─────────────────────────────────────────────────────────────────
CASE_LINK_LIFETIME = timedelta(days=30)
FAMILY_LINK_LIFETIME = timedelta(days=90)
REFERRAL_LIFETIME = timedelta(days=env.int("REFERRAL_DAYS", default=14))
CASE_SESSION_LIFETIME = timedelta(hours=12)
STAFF_IDLE = timedelta(minutes=30)
TEAM_TIME_ZONE = "Europe/Moscow"

# ── Django ───────────────────────────────────────────────────────────────────────────────────
DEBUG = False
SITE_HOST = urlsplit(SITE_URL).hostname or "localhost"
IS_HTTPS = SITE_URL.startswith("https://")
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = [SITE_HOST, *EXTRA_HOSTS, *LOOPBACK_HOSTS]
# By these names a live site answers those who watch it, and nobody else.
WATCH_ONLY_HOSTS = [] if EMBEDDED else [host for host in LOOPBACK_HOSTS if host not in (SITE_HOST, *EXTRA_HOSTS)]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "modeltranslation",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "portal.core.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "django_htmx",
    "portal.core",
    "portal.accounts",
    "conditions",
    "clinics",
    "requests",
    "portal.front",
]

MIDDLEWARE = [
    "portal.core.monitoring.metrics.MetricsMiddleware",
    # In front of all that would cost time or write headers; behind the metrics, which count hits too.
    "portal.core.caching.page_cache.PageCacheMiddleware",
    "portal.core.http.middleware.AddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "portal.core.http.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.core.http.middleware.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.accounts.middleware.SignedOutMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.accounts.middleware.StaffSecondFactorMiddleware",
    "portal.core.http.middleware.StoreAwayMiddleware",
    "portal.core.http.middleware.ErasedMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

# Widgets look for their templates where pages do, so that ours come first.
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
                "portal.front.site.context_processors.site",
            ],
            "builtins": ["django.templatetags.i18n", "portal.core.templatetags.portal"],
        },
    }
]
CRISPY_TEMPLATE_PACK = "portal"
CRISPY_ALLOWED_TEMPLATE_PACKS = "portal"

# ── Data ─────────────────────────────────────────────────────────────────────────────────────
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "portal.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
else:
    # A persistent connection is three times quicker than a new one for each page.
    _database = env.db("DATABASE_URL")
    DATABASES = {
        "default": {
            **_database,
            "ENGINE": "portal.core.postgresql",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                **_database.get("OPTIONS", {}),
                "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={LOCK_SECONDS}s "
                f"-c idle_in_transaction_session_timeout={STATEMENT_SECONDS}s "
                # PostgreSQL would spend 170 ms on compiling what a page of the desk asks, for an answer of 30.
                "-c jit=off",
            },
        }
    }

PRIVATE_FILES_DIR = VAR_DIR / "files"
KEPT_DIR = PRIVATE_FILES_DIR / "kept"  # the one folder that a container may write to
_LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
_FILES = "django.core.cache.backends.filebased.FileBasedCache"
_TABLE = {"BACKEND": "portal.core.caching.throttle_cache.ThrottleCache", "LOCATION": "cache"}
CACHES: dict[str, dict[str, Any]] = {
    # allauth counts sign-in attempts here and does not survive a cache that is away.
    "default": {"BACKEND": _LOCAL_MEMORY, "LOCATION": "portal", "OPTIONS": {"MAX_ENTRIES": 100_000}}
    if EMBEDDED
    else _TABLE,
    # Who has a case open, which every web process has to know: the memory of one is not enough.
    "presence": {"BACKEND": _FILES, "LOCATION": KEPT_DIR / "presence", "OPTIONS": {"MAX_ENTRIES": 1_000}}
    if EMBEDDED
    else _TABLE,
    # Whole public pages, in the memory of each web process: 50 MB at most (portal/core/caching/page_cache.py). They end
    # with the version of the content; the time-out is for what was changed past the portal, in the database itself.
    "pages": {"BACKEND": _LOCAL_MEMORY, "LOCATION": "pages", "TIMEOUT": 600, "OPTIONS": {"MAX_ENTRIES": 1_000}},
    # Pictures of links and pages as PDF, made once for all processes and made again after a month.
    "disk": {
        "BACKEND": _FILES,
        "LOCATION": KEPT_DIR,
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 1_000},
    },
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "media"}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Documents, estimates and photographs: in PRIVATE_FILES_DIR, or in the bucket that all machines share.
    "private": s3_url.storage(env.str("S3_URL", default="")),
}

# ── Mail ─────────────────────────────────────────────────────────────────────────────────────
MAIL_DIR = VAR_DIR / "mail"


def _mailer(url: str) -> dict[str, Any]:
    if not url:
        return {"BACKEND": "portal.core.delivery.mail.FileBackend", "OPTIONS": {"folder": MAIL_DIR}}
    smtp = urlsplit(url)
    return {
        "BACKEND": "portal.core.delivery.smtp.SmtpBackend",
        "OPTIONS": {
            "host": smtp.hostname,
            "port": smtp.port or 25,
            "username": smtp.username or "",
            "password": smtp.password or "",
            "use_tls": "tls=1" in smtp.query,
            "use_ssl": smtp.scheme == "smtps",
            "timeout": 10,
        },
    }


MAILERS = {"default": _mailer(SMTP_URL), "alerts": _mailer(ALERT_SMTP_URL)}
DEFAULT_FROM_EMAIL = f"MARUS <{FROM_EMAIL}>"
SERVER_EMAIL = FROM_EMAIL

# ── Celery: the fast path of the outbox, never the only one ──────────────────────────────────
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 55
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
if EMBEDDED:
    QUEUE_DIR = VAR_DIR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, str | int] = {
        "data_folder_in": str(QUEUE_DIR / "messages"),
        "data_folder_out": str(QUEUE_DIR / "messages"),
        "control_folder": str(QUEUE_DIR / "control"),
        "processed_folder": str(QUEUE_DIR / "processed"),
    }
else:
    CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 300,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
    }
# By the function that a task is of.
_SCHEDULE = {
    "portal.core.periodic.prune_alerts": crontab(hour=3, minute=5),
    "portal.core.periodic.prune_content_versions": crontab(hour=3, minute=15),
    "portal.core.periodic.prune_waiting_files": crontab(minute=15),
    "portal.core.periodic.clear_sessions": crontab(hour=3, minute=30),
    "portal.accounts.periodic.forget_unconfirmed_accounts": crontab(hour=3, minute=50),
    "requests.periodic.prune_case_links": crontab(hour=3, minute=20),
    # Every hour of the night: a run that was killed is gone on with, and after one that is done nothing is due.
    "requests.periodic.apply_retention": crontab(hour="3-6", minute=50),
    "requests.periodic.hand_over_absences": crontab(minute="*/10"),
    "requests.periodic.release_held_mails": crontab(minute="*/10"),
    # Every hour, so that a night in which beat was down puts no case off by a day.
    "requests.periodic.erase_cases": crontab(minute=20),
    "requests.periodic.resume_cases": crontab(minute=5),
    "requests.periodic.remind_of_estimates": crontab(minute=35),
    # Often, so that a task does not outlive by long what it stood for.
    "requests.periodic.chase": crontab(minute="*/10"),
    # In the working hours of Moscow alone (UTC+3), so that nobody at a clinic is mailed at night.
    "requests.periodic.remind_clinics": crontab(minute=45, hour="6-14"),
    "requests.periodic.renew_queue_figures": crontab(minute="*/5"),
    # Every hour, so that no night in which beat was down leaves anybody unasked.
    "requests.periodic.ask_follow_ups": crontab(minute=25),
    "requests.periodic.scan_papers": crontab(minute="*/5"),
    "portal.front.periodic.rebuild_search": crontab(hour=3, minute=40),
    # Days of the audit log are those of UTC; an hour later all rows of the day before are there.
    "requests.periodic.seal_audit_log": crontab(hour=1, minute=0),
}
CELERY_BEAT_SCHEDULE = {
    "pulse": {
        "task": "portal.core.periodic.pulse",
        "schedule": PULSE_EVERY,
        "options": {"expires": PULSE_EVERY.total_seconds()},
    },
    # With the long workers: it may take longer than the limit of others.
    "report-orphaned-files": {
        "task": "portal.core.periodic.report_orphaned_files",
        "schedule": crontab(day_of_week="sunday", hour=4, minute=10),
        "options": {"queue": "long", "expires": 3600},
    },
    # With them too: a year of rows is read.
    "verify-audit-log": {
        "task": "requests.periodic.verify_audit_log",
        "schedule": crontab(day_of_week="sunday", hour=2, minute=10),
        "options": {"queue": "long", "expires": 3600},
    },
    **{
        task.rpartition(".")[2].replace("_", "-"): {"task": task, "schedule": schedule}
        for task, schedule in _SCHEDULE.items()
    },
}

# ── Languages ────────────────────────────────────────────────────────────────────────────────
ALL_LANGUAGES = {code: language.name for code, language in languages.LANGUAGES.items()}
LANGUAGES = [(code, ALL_LANGUAGES[code]) for code in LIVE_LANGUAGES]
# The desk is written in these; who has another language reads it in English.
DESK_LANGUAGES = [code for code in ("en", "ru") if code in LIVE_LANGUAGES or code == "en"]
LANGUAGES_BIDI = [code for code, language in languages.LANGUAGES.items() if language.direction == "rtl"]
LANGUAGE_CODE = "en"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = tuple(ALL_LANGUAGES)
# What patients read, in every live language, and what only staff reads, in those of the desk.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale_admin"]
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "portal.core.localisation.django_formats"
# The zones of the locked tzdata: those of the machine may be years older than the laws they state.
zoneinfo.reset_tzpath(to=())

# ── People and their sessions ────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_request_login_code"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_FORMS = {
    "request_login_code": "portal.accounts.forms.AskForCodeForm",
    "confirm_login_code": "portal.accounts.forms.SignInCodeForm",
}
# A code has eight digits and three attempts, so that 15 guesses are made in a quarter of an hour.
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,5/15m/key"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())
MFA_ADAPTER = "portal.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "MARUS"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "portal.accounts.forms.PasskeyForm"}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EMBEDDED

MESSAGE_STORAGE = "portal.core.http.messages.SessionStorage"
SESSION_COOKIE_AGE = int(CASE_SESSION_LIFETIME.total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
RECEIPT_COOKIE_NAME = "__Host-receipt" if IS_HTTPS else "receipt"
SHORTLIST_COOKIE_NAME = "__Host-shortlist" if IS_HTTPS else "shortlist"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.front.views.errors.csrf_failure"

# ── Headers ──────────────────────────────────────────────────────────────────────────────────
_OWN = [CSP.SELF]
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": _OWN,
    "style-src": _OWN,
    "img-src": _OWN,
    "font-src": _OWN,
    "connect-src": _OWN,
    "form-action": _OWN,
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# Unfold's Alpine.js needs eval, and its pages one inline style; its "add related" opens a frame.
ADMIN_CSP = SECURE_CSP | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "frame-src": _OWN,
    "frame-ancestors": _OWN,
}
SECURE_HSTS_SECONDS = 63_072_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz/|readyz/|metrics)$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ── Logging: references and ids only, never what a patient wrote ─────────────────────────────
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "portal.core.monitoring.logs.TokenFreeFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # httpx writes the address of each request, and that of a webhook is a secret; botocore keys and signatures.
    "loggers": {"httpx": {"level": "WARNING"}, "botocore": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO" if not EMBEDDED else "WARNING")},
}


# ── The admin. Callables take the request; strings name functions, so that nothing is imported here ──


# Who begins the day where is decided by what the whole admin knows.
ADMIN_HOME = "portal.front.admin_menu.home"
UNFOLD = {
    "DASHBOARD_CALLBACK": "portal.front.admin_home.with_health",
    "SITE_TITLE": "MARUS",
    "SITE_HEADER": _("MARUS desk"),
    "SITE_SYMBOL": "route",
    "SHOW_HISTORY": False,
    "LANGUAGES": {
        "action": lambda request: reverse("admin:accounts_desk_language"),
        "navigation": lambda request: [languages.LANGUAGES[code] for code in DESK_LANGUAGES],
    },
    "BORDER_RADIUS": "8px",
    "STYLES": [lambda request: static("css/desk.css")],
    "SITE_VIEWS": [
        ("language/", "accounts_desk_language", "portal.accounts.admin.desk_language.DeskLanguage"),
        ("ready/", "front_ready", "portal.front.admin_ready.Ready"),
        ("core/mail/", "core_mail_list", "portal.core.admin.mail.MailList"),
        ("core/mail/<str:name>/", "core_mail_page", "portal.core.admin.mail.MailPage"),
        ("clinics/photo/<int:pk>/", "clinics_photo_preview", "clinics.admin.photos.PhotoPreview"),
    ],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Second factor"), "link": lambda request: reverse("mfa_index")},
            {"title": _("Sessions"), "link": lambda request: reverse("usersessions_list")},
        ]
    },
    "COLORS": {
        "base": {
            "50": "oklch(98.2% .006 85)",
            "100": "oklch(96.2% .009 85)",
            "200": "oklch(91.5% .012 85)",
            "300": "oklch(86% .014 85)",
            "400": "oklch(70% .015 85)",
            "500": "oklch(51% .02 225)",
            "600": "oklch(44% .025 225)",
            "700": "oklch(37% .026 225)",
            "800": "oklch(28.5% .026 225)",
            "900": "oklch(22% .024 225)",
            "950": "oklch(16% .02 225)",
        },
        "primary": {
            "50": "oklch(97.5% .012 200)",
            "100": "oklch(95% .022 200)",
            "200": "oklch(90% .04 200)",
            "300": "oklch(83% .07 200)",
            "400": "oklch(76% .09 202)",
            "500": "oklch(56% .09 204)",
            "600": "oklch(42% .07 205)",
            "700": "oklch(37% .065 205)",
            "800": "oklch(32% .055 207)",
            "900": "oklch(27% .045 210)",
            "950": "oklch(21% .035 215)",
        },
    },
    "SIDEBAR": {"show_search": False, "navigation": "portal.front.admin_menu.navigation"},
}
