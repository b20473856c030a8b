"""What journeys did, day by day of the brand: counted as it happens (`journeys.tallies`, `config.tally`).

Each counts by the sum of its lines.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels.models import MessageState

FOLDED = models.Q(is_folded=True)


class Daily(models.Model):
    """Lines of one version's days."""

    version_id = models.BigIntegerField()
    day = models.DateTimeField()
    is_folded = models.BooleanField(default=False, db_default=False)

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["version_id"], name="%(class)s_of"),
            models.Index(fields=["id"], name="%(class)s_waiting", condition=models.Q(is_folded=False)),
        ]


class EnrollmentTally(Daily):
    """How many enrollments that are kept entered on a day."""

    journey_id = models.BigIntegerField()
    is_held_out = models.BooleanField()
    entered = models.BigIntegerField()

    class Meta(Daily.Meta):
        verbose_name = _("enrollments of a day")
        verbose_name_plural = _("enrollments of days")
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "journey_id", "is_held_out", "day"],
                name="enrollmenttally_once",
                condition=FOLDED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.journey_id}: {self.entered}"


class EndTally(Daily):
    """How many enrollments ended on a day, and why; of each step how many left who came to it on a day."""

    step = models.CharField(max_length=60)  # empty where ends are counted
    exit_reason = models.CharField(max_length=60)  # empty where those are counted who left
    ended = models.BigIntegerField()
    leavers = models.BigIntegerField()

    class Meta(Daily.Meta):
        verbose_name = _("ends of a day")
        verbose_name_plural = _("ends of days")
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "step", "exit_reason", "day"], name="endtally_once", condition=FOLDED
            )
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.ended}"


class StepTally(Daily):
    """Of those who passed a step by a branch: how many came on a day, and how many went."""

    step = models.CharField(max_length=60)
    branch = models.CharField(max_length=60)
    came = models.BigIntegerField()
    went = models.BigIntegerField()

    class Meta(Daily.Meta):
        verbose_name = _("steps passed on a day")
        verbose_name_plural = _("steps passed on days")
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "step", "branch", "day"], name="steptally_once", condition=FOLDED
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} → {self.branch}: {self.went}"


class SendTally(Daily):
    """How many messages a step asked for on a day, and what became of them."""

    step = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=MessageState)
    is_held_out = models.BooleanField()
    messages = models.BigIntegerField()
    opened = models.BigIntegerField()
    clicked = models.BigIntegerField()

    class Meta(Daily.Meta):
        verbose_name = _("messages of a step")
        verbose_name_plural = _("messages of steps")
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "step", "state", "is_held_out", "day"],
                name="sendtally_once",
                condition=FOLDED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.messages} {self.state}"


class GoalTally(Daily):
    """How often a goal was reached on a day, and what that is worth."""

    goal = models.CharField(max_length=50)
    currency = models.CharField(max_length=3)
    is_held_out = models.BooleanField()
    conversions = models.BigIntegerField()
    firsts = models.BigIntegerField()  # of goals that count once
    value = models.DecimalField(max_digits=28, decimal_places=4)

    class Meta(Daily.Meta):
        verbose_name = _("conversions of a day")
        verbose_name_plural = _("conversions of days")
        constraints = [
            models.UniqueConstraint(
                fields=["version_id", "goal", "currency", "is_held_out", "day"],
                name="goaltally_once",
                condition=FOLDED,
            )
        ]

    def __str__(self) -> str:
        return f"{self.goal}: {self.conversions}"
