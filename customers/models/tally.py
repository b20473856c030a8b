"""Who stands in which stage, and who moved when: counted as it happens (`customers.tallies`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

WAITING = models.Q(is_folded=False)
FOLDED = models.Q(is_folded=True)


class StageSize(models.Model):
    """How many customers stand in a stage, 0: in none yet; the sum of a stage's lines."""

    stage = models.SmallIntegerField()
    customers = models.BigIntegerField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("size of a stage")
        verbose_name_plural = _("sizes of stages")
        constraints = [models.UniqueConstraint(fields=["stage"], name="stage_size_once", condition=FOLDED)]
        indexes = [models.Index(fields=["id"], name="stage_size_waiting", condition=WAITING)]

    def __str__(self) -> str:
        return f"{self.stage}: {self.customers}"


class SegmentSize(models.Model):
    """How many customers are in a segment; the sum of its lines."""

    segment_id = models.BigIntegerField()
    members = models.BigIntegerField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("size of a segment")
        verbose_name_plural = _("sizes of segments")
        constraints = [
            models.UniqueConstraint(fields=["segment_id"], name="segment_size_once", condition=FOLDED)
        ]
        indexes = [models.Index(fields=["id"], name="segment_size_waiting", condition=WAITING)]

    def __str__(self) -> str:
        return f"{self.segment_id}: {self.members}"


class StageTally(models.Model):
    """How many moves led from one stage (0: none yet) to another within an hour; the sum of the lines."""

    hour = models.DateTimeField()
    from_stage = models.SmallIntegerField()
    to_stage = models.SmallIntegerField()
    moves = models.BigIntegerField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("moves of an hour")
        verbose_name_plural = _("moves of hours")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "from_stage", "to_stage"], name="stage_tally_once", condition=FOLDED
            )
        ]
        indexes = [
            models.Index(fields=["hour"], name="stage_tally_hour"),
            models.Index(fields=["id"], name="stage_tally_waiting", condition=WAITING),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}: {self.moves}"


class StayTally(models.Model):
    """The same of the brand's day, by how long they had stayed before (`StageMove.lasted`)."""

    day = models.DateTimeField()
    from_stage = models.SmallIntegerField()
    to_stage = models.SmallIntegerField()
    lasted = models.IntegerField()
    moves = models.BigIntegerField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("stays that ended on a day")
        verbose_name_plural = _("stays that ended on days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "from_stage", "to_stage", "lasted"], name="stay_tally_once", condition=FOLDED
            )
        ]
        indexes = [
            models.Index(fields=["day"], name="stay_tally_day"),
            models.Index(fields=["id"], name="stay_tally_waiting", condition=WAITING),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}: {self.moves}"
