"""The page on which a person says how the pages are to be, and the switch of languages in the user's menu."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views import i18n
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from config.models import Preferences
from config.notices import NEEDS, Kind
from config.pages import site, who
from config.preferences import preferences_of
from config.telling import mail_connection

URL_NAME = "my_settings"
MAILED = ("notices", "pace", "email")  # what an installation that sends no mail does not ask


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Language, zone, theme, density."""

    language = forms.ChoiceField(label=_("Language"), required=False, widget=UnfoldAdminSelectWidget)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, widget=UnfoldAdminSelectWidget)

    notices = forms.MultipleChoiceField(
        label=_("Tell me by e-mail when"), required=False, widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(label=_("E-mail address"), required=False, widget=UnfoldAdminTextInputWidget)

    class Meta:
        model = Preferences
        fields = ("language", "time_zone", "theme", "density", "notices", "pace")
        widgets = dict.fromkeys(["theme", "density", "pace"], forms.RadioSelect)

    def __init__(self, person: Any, *args: Any, can_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["email"] = person.email
        told = [(kind.value, kind.label) for kind in Kind if person.has_perm(NEEDS[kind])]
        self.fields["notices"].choices = told  # type: ignore[attr-defined]
        languages = [("", _("as the browser asks")), *settings.LANGUAGES]
        brand = _("the brand's: %(zone)s") % {"zone": settings.BRAND_TIME_ZONE}
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [("", brand), ("UTC", "UTC"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]

        if not can_mail:
            for name in MAILED:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Who wants to be told has an address."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("notices") and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write where to: without an address nothing can be told."))
        return cleaned


def my_settings(request: HttpRequest) -> HttpResponse:
    """The form; what is kept holds from the next page on."""
    kept = preferences_of(request)
    person = who(request)
    can_mail = mail_connection() is not None
    form = PreferencesForm(person, request.POST or None, instance=kept, can_mail=can_mail)
    if form.is_valid():
        kept = form.save(commit=False)
        kept.person = person
        kept.save()
        if can_mail:
            get_user_model().objects.filter(pk=kept.person_id).update(email=form.cleaned_data["email"])
        with translation.override(kept.language or translation.get_language()):
            messages.success(request, str(_("Your settings are kept.")))
        return redirect(f"admin:{URL_NAME}")
    context = site().page(request, _("Your settings"), form=form, can_mail=can_mail)
    return TemplateResponse(request, "config/my_settings.html", context)


def set_language(request: HttpRequest) -> HttpResponseBase:
    """As Django's, by the browser; a person who has said which language they want has it changed too."""
    answer = i18n.set_language(request)
    language, person = request.POST.get("language", ""), who(request)
    if person and language in dict(settings.LANGUAGES):
        Preferences.objects.filter(person_id=person.pk).exclude(language="").update(language=language)
    return answer


site().add_page("settings/", my_settings, URL_NAME, "")
