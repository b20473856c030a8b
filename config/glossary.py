"""The words of the product, one for each thing. docs/glossary.md says the same, in English."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from config.pages import site

GROUPS = [
    (
        _("Who they are"),
        [
            (
                _("customer"),
                _("a person whom the brand knows, by at least one identity"),
            ),
            (
                _("golden record"),
                _("all that is known of a customer, in one row with what hangs on it"),
            ),
            (
                _("identity"),
                _("an address, number or id that leads to one customer: kind and value"),
            ),
            (
                _("trait"),
                _("a fact about a customer, with the time at which it was said"),
            ),
            (
                _("event"),
                _(
                    "something that happened to a customer, kept for good; those that begin with $"
                    " are Sette's own"
                ),
            ),
            (_("touchpoint"), _("an event by which customer and brand met")),
            (_("source"), _("where calls come from, with a write key of its own")),
            (_("stage"), _("one of the seven in which a customer stands")),
            (
                _("terms"),
                _(
                    "by which rules customers come to a stage, stay and leave, how long they stay at"
                    " least, and how far they may go from it"
                ),
            ),
            (
                _("stage by hand"),
                _("a stage in which a person put a customer, with a reason; it counts before every rule"),
            ),
            (
                _("segment"),
                _("the customers for whom a rule holds (dynamic), or who are on a list"),
            ),
            (
                _("membership"),
                _("a customer's stay in a segment, from entering to leaving"),
            ),
            (_("rule"), _("a tree of conditions on a customer, asked in SQL")),
            (
                _("consent"),
                _("a customer's last word about a channel and a topic; none means no"),
            ),
            (
                _("topic"),
                _("what messages are about, so that one can say no to some"),
            ),
            (
                _("suppression"),
                _("an address that is not written to any more, whatever was agreed"),
            ),
            (_("cohort"), _("customers who began at the same time")),
        ],
    ),
    (
        _("What they get"),
        [
            (
                _("journey"),
                _("a graph of steps that customers are taken through; serves one stage and leads to another"),
            ),
            (
                _("version"),
                _("what of a journey was published, never changed afterwards"),
            ),
            (
                _("draft, live"),
                _("a journey or broadcast that is being written; one at work"),
            ),
            (
                _("revision"),
                _("how often a draft was changed; who saves says which one was edited"),
            ),
            (
                _("ready journey"),
                _("one of the gallery, that becomes a draft when it is taken over"),
            ),
            (_("trigger"), _("what lets a customer enter a journey")),
            (_("enrollment"), _("one customer in one version")),
            (_("step"), _("one thing that a journey does or waits for")),
            (_("branch"), _("a way out of a step")),
            (_("wait"), _("a step that holds a customer until a moment or an event")),
            (_("goal"), _("the event that a journey or campaign is for")),
            (_("exit"), _("leaving a journey before its end, with the reason")),
            (_("campaign"), _("what is sent to many for one purpose")),
            (_("broadcast"), _("one content to the members of a segment, once")),
            (_("audience"), _("whom a broadcast is for, when it starts")),
            (_("variant"), _("one of several contents that are compared")),
            (_("holdout"), _("customers who get nothing, to compare with")),
            (
                _("parked enrollment"),
                _(
                    "an enrollment whose step failed five times: it waits for somebody to mend the"
                    " cause and try again"
                ),
            ),
        ],
    ),
    (
        _("How it reaches them"),
        [
            (_("channel"), _("e-mail, SMS, push, webhook")),
            (_("provider"), _("who carries a channel's messages")),
            (_("content"), _("the text of a message, in each language")),
            (
                _("message"),
                _("one candidate for sending; it ends with exactly one fate"),
            ),
            (
                _("fate"),
                _("what became of it: sent, suppressed, failed, uncertain; held and queued while it is open"),
            ),
            (_("held"), _("waits for an exact moment: a cap, quiet hours, a pause")),
            (_("suppressed"), _("will not be sent, with the rule that says why")),
            (_("uncertain"), _("nobody can know whether the provider sent it")),
            (_("cap"), _("how many messages a customer gets at most in a window")),
            (
                _("quiet hours"),
                _("when nobody is written to, by the customer's own clock"),
            ),
            (_("pressure"), _("how much a customer gets, of all that is sent")),
        ],
    ),
    (
        _("What it did"),
        [
            (_("insights"), _("the pages that show what all of it did")),
            (_("lift"), _("what more happened than without it")),
            (_("barrier"), _("what keeps customers from the next stage")),
            (
                _("rehearsal"),
                _("an installation whose clock can be moved, with providers on this machine"),
            ),
            (
                _("simulation"),
                _("a journey tried on real customers' events, with nothing sent"),
            ),
        ],
    ),
]


def glossary(request: HttpRequest) -> HttpResponse:
    """All words, in the reader's language."""
    return TemplateResponse(
        request, "config/glossary.html", site().page(request, _("Glossary"), groups=GROUPS)
    )
