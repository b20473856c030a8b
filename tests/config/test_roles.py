import json
import re
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import Group, Permission, User

from config.models import Scope
from config.roles import BY_SLUG, ROLES, SCOPES, ensure_roles, roles_of, roles_with, scopes_of
from sandbox.bootstrap import bootstrap
from tests.people import person

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[2] / "docs" / "roles.md"


def known() -> set[str]:
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


def held(slug: str) -> set[str]:
    rows = Group.objects.get(name=slug).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


@pytest.mark.parametrize("slug", BY_SLUG)
def test_migrate_gives_each_role_exactly_its_permissions(slug):
    assert held(slug) == (BY_SLUG[slug].permissions or known())


def test_every_permission_that_is_named_is_one_that_there_is():
    named = set().union(*(role.permissions or set() for role in ROLES), SCOPES.values())

    assert named - known() == set()


def test_roles_are_put_right_where_somebody_changed_them():
    Group.objects.get(name="viewer").permissions.set(Permission.objects.all()[:3])

    ensure_roles()

    assert held("viewer") == BY_SLUG["viewer"].permissions


def test_who_has_two_roles_has_both():
    both = User.objects.get(pk=person("viewer", "approver").pk)

    assert roles_of(both.groups.all()) == [BY_SLUG["viewer"], BY_SLUG["approver"]]
    assert both.has_perm("journeys.approve_journey")


def test_roles_with_a_permission_come_with_the_least_first():
    assert [role.slug for role in roles_with("config.send")] == ["campaign_manager", "administrator"]


@pytest.mark.parametrize(
    ("slug", "scopes"),
    [
        ("viewer", {Scope.READ}),
        ("marketer", {Scope.READ, Scope.PERSONAL}),
        ("campaign_manager", {Scope.READ, Scope.PERSONAL, Scope.CUSTOMERS, Scope.DESIGN, Scope.SEND}),
        ("approver", {Scope.READ, Scope.PERSONAL}),
        ("integrator", {Scope.READ, Scope.CUSTOMERS}),
        ("administrator", set(Scope)),
    ],
)
def test_role_stands_for_scopes(slug, scopes):
    assert set(scopes_of(person(slug))) == scopes


def test_table_in_the_docs_is_what_the_code_says():
    rows = re.findall(r"^\| `(\w+\.\w+)` \|(.+)\|$", PAGE.read_text(), re.MULTILINE)
    told = {name: tuple(cell.strip() == "✓" for cell in cells.split("|")[1:]) for name, cells in rows}
    limited = [role for role in ROLES if role.permissions is not None]
    named = set().union(*(role.permissions for role in limited))

    assert told == {name: tuple(name in role.permissions for role in limited) for name in named}


def test_sandbox_has_a_person_for_each_role_but_the_admins(settings, tmp_path):
    settings.VAR = tmp_path
    first = bootstrap(2525, "http://127.0.0.1:4000")
    (tmp_path / "sandbox.json").write_text(json.dumps(first))

    again = bootstrap(2525, "http://127.0.0.1:4000")

    assert again["logins"] == first["logins"]
    assert list(first["logins"]) == [role.slug for role in ROLES if role.slug != "administrator"]
    assert authenticate(username="viewer", password=first["logins"]["viewer"]).has_perm(
        "journeys.view_journey"
    )
    assert not User.objects.get(username="approver").has_perm("config.send")
