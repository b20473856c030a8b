"""Caps, quiet hours, contents and channels: how much, when, what, and by which way."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from channels import content_pages, contents, holdout_admin, opt_in_admin
from channels.health import channel_days, unknown_zones
from channels.limits import delete_limit, release_held, save_limit
from channels.models import Cap, Channel, ChannelKind, Content, ContentText, QuietHours
from channels.provider import providers
from channels.secrets import SealError
from channels.sentences import cap_words, quiet_words
from channels.setup import check_settings, set_up_channel, shown_settings
from config import clock
from config.forms import CodeEditor, JsonField, SpanField
from config.pages import Page
from config.registry import UnknownKindError
from config.templatetags.sette import icon

__all__ = ["content_pages", "holdout_admin", "opt_in_admin"]  # which register themselves
TEXT_FIELDS = ("subject", "body", "plain", "link")


class CapForm(forms.ModelForm):  # type: ignore[type-arg]
    """A cap, its length in words."""

    span = SpanField(label=_("Length"), required=False)

    class Meta:
        model = Cap
        fields = ("name", "limit", "window", "span", "channel", "topic", "stage", "is_active")

    def clean(self) -> dict[str, Any]:
        """A rolling window has a length, a calendar one has none."""
        cleaned = super().clean() or self.cleaned_data
        if (
            cleaned.get("window") == Cap.Window.ROLLING
            and not cleaned.get("span")
            and "span" not in self.errors
        ):
            self.add_error("span", _("A rolling window needs its length."))
        elif cleaned.get("window") != Cap.Window.ROLLING:
            cleaned["span"] = None
        return cleaned


class LimitAdmin(Page):
    """A cap or quiet hours: a change takes effect at once, on what is held back too."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """In force from now on."""
        del request, form, change
        save_limit(obj, clock.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """What it held back goes to the gate."""
        del request
        delete_limit(obj, clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """The same, for several."""
        super().delete_queryset(request, queryset)
        release_held(clock.now())


@admin.register(Cap)
class CapAdmin(LimitAdmin):
    """How much is enough."""

    form = CapForm
    list_display = ("name", "sentence", "is_active")
    list_select_related = ("stage",)
    fields = ("name", ("limit", "window"), "span", ("channel", "topic"), "stage", "is_active")

    @admin.display(description=_("what it says"))
    def sentence(self, cap: Cap) -> str:
        """In words."""
        return cap_words(cap)


@admin.register(QuietHours)
class QuietHoursAdmin(LimitAdmin):
    """When nothing goes out."""

    list_display = ("name", "sentence", "is_active")
    fields = ("name", ("starts", "ends"), "channel", "is_active")

    @admin.display(description=_("what it says"))
    def sentence(self, quiet: QuietHours) -> str:
        """In words."""
        return quiet_words(quiet)


class TextForm(forms.ModelForm):  # type: ignore[type-arg]
    """One text; its template is tried in a limited process before it is kept."""

    body = forms.CharField(label=_("Body"), widget=CodeEditor(16), strip=False)
    plain = forms.CharField(label=_("Text part"), widget=CodeEditor(4), strip=False, required=False)

    class Meta:
        model = ContentText
        fields = ("language", *TEXT_FIELDS)
        widgets = {"language": UnfoldAdminTextInputWidget(attrs={"maxlength": 12})}

    channel = ""

    def clean(self) -> dict[str, Any]:
        """What the check says, at its field and with its line."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors or not self.channel:
            return cleaned
        values = {name: cleaned.get(name) or "" for name in ("language", *TEXT_FIELDS)}
        for error in contents.faults(self.channel, [ContentText(**values)]):
            field = error["path"].rsplit(".", 1)[-1]
            self.add_error(field if field in self.fields else None, error["message"])
        return cleaned


