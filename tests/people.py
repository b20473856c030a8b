"""People who log in, for tests: with a role, or with none."""

from django.contrib.auth.models import Group, User
from django.test import Client


def person(*roles: str) -> User:
    """Somebody who may enter the admin, with these roles, and is called after them."""
    made = User.objects.create_user("_".join(roles) or "nobody", is_staff=True)
    made.groups.set(Group.objects.filter(name__in=roles))
    return made


def browser(*roles: str) -> Client:
    """A client in which that person is logged in."""
    made = Client()
    made.force_login(person(*roles))
    return made
