"""Settings of the service; every value comes from the environment, with safe defaults for one machine.

`DATABASE_URL` and `CELERY_BROKER_URL` switch from the embedded database and the file-system broker to real servers.
"""

import gc
import hashlib
import os
from pathlib import Path
from typing import Any

import dj_database_url

from config import embedded, logs
from identity.provider import provider_from

logs.configure()
# Rules and models are many objects that stay. Looking for circles among them as often as Python does takes a quarter of
# the time of whatever compiles statements or migrates, and finds next to nothing.
gc.set_threshold(50_000, 20, 100)
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / ".data")).resolve()


def _flag(name: str, default: bool) -> bool:
    """Read a yes/no value from the environment."""
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes"}


def _drawn_with() -> str:
    """A name for all that pages are drawn with: our own files, and what the lock files name of others'."""
    found = hashlib.blake2b(digest_size=6)
    for path in sorted([*BASE_DIR.glob("*lock*"), *BASE_DIR.glob("*/static/*/*")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def _rate(name: str, default: str) -> tuple[float, float]:
    """Read a limit such as 20/100: requests each second, and as many at once; 0/0 sets none."""
    rate, _slash, burst = os.environ.get(name, default).partition("/")
    return float(rate), float(burst)


DEMO_MODE = _flag("DEMO_MODE", False)
DEBUG = _flag("DEBUG", False)
SECRET_KEY = os.environ.get("SECRET_KEY") or embedded.local_secret(DATA_DIR, "secret-key")
# Secrets before this one: what they signed is still read, until they are taken away.
SECRET_KEY_FALLBACKS = os.environ.get("SECRET_KEY_FALLBACKS", "").split()
SIGNING_KEYS = os.environ.get("SIGNING_KEYS", str(DATA_DIR / "signing-keys"))
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://localhost:{os.environ.get('PORT', '8000')}")

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "guardian",
    "fhir",
    "terminology",
    "audit",
    "access",
    "law",
    "identity",
    "citizens",
    "organisations",
    "consents",
    "minlog",
    "stamkort",
    "goals",
    "careplans",
    "documents",
    "appointments",
    "exchange",
    "desk",
    "portal",
    "demo",
    "bench",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "identity.origins.Origins",
    "config.addresses.SlashAtTheEnd",
    "django.middleware.common.CommonMiddleware",
    # What browsers need, and what requests for anything but a page pass untouched.
    "config.pages.PageHeaders",
    "config.pages.PagePacked",
    "config.pages.PageSession",
    "config.pages.PageForms",
    "config.pages.PageUser",
    "config.pages.PageMessages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

_address = os.environ.get("DATABASE_URL") or embedded.database_url(DATA_DIR)
DATABASES: dict[str, dict[str, Any]] = {"default": {**dj_database_url.parse(_address)}}
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=False,
    DISABLE_SERVER_SIDE_CURSORS=True,
)
# A statement of the hot path is planned once per connection: its gates are the same for every citizen.
# The web server sets a time after which a statement is given up; work behind the requests may take longer.
_limits = f" -c statement_timeout={_given}s" if (_given := os.environ.get("STATEMENT_SECONDS")) else ""
DATABASES["default"].setdefault("OPTIONS", {}).update(
    options=f"-c plan_cache_mode=force_generic_plan{_limits}", prepare_threshold=5
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ANONYMOUS_USER_NAME = None  # django-guardian: nobody is granted anything without being known

SILENCED_SYSTEM_CHECKS = ["guardian.W001"]  # its has_perm backend is never asked; see access/

LANGUAGE_CODE = "da"
LANGUAGES = [("da", "Dansk"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Copenhagen"
WHITENOISE_USE_FINDERS = True  # served from where they lie; nothing has to be collected first
# A page left alone is closed after a quarter of an hour. "Lax", since it is opened from another system's window.
SESSION_COOKIE_AGE = 15 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
SESSION_COOKIE_NAME = "__Host-session" if SESSION_COOKIE_SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SESSION_COOKIE_SECURE else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
# What is told after a change stands with the session, not in a cookie of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "portal.views.errors.form_lost"
# Of a proxy that ends TLS before us: so that browsers are told to come by https alone.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SESSION_COOKIE_SECURE
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# The log-in service for citizens, as a MitID broker (docs/log-in.md); None where none is set up.
OIDC = provider_from(os.environ)
# What pages are drawn with has its content in its address, so that a browser that has it never asks again.
STATIC_URL = f"/static/{_drawn_with()}/"
WHITENOISE_IMMUTABLE_FILE_TEST = "."
# The national design system and htmx, as `make` installs them (package.json).
_PACKAGES = BASE_DIR / "node_modules"
_DRAWN_WITH = {
    "dkfds/css": "dkfds/dist/css",
    "dkfds/fonts": "dkfds/dist/fonts",
    "dkfds/img": "dkfds/dist/img",
    "htmx": "htmx.org/dist",
}
STATICFILES_DIRS = [(name, _PACKAGES / found) for name, found in _DRAWN_WITH.items() if (_PACKAGES / found).is_dir()]
APPEND_SLASH = False

# Pages of other origins: those of registered apps alone (identity/origins.py), and never with cookies.
CORS_URLS_REGEX = r"^/(fhir(/|$)|oauth/token$)"
CORS_ALLOW_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
CORS_ALLOW_HEADERS = (
    *("accept", "authorization", "content-type", "if-match", "if-modified-since", "if-none-exist", "if-none-match"),
    *("prefer", "x-override", "x-request-id", "x-will-reason"),
)
CORS_EXPOSE_HEADERS = ("content-location", "etag", "last-modified", "location", "retry-after")
CORS_PREFLIGHT_MAX_AGE = 600

# Whether an update must say which version it starts from; without, the last writer wins (docs/adr/0014).
REQUIRE_IF_MATCH = _flag("REQUIRE_IF_MATCH", True)

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["identity.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["identity.limits.Limits"],
    "UNAUTHENTICATED_USER": None,
}
# Of the web server on this machine (identity/limits.py); its processes share the file.
RATE_FILE = os.environ.get("RATE_FILE", "")
RATE_PER_SYSTEM = _rate("RATE_PER_SYSTEM", "200/1000")
RATE_PER_USER = _rate("RATE_PER_USER", "20/200")
RATE_PER_ADDRESS = _rate("RATE_PER_ADDRESS", "50/500")

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# E-mail that there is a message (docs/messages.md): by a mail server, or in demo mode into files; else none is sent.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _flag("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "noreply@localhost")
SENDS_EMAIL = bool(EMAIL_HOST) or DEMO_MODE

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "filesystem://localhost")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {**embedded.broker_folders(DATA_DIR), "polling_interval": 0.2} if CELERY_BROKER_URL.startswith("filesystem") else {}
)
CELERY_BROKER_TRANSPORT = "config.broker:Transport" if CELERY_BROKER_URL.startswith("filesystem") else None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# What the clock sends: tasks that carry on behind the requests, each safe to run twice.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "seal-log": {"task": "audit.tasks.seal_log", "schedule": 2.0},
    "dispatch-outbox": {"task": "exchange.dispatch_outbox", "schedule": 5.0, "options": {"expires": 30}},
    "tell-subscribers": {"task": "exchange.tell_subscribers", "schedule": 2.0, "options": {"expires": 30}},
    "forget-notifications": {"task": "exchange.forget_notifications", "schedule": 86_400.0},
    "tell-what-ends": {"task": "exchange.tell_what_ends", "schedule": 21_600.0, "options": {"expires": 3600}},
    "follow-up-claims": {"task": "careplans.follow_up_claims", "schedule": 600.0, "options": {"expires": 600}},
    "forget-expired": {"task": "identity.forget_expired", "schedule": 300.0, "options": {"expires": 300}},
    "make-log-partitions": {"task": "audit.tasks.make_partitions", "schedule": 86_400.0},
}
AUDIT_ANCHOR_FILE = os.environ.get("AUDIT_ANCHOR_FILE", str(DATA_DIR / "log-anchors.jsonl"))
