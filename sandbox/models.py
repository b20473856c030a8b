"""Replays: a shop's log that is walked through the product with a moving clock."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Replay(models.Model):
    """One walk over one log. Its row is the checkpoint: a replay that was killed goes on from it.

    running → done → taken out (the sample only).
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reached_at = models.DateTimeField(_("reached"), help_text=_("All that is due until then has run."))
    offset = models.BigIntegerField(default=0, help_text=_("Bytes of the log that have been read."))
    calls = models.BigIntegerField(_("calls"), default=0)
    rejected = models.BigIntegerField(_("rejected lines"), default=0)
    summary = models.JSONField(_("summary"), default=dict)
    finished_at = models.DateTimeField(_("finished"), null=True)
    removed_at = models.DateTimeField(_("taken out"), null=True)

    class Meta:
        verbose_name = _("replay")
        verbose_name_plural = _("replays")

    def __str__(self) -> str:
        return self.name
