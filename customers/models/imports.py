"""Files of customers, consents, events, products: the import, rows that wait, rows that were refused."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Import(models.Model):
    """One file, and how far it is. `columns` says of each column of the file what becomes of its cells.

    Once it is through, each of its rows has created a customer, changed something, changed nothing, or was
    rejected: `rows` is the sum of the four.
    """

    class Kind(models.TextChoices):
        CUSTOMERS = "customers", _("customers")
        CONSENTS = "consents", _("consents")
        EVENTS = "events", _("events")
        SUPPRESSIONS = "suppressions", _("suppressions")
        PRODUCTS = "products", _("products")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CHECKING = "checking", _("being tried")
        CHECKED = "checked", _("tried")
        RUNNING = "running", _("being imported")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    header = models.JSONField(default=list)
    columns = models.JSONField(default=list)
    event = models.CharField(
        _("event"), max_length=200, blank=True, default="", help_text=_("Where no column says it.")
    )
    wording = models.TextField(
        _("wording"), blank=True, default="", help_text=_("What people agreed to, word for word.")
    )
    is_quiet = models.BooleanField(
        _("quiet"), default=False, help_text=_("No journey hears of what this import changes.")
    )
    rows = models.IntegerField(_("rows"), default=0)
    tried = models.IntegerField(default=0)
    created = models.IntegerField(_("new customers"), default=0)
    changed = models.IntegerField(_("changed"), default=0)
    unchanged = models.IntegerField(_("unchanged"), default=0)
    rejected = models.IntegerField(_("rejected"), default=0)
    expected = models.JSONField(default=dict)
    created_by = models.CharField(_("by"), max_length=150, blank=True, default="")
    created_at = models.DateTimeField(_("uploaded"))
    started_at = models.DateTimeField(_("begun"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(
                "id", name="import_under_way", condition=models.Q(state__in=["checking", "running"])
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def done(self) -> int:
        """Rows that are through: tried, or imported."""
        if self.state == self.State.CHECKING:
            return self.tried
        return self.created + self.changed + self.unchanged + self.rejected


class ImportBlock(models.Model):
    """Some rows of the file, in order, as JSON: `[[line, [cell, …]], …]`. It goes when it is imported."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="blocks", db_index=False)
    number = models.IntegerField()
    rows = models.TextField()

    class Meta:
        verbose_name = _("rows of an import")
        verbose_name_plural = _("rows of imports")
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="one_block_at_a_place")]

    def __str__(self) -> str:
        return f"{self.of_id}/{self.number}"


class RejectedRow(models.Model):
    """A row that changed nothing for a fault of its own, as it came, for the report."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="rejected_rows", db_index=False)
    line = models.IntegerField(_("line"))
    reason = models.TextField(_("reason"))
    cells = ArrayField(models.TextField())

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="one_reason_per_line")]

    def __str__(self) -> str:
        return f"{self.of_id}:{self.line}"
