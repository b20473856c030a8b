"""`manage.py simulate`: the process of a simulation that was asked for, or of one leg of it."""

import logging
import sys
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from config import clock
from journeys.faults import GraphError
from journeys.models import Simulation
from journeys.simulate.conduct import Line, conduct
from journeys.simulate.leg import Leg, task_of, walk

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Do a queued simulation; a worker calls this. `--leg` is what it calls itself."""

    help = _("Do a simulation that was asked for and waits.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help=_("The simulation's number."))
        parser.add_argument(
            "--leg", type=Leg, choices=list(Leg), help=_("Only this walk, for the other process.")
        )
        parser.add_argument("--snapshot", default="", help=_("What the walk begins on."))

    def handle(self, *_args: object, **options: Any) -> None:
        simulation = Simulation.objects.filter(pk=options["id"]).first()
        if simulation is None:
            raise CommandError(_("There is no simulation %(id)d.") % {"id": options["id"]})
        if options["leg"] is not None:
            self._walk(simulation, options["leg"], options["snapshot"])
        elif not conduct(simulation.pk, clock.now):
            raise CommandError(_("It does not wait any more, or another simulation runs."))

    def _walk(self, simulation: Simulation, leg: Leg, snapshot: str) -> None:
        try:
            result = walk(task_of(simulation, leg), snapshot, lambda share: _say(Line(share=share)))
        except GraphError as error:
            faults = "; ".join(f"{fault['path']}: {fault['message']}" for fault in error.errors)
            _say(Line(fault=_("The draft can't be published: %(faults)s") % {"faults": faults}))
        except Exception as error:
            logger.exception("A leg of simulation %d failed.", simulation.pk)
            _say(Line(fault=f"{type(error).__name__}: {error}"[:2000]))
        else:
            _say(Line(share=1.0, result=result))


def _say(line: Line) -> None:
    """Tell whoever conducts; where nobody hears any more, this ends the process."""
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.flush()
