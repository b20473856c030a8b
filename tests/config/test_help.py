"""Every page says what it is for, and where it leads to is there."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from markdown.extensions.toc import slugify

from config.help import PAGES
from config.pages import site

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Routes of the admin's site that answer a script, do something and lead on, or are shown before one is in.
NO_PAGES = {
    *("login", "logout", "jsi18n", "autocomplete", "search", "view_on_site", "app_list"),
    *("password_change", "password_change_done", "glossary"),
    *(
        "customer_copy",
        "customer_stage",
        "customer_timeline",
        "content_preview",
        "content_try",
        "message_preview",
        "inbox_shown",
    ),
    *(
        "first_steps_heard",
        "sample_removal",
        "segment_take",
        "segment_move",
        "segment_members",
        "segment_difference",
        "segment_export",
    ),
    *("stage_version_new", "stage_version_try", "broadcast_move"),
    *("journey_save", "journey_check", "journey_look", "journey_numbers", "journey_people"),
    *("rule_vocabulary", "rule_read", "rule_preview", "rule_suggestions", "rule_customers", "rule_explain"),
    *("journey_walk", "journey_keep_test", "journey_move_many", "journey_simulations"),
    *(
        "simulation_numbers",
        "simulation_stop",
        "filter_forget",
        "filter_save",
        "customers_listing",
        "running",
    ),
    *("journey_move", "journey_retry", "journey_copy", "journey_file", "journey_simulate", "journey_take"),
    *("simulation_progress", "simulation_cancel"),
    *("customers_export", "import_act", "import_state", "import_rejected", "duplicates_search"),
}
OF_MODEL = re.compile(r"_(changelist|add|change|history|delete)$")
IN_FORMS = {"django_celery_beat_solarschedule", "django_celery_beat_clockedschedule"}  # no link leads there


def test_every_page_of_ours_is_explained():
    own = {name for _route, _view, name in site()._pages}
    models = {f"{one._meta.app_label}_{one._meta.model_name}" for one in site()._registry}

    assert (own | models | {"index"}) - NO_PAGES - IN_FORMS == set(PAGES)


@pytest.mark.parametrize("read", sorted({one.read for one in PAGES.values()}))
def test_what_is_to_be_read_is_there(read):
    page, _hash, anchor = read.partition("#")
    text = (DOCS / page.replace(".html", ".md")).read_text()
    headings = {slugify(title, "-") for title in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}

    assert anchor in headings | {""}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("en", "Glossary"), ("it", "Glossario")])
def test_a_page_shows_what_it_is_for(client, language, words):
    client.force_login(User.objects.create_superuser("root"))

    page = client.get("/admin/channels/cap/", headers={"Accept-Language": language}).content.decode()

    assert words in page
    assert ("How many messages a customer gets at most, over all channels or one." in page) == (
        language == "en"
    )
