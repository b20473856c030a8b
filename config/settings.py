"""Settings of an installation, read from the environment by typed readers; what marketers set is rows."""

from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config import embedded, env

ROOT = Path(__file__).resolve().parent.parent
VAR = env.folder("SETTE_VAR", ROOT / "var")

# --- What kind of installation ------------------------------------------------------------------------------
DEBUG = env.flag("SETTE_DEBUG", default=False)
SECRET_KEY = env.secret("SETTE_SECRET_KEY", VAR / "secret_key")
PORT = env.number("SETTE_PORT", 8000)
WORKERS = env.number("SETTE_WORKERS", 2)
BASE_URL = env.text("SETTE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
SECURE = BASE_URL.startswith("https://")
# smtp://name:password@host:port; smtp+tls and smtps are known too. Empty: the sandbox's mailbox.
EMAIL_URL = env.text("EMAIL_URL", "")
DEFAULT_FROM_EMAIL = env.text("SETTE_MAIL_FROM", f"sette@{env.host_of(BASE_URL)}")  # to people who log in
# A sandbox brings its own mailbox and receivers; nothing that it sends leaves the machine.
SANDBOX = env.flag("SETTE_SANDBOX", default=env.is_here(BASE_URL))
# In a rehearsal the clock can be moved, and nothing may reach anybody: every provider is on this machine.
REHEARSAL = env.flag("SETTE_REHEARSAL", default=SANDBOX and env.is_here(EMAIL_URL))
if REHEARSAL and not env.is_here(EMAIL_URL):
    raise ImproperlyConfigured("SETTE_REHEARSAL needs providers on this machine: unset it, or EMAIL_URL.")
ALLOWED_HOSTS = env.words("SETTE_HOSTS", [env.host_of(BASE_URL), "127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "config.csrf.refused"

BRAND = env.text("SETTE_BRAND", "Sette Market")
BRAND_TIME_ZONE = env.text("SETTE_TIME_ZONE", "Europe/Rome")
BRAND_COUNTRY = env.text("SETTE_COUNTRY", "IT")
BRAND_LANGUAGE = env.text("SETTE_LANGUAGE", "en")
# Traits and properties that are masked for those who may not see personal data, however they are spelt.
PERSONAL = env.words(
    "SETTE_PERSONAL",
    [
        *("name", "first_name", "last_name", "full_name", "surname", "email", "mail", "phone", "mobile"),
        *("address", "street", "zip", "postal_code", "birthday", "birth_date", "date_of_birth", "ip"),
        *("text", "comment"),
    ],
)

# --- Servers ------------------------------------------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL", embedded.database_url(VAR))
REDIS_URL = env.text("REDIS_URL", embedded.redis_url(VAR))
DATABASES = {"default": env.database(DATABASE_URL)}
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
}

# --- Apps ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "config.admin_app.SetteAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_celery_beat",
    "config",
    "customers",
    "channels",
    "campaigns",
    "journeys",
    "insights",
    "sandbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.csp.middleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.zone.middleware",
    "config.masking.middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "insights.recent.middleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Language, time, files ----------------------------------------------------------------------------------
LANGUAGE_CODE = BRAND_LANGUAGE
LANGUAGES = [("en", "English"), ("it", "Italiano")]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = env.folder("SETTE_STATIC", ROOT / "staticfiles")
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

# --- Security -----------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"  # config.csp.sandboxed frees what is shown in a frame of ours
SECURE_REFERRER_POLICY = "same-origin"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
IMPORT_MEGABYTES = env.number("SETTE_IMPORT_MEGABYTES", 500)  # of one file

# --- The engine ---------------------------------------------------------------------------------------------
RULE_SECONDS = env.number("SETTE_RULE_SECONDS", 3600)  # estimated, for asking everybody a rule
LEASE = timedelta(seconds=env.number("SETTE_LEASE_SECONDS", 120))  # of a message that is being sent
PROVIDER_TIMEOUT = timedelta(seconds=env.number("SETTE_PROVIDER_TIMEOUT_SECONDS", 30))
if LEASE < 2 * PROVIDER_TIMEOUT:
    raise ImproperlyConfigured("SETTE_LEASE_SECONDS must be at least twice SETTE_PROVIDER_TIMEOUT_SECONDS.")

# --- Celery: wake-ups only ----------------------------------------------------------------------------------
CELERY_BROKER_URL = embedded.celery_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
# What no worker survives, an endless loop or endless memory, ends alone: its process, or its row.
CELERY_TASK_TIME_LIMIT = env.number("SETTE_TASK_SECONDS", 900)
WORKER_MEGABYTES = env.number("SETTE_WORKER_MEGABYTES", 2048)
CELERY_DB_REUSE_MAX = 1_000_000_000  # tasks on one connection; else Celery opens a new one for each of them
CELERY_TASK_DEFAULT_QUEUE = "sweep"
CELERY_TASK_ROUTES = {
    "customers.drain": {"queue": "ingest"},
    "customers.import": {"queue": "ingest"},
    "customers.hear": {"queue": "ingest"},
    "customers.recheck": {"queue": "ingest"},
    "journeys.simulate": {"queue": "simulate"},
    "journeys.*": {"queue": "advance"},
    "campaigns.*": {"queue": "advance"},
    "channels.dispatch_email": {"queue": "dispatch.email"},
    "channels.dispatch_sms": {"queue": "dispatch.sms"},
    "channels.dispatch_push": {"queue": "dispatch.push"},
    "channels.dispatch_webhook": {"queue": "dispatch.webhook"},
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
DJANGO_CELERY_BEAT_TZ_AWARE = True

# --- API ----------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.permissions.ScopePermission"],
    "DEFAULT_PAGINATION_CLASS": "config.api.pagination.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.ScopedSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DURATION_FORMAT": "iso-8601",
    "EXCEPTION_HANDLER": "config.api.problems.problem_details",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sette",
    "DESCRIPTION": "Customer journeys through seven stages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "ChannelEnum": "channels.models.ChannelKind",
        "ConsentChannelEnum": "customers.api.serializers.CHANNELS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.schema.tell_problems",
    ],
}

# --- Admin --------------------------------------------------------------------------------------------------
# By name: what shows no pages need not load what pages are made of.
UNFOLD = {
    "SITE_TITLE": "Sette",
    "SITE_HEADER": "Sette",
    "SITE_SUBHEADER": BRAND,
    "SITE_ICON": {"light": "config.look.light_mark", "dark": "config.look.dark_mark"},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.look.mark"}],
    "STYLES": ["config.look.style"],
    "SCRIPTS": ["config.look.script", "config.look.palette"],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "insights.views.dashboard",
    "COLORS": {
        "primary": {
            "50": "#F5F3FF",
            "100": "#EDE9FE",
            "200": "#DDD6FE",
            "300": "#C4B5FD",
            "400": "#A78BFA",
            "500": "#8B5CF6",
            "600": "#6D28D9",
            "700": "#5B21B6",
            "800": "#4C1D95",
            "900": "#3B1780",
            "950": "#2E1065",
        },
    },
    "ACCOUNT": {"navigation": "config.navigation.account"},
    "TABS": "config.tabs.tabs",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.navigation.sidebar",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("SETTE_LOG_LEVEL", "INFO")},
    "loggers": {
        "celery.apps.worker": {"level": "INFO"},  # says that it is ready, which `serve` waits for
        "celery.app.trace": {"level": "WARNING"},  # a line for each sweep would fill the disk
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
