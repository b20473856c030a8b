"""A form that a customer sends."""

from pydantic import Field

from journeys.entry import Trigger
from journeys.step import Listen


class FormTrigger(Trigger):
    """The event "Form Submitted" whose property `form` is this one."""

    kind = "form"

    form: str = Field(min_length=1, max_length=200)

    @property
    def listens(self) -> Listen:
        """The sending of that form."""
        return Listen("Form Submitted", [{"property": "form", "operator": "equals", "value": self.form}])
