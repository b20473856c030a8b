"""How a simulation is asked for: what the page and the designer offer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from journeys.simulate.services import MOST_CUSTOMERS

DAYS = [(7, _("7 days")), (30, _("30 days")), (90, _("90 days"))]
CUSTOMERS = [(many, "") for many in (1_000, 10_000, MOST_CUSTOMERS)]  # the pages write the numbers
EARLIER = 8  # simulations that are listed


class AskForm(forms.Form):
    """How far to look back, and on how many customers."""

    days = forms.TypedChoiceField(label=_("The last"), choices=DAYS, coerce=int, initial=30)
    customers = forms.TypedChoiceField(label=_("Customers"), choices=CUSTOMERS, coerce=int, initial=10_000)