class TextInline(StackedInline):  # type: ignore[misc]
    """The texts of a content, one per language."""

    model = ContentText
    form = TextForm
    extra = 0
    min_num = 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Each text is checked for the channel that is chosen above."""
        chosen = request.POST.get("channel", obj.channel if obj else "")
        channel = chosen if chosen in ChannelKind.values else ""
        kwargs["form"] = type("TextForm", (TextForm,), {"channel": channel})
        return super().get_formset(request, obj, **kwargs)


@admin.register(Content)
class ContentAdmin(Page):
    """What messages say, with a look at it."""

    list_display = ("name", "by", "topic", "languages", "purpose", "changed_at")
    list_filter = ("channel", "topic", "is_transactional")
    search_fields = ("name", "slug")
    fields = (("name", "slug"), ("channel", "topic"), "is_transactional")
    inlines = (TextInline,)
    change_form_template = "channels/admin/content.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Content | None = None) -> Sequence[str]:  # noqa: ARG002
        """Journeys name it by its key, so that stays."""
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Content | None = None) -> dict[str, Any]:  # noqa: ARG002
        """The key of a new one comes from its name."""
        return {} if obj else {"slug": ("name",)}

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What would go; of what is in use, what uses it instead."""
        if used := contents.uses_of(list(objs)):
            return [str(content) for content in objs], {}, set(), used
        return super().get_deleted_objects(objs, request)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their texts."""
        return super().get_queryset(request).prefetch_related("texts")

    @admin.display(description=_("channel"), ordering="channel")
    def by(self, content: Content) -> SafeString:
        """The channel with its symbol."""
        return format_html(
            '<span class="s-row">{} {}</span>', icon(content.channel), content.get_channel_display()
        )

    @admin.display(description=_("purpose"), ordering="is_transactional")
    def purpose(self, content: Content) -> str:
        """Whether it is marketing."""
        return gettext("transactional") if content.is_transactional else gettext("marketing")

    @admin.display(description=_("languages"))
    def languages(self, content: Content) -> str:
        """The languages that there are texts in."""
        return ", ".join(sorted(row.language for row in content.texts.all()))


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """A channel's provider and its settings. Secrets go in and don't come out."""

    provider = forms.ChoiceField(label=_("Provider"), widget=UnfoldAdminSelectWidget)
    values = JsonField(
        label=_("Settings"),
        rows=10,
        required=False,
        help_text=_("As the provider asks for them. A secret that is left out stays as it was."),
    )

    class Meta:
        model = Channel
        fields = ("kind", "provider", "sender", "is_active", "values")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.instance if self.instance.pk else None
        kinds = [kind for kind in providers if known is None or providers.get(kind).channel == known.kind]
        self.fields["provider"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]
        if known:
            self.initial["values"] = _shown(known)

    def clean(self) -> dict[str, Any]:
        """Whether the provider serves this channel, and takes these settings."""
        cleaned = super().clean() or self.cleaned_data
        provider = cleaned.get("provider") or ""
        kind = cleaned.get("kind") or self.instance.kind
        if provider and providers.get(provider).channel != kind:
            self.add_error("provider", _("This provider does not serve this channel."))
        if not isinstance(cleaned.get("values") or {}, dict):
            self.add_error("values", _("Write an object with the provider's settings."))
        if not self.errors:
            try:
                check_settings(kind, provider, cleaned.get("values") or {})
            except ValidationError as error:
                for one in error.errors(include_url=False, include_input=False):
                    self.add_error("values", f"{'.'.join(map(str, one['loc']))}: {one['msg']}")
        return cleaned


def _shown(channel: Channel) -> dict[str, Any]:
    """What of a channel's settings may be shown; nothing where they can't be read any more."""
    try:
        return {name: value for name, value in shown_settings(channel).items() if not isinstance(value, bool)}
    except (SealError, UnknownKindError):
        return {}


@admin.register(Channel)
class ChannelAdmin(Page):
    """The ways to customers, and how they are."""

    form = ChannelForm
    fields = ("kind", "provider", "sender", "is_active", "values")
    change_list_template = "channels/admin/channels.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A channel is switched off."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Which channel it is stays."""
        return ("kind",) if obj else ()

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """A card for each, with its last day."""
        context = {"days": channel_days(clock.now()), "unknown_zones": unknown_zones()}
        return super().changelist_view(request, (extra_context or {}) | context)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """By the service, which seals the settings."""
        values = form.cleaned_data["values"] or {}
        set_up_channel(obj.kind, obj.provider, values, sender=obj.sender, is_active=obj.is_active)
