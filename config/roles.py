"""What each role of the people who log in may do: the one place. `migrate` makes a group of each.

A role is a set of Django's permissions, by name: pages, buttons and routes ask for permissions, never for
roles. Who has two roles may do what either may.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connections, transaction
from django.utils.translation import gettext_lazy as _

from config.models import Scope

SEND = "config.send"
SEE_PERSONAL = "config.see_personal_data"
ADMINISTRATOR = "administrator"
APPROVE = "journeys.approve_journey"
DRAFT_JOURNEYS = "journeys.change_journey"


@dataclass(frozen=True)
class Role:
    """One role: the name of its group, its name and purpose in words, the permissions; None: every one."""

    slug: str
    name: Any
    purpose: Any
    permissions: frozenset[str] | None


def _named(app: str, **models: str) -> frozenset[str]:
    """Permissions of an app's models: `segment="view add"` stands for two."""
    return frozenset(f"{app}.{verb}_{model}" for model, verbs in models.items() for verb in verbs.split())


LOOK = (
    _named("customers", customer="view", segment="view", stage="view", topic="view", doubleoptin="view")
    | _named("customers", product="view", order="view")
    | _named("channels", cap="view", quiethours="view", holdout="view", content="view", contenttext="view")
    | _named("channels", message="view")
    | _named("campaigns", broadcast="view")
    | _named("journeys", journey="view", kepttest="view")
)
DESIGN = (
    LOOK
    | {SEE_PERSONAL}
    | _named("customers", segment="add change", **{"import": "view add change"})
    | _named("customers", identifierrule="view change", traitrule="view add change delete")
    | _named("channels", content="add change delete", contenttext="add change delete", channel="view")
    | _named("campaigns", broadcast="add change")
    | _named("journeys", journey="add change", kepttest="change delete")
)
CONDUCT = (
    DESIGN
    | {SEND}
    | _named("customers", customer="add change export erase", privacyact="view", retention="view")
    | _named("customers", segment="export", stage="change", topic="add change delete")
    | _named(
        "customers", suppression="view", repairsweep="view", doubleoptin="add delete", duplicatepair="view"
    )
    | _named("channels", cap="add change delete", quiethours="add change delete", holdout="add")
    | _named("journeys", publishingpolicy="view")
)
DECIDE = LOOK | {SEE_PERSONAL, APPROVE} | _named("journeys", publishingpolicy="view")
CONNECT = (
    LOOK
    | _named("config", apikey="view add change")
    | _named("customers", identifierrule="view", traitrule="view")
    | _named("customers", customer="add", source="view add change", inboxrow="view change")
    | _named("customers", suppression="view", repairsweep="view")
    | _named("channels", channel="view add change")
    | _named("django_celery_beat", periodictask="view", intervalschedule="view", crontabschedule="view")
)
ROLES = (
    Role(
        "viewer",
        _("Viewer"),
        _("Looks at everything that is designed and at its results, changes nothing; people are masked."),
        LOOK,
    ),
    Role(
        "marketer",
        _("Marketer"),
        _("Writes segments, contents, drafts of journeys and broadcasts. Somebody else sends them."),
        DESIGN,
    ),
    Role(
        "campaign_manager",
        _("Campaign manager"),
        _("Also publishes, starts and stops what is sent, sets caps and stages, exports segments."),
        CONDUCT,
    ),
    Role(
        "approver",
        _("Approver"),
        _("Looks at everything, and says yes or no where publishing needs a second person."),
        DECIDE,
    ),
    Role(
        "integrator",
        _("Integrator"),
        _("Connects sources, providers and other programs; people are masked."),
        CONNECT,
    ),
    Role(
        ADMINISTRATOR,
        _("Administrator"),
        _("May do everything, and says who may log in and as what."),
        None,
    ),
)
BY_SLUG = {role.slug: role for role in ROLES}
# What a person needs, by page or by the REST API, for what a key does by a scope.
SCOPES: dict[Scope, str] = {
    Scope.READ: "customers.view_customer",
    Scope.PERSONAL: SEE_PERSONAL,
    Scope.CUSTOMERS: "customers.add_customer",
    Scope.DESIGN: "customers.change_stage",  # rules of everybody and caps too, so more than drafts
    Scope.SEND: SEND,
    Scope.FULL: "auth.change_user",
}


def roles_with(permission: str) -> list[Role]:
    """The roles that hold a permission, those who may least first."""
    return [role for role in ROLES if role.permissions is None or permission in role.permissions]


def roles_of(groups: Iterable[Group]) -> list[Role]:
    """The roles among some groups, in their order; groups of the installation's own are none."""
    names = {group.name for group in groups}
    return [role for role in ROLES if role.slug in names]


def scopes_of(person: Any) -> list[Scope]:
    """The scopes for which a person holds what stands for them."""
    return [scope for scope in Scope if person.has_perm(SCOPES[scope])]


def ensure_roles(using: str = "default", **_signal: Any) -> None:
    """Make each role's group and give it exactly its permissions; called when `migrate` has made them all.

    Permissions that are not there yet, in the middle of a migration by hand, come with the next.
    """
    if "auth_group" not in connections[using].introspection.table_names():
        return
    rows = Permission.objects.using(using).values_list("content_type__app_label", "codename", "pk")
    numbers = {f"{app}.{codename}": pk for app, codename, pk in rows}
    with transaction.atomic(using=using):
        for role in ROLES:
            group, _made = Group.objects.using(using).get_or_create(name=role.slug)
            wanted = numbers.keys() if role.permissions is None else role.permissions & numbers.keys()
            group.permissions.set([numbers[name] for name in wanted])


def last_app_of_migrate() -> Any:
    """The app that `migrate` tells last that it is over: by then every app has its permissions."""
    return [app for app in apps.get_app_configs() if app.models_module is not None][-1]
