import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.urls import reverse

from config.pages import Page
from tests.builders import customer


@pytest.fixture
def ada(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


@pytest.mark.django_db
def test_an_empty_list_says_what_next(ada):
    assert ada.get("/admin/").status_code == 200  # which loads all pages
    told = [page for page in admin.site._registry.values() if isinstance(page, Page) and page.empty]
    assert len(told) >= 4
    for page in told:
        address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
        shown = ada.get(address).content.decode()
        assert str(page.empty.text) in shown
        assert f'href="{reverse(page.empty.view)}">{page.empty.act}' in shown


@pytest.mark.django_db
def test_a_list_that_a_filter_empties_offers_all_again(ada):
    customer()

    shown = ada.get("/admin/customers/customer/?stage=7").content.decode()

    assert "Nothing fits what you have chosen." in shown
    assert '<a class="s-button" href="?">Show all</a>' in shown


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["customers_segment", "channels_cap", "auth_user"])
def test_lists_and_forms_have_the_palette_and_lists_the_name_of_their_rows(ada, model):
    shown = ada.get(reverse(f"admin:{model}_changelist"))
    form = ada.get(reverse(f"admin:{model}_add"))

    assert shown.context["title"] == {"customers_segment": "Segments", "channels_cap": "Caps"}.get(
        model, "Users"
    )
    assert [page.content.decode().count("data-palette") for page in (shown, form)] == [1, 1]
