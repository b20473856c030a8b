"""What each page is for, in a few words, and where the documentation tells more."""

from typing import Any, NamedTuple

from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

DOCS = "docs/"  # among the static files; scripts/build_docs.py writes it


class Help(NamedTuple):
    """What a page is for. `read` is the part of the documentation: a page of it, with its heading."""

    text: Any
    read: str

    @property
    def link(self) -> str:
        """The address of that part; nothing where the documentation has not been built."""
        return static(DOCS + self.read) if finders.find(DOCS + "index.html") else ""


_JOURNEY = "journeys.html"
# By the name of the page's route in the admin; the pages of a model have one, by app and model.
PAGES = {
    "index": Help(
        _(
            "How many customers are in each of the seven stages and how they move, what became of the"
            " messages, and how the journeys do."
        ),
        "stages.html#flow-times-barriers-cohorts",
    ),
    "api_reference": Help(
        _("All that other programs can ask of Sette and tell it, with examples."), "api.html"
    ),
    "customers_customer": Help(
        _(
            "Everybody whom the brand knows. Find a customer by address, phone or id, and open the"
            " golden record."
        ),
        "glossary.html",
    ),
    "customer": Help(
        _(
            "All that is known of one customer: identities, traits, consents, stage, segments, journeys, and"
            " all that happened, also why a message was not sent."
        ),
        "messages.html#what-the-gate-asks",
    ),
    "customer_merge": Help(
        _("What becomes of two customers who turn out to be one. It can be undone from the customer's page."),
        "identity.html#merging-by-hand",
    ),
    "customer_unmerge": Help(
        _("Two who were merged and are two people after all: each gets back their own."),
        "identity.html#taking-apart",
    ),
    "duplicate": Help(
        _("Two who are probably one person, side by side, with what speaks for it and what against it."),
        "identity.html#probable-duplicates",
    ),
    "customers_duplicatepair": Help(
        _("Customers who are probably there twice, to be looked at: merge them, or keep them apart."),
        "identity.html#probable-duplicates",
    ),
    "customers_identifierrule": Help(
        _(
            "By what customers are recognised: which kind counts first, how many of it a customer may have,"
            " and which values lead to nobody."
        ),
        "identity.html#identifiers",
    ),
    "customers_traitrule": Help(
        _("Which value stays where several are said of a trait. Without a rule it is the newest."),
        "identity.html#which-value-stays",
    ),
    "customers_segment": Help(
        _(
            "Groups of customers: by a rule, which is true at every moment, or lists that are kept by hand."
            " Journeys begin by them, and broadcasts go to them."
        ),
        "segments.html",
    ),
    "customers_import": Help(
        _(
            "Customers, consents, events, products and suppressions from CSV files: say what each column"
            " becomes, see what would change, then import."
        ),
        "imports.html",
    ),
    "customers_privacyact": Help(
        _("Who handed over a copy, who erased a customer, which old events were deleted, and when."),
        "privacy.html#the-record",
    ),
    "customers_retention": Help(
        _("For how long events are kept, by their names. What is older is deleted once a day."),
        "privacy.html#for-how-long-events-are-kept",
    ),
    "customer_erase": Help(
        _("Deletes all that is known of a person, so that nothing brings them back."),
        "privacy.html#erasure",
    ),
    "customers_order": Help(
        _(
            "What was ordered, with what became of it. Orders come with the events of your sources; find one"
            " by its number."
        ),
        "commerce.html#orders",
    ),
    "customers_product": Help(
        _(
            "What is sold: as a file or the API told it, else as the events do. Rules ask what people bought"
            " and have in the cart by it."
        ),
        "commerce.html#the-catalogue",
    ),
    "segment_ready": Help(
        _("Segments that most shops need. Take one over, then change its rule as you like."),
        "segments.html#ready-segments",
    ),
    "segment_overlap": Help(
        _("How many customers are in both of two segments, and in one of them only."),
        "segments.html#size-overlap-export",
    ),
    "customers_stage": Help(
        _(
            "The seven stages of a customer's life with the brand, and the rules by which they are"
            " recognised."
        ),
        "stages.html#the-terms-of-a-stage",
    ),
    "stage_versions": Help(
        _("Each set of the seven rules as it was in force, and drafts that can be tried before they are."),
        "stages.html#versions",
    ),
    "stage_version": Help(
        _("One set of the seven rules. A draft can be tried on all customers: who would move, and where to."),
        "stages.html#versions",
    ),
    "stage_flow": Help(
        _("How customers went from stage to stage in a time, and how long they stayed."),
        "stages.html#flow-times-barriers-cohorts",
    ),
    "stage_barriers": Help(
        _("Where customers stop on their way, and what those who go on have done that the others have not."),
        "stages.html#flow-times-barriers-cohorts",
    ),
    "stage_cohorts": Help(
        _("Of the customers who began in the same month, how many have come to a stage by now."),
        "stages.html#flow-times-barriers-cohorts",
    ),
    "journeys_journey": Help(
        _(
            "Journeys take customers from one stage to the next: a trigger, then steps that send, wait and"
            " branch. Each stands in the column of the stage that it serves."
        ),
        _JOURNEY,
    ),
    "journey_designer": Help(
        _(
            "Draw the journey. All is kept as you draw, and nobody is touched before you publish. Press ? for"
            " the keys."
        ),
        f"{_JOURNEY}#the-designer",
    ),
    "journey_new": Help(
        _("Begin with a journey that is ready, contents and tests included, or with an empty one."),
        f"{_JOURNEY}#ready-journeys",
    ),
    "journey_ready": Help(
        _("What this journey does, and what it brings with it. Taken over it is a draft of your own."),
        f"{_JOURNEY}#ready-journeys",
    ),
    "journey_import": Help(
        _("Take a journey over from a file, as another installation gave it out."),
        f"{_JOURNEY}#journeys-as-files",
    ),
    "journey_goals": Help(
        _("How often the goals were reached, what that is worth, and how much more than in the holdout."),
        f"{_JOURNEY}#goals",
    ),
    "journey_versions": Help(
        _(
            "What was published when and by whom, how two versions differ, and the way back to an"
            " earlier one."
        ),
        f"{_JOURNEY}#versions",
    ),
    "journey_publish": Help(
        _("What changes for whom when the draft goes live, and what is to be settled before."),
        f"{_JOURNEY}#versions",
    ),
    "journey_tests": Help(
        _("What must come out for a customer, asked anew at each publishing."),
        f"{_JOURNEY}#rehearsal-tests-kept-with-a-journey",
    ),
    "journeys_kepttest": Help(
        _("What must come out for a customer, asked anew at each publishing."),
        f"{_JOURNEY}#rehearsal-tests-kept-with-a-journey",
    ),
    "journey_simulation": Help(
        _("The draft on the events of the last days, beside all live journeys. Nothing is sent or changed."),
        f"{_JOURNEY}#simulation",
    ),
    "journey_comments": Help(_("What colleagues say of the steps."), f"{_JOURNEY}#a-second-person"),
    "journey_history": Help(_("Who changed what of this journey, and when."), f"{_JOURNEY}#versions"),
    "journeys_publishingpolicy": Help(
        _("Whether a second person has to approve a journey before it goes live."),
        f"{_JOURNEY}#a-second-person",
    ),
    "campaigns_broadcast": Help(
        _("One content to all members of a segment, now or at a time; each gets it once."),
        "messages.html#broadcasts",
    ),
    "channels_message": Help(
        _("Every message that was asked for, what became of it, and which rule held it back or refused it."),
        "messages.html#what-becomes-of-a-message",
    ),
    "channels_cap": Help(
        _("How many messages a customer gets at most, over all channels or one."), "messages.html#caps"
    ),
    "channels_quiethours": Help(
        _("When nobody is written to, by the clock where the customer lives."), "messages.html#quiet-hours"
    ),
    "channels_holdout": Help(
        _("A share of all customers who get no marketing, to see what all of it achieves."),
        "messages.html#holdout",
    ),
    "channels_content": Help(
        _("What is said, in each language, with the preview for a real customer."), "messages.html#content"
    ),
    "channels_channel": Help(
        _("How customers are reached: for each channel who carries it, and whether it works."),
        "messages.html#channels",
    ),
    "first_steps": Help(
        _("What an installation needs before its first journey: a source, the stages, a content."),
        "index.html",
    ),
    "inbox": Help(
        _("What this machine's own receivers got instead of real customers, to be read as they would."),
        "sample.html",
    ),
    "customers_source": Help(
        _("Where events come from: shop, app, till. Each has a key of its own."), "tracking.html#sources"
    ),
    "customers_topic": Help(
        _("What messages are about, so that a customer can say no to some and yes to others."),
        "messages.html#what-the-gate-asks",
    ),
    "customers_doubleoptin": Help(
        _("Where a yes counts only after the customer has confirmed it by a link."),
        "privacy.html#double-opt-in",
    ),
    "customers_suppression": Help(
        _(
            "Addresses that are never written to: bounced, complained, or asked not to be. A list of them can"
            " be imported."
        ),
        "messages.html#what-the-gate-asks",
    ),
    "customers_inboxrow": Help(
        _(
            "Calls that were accepted and could not be applied, each with the reason. Mend it, then"
            " try again."
        ),
        "operating.html#watching-it",
    ),
    "customers_repairsweep": Help(
        _("How often what is kept about segments was compared with a full count, and what was found."),
        "segments.html#repairs",
    ),
    "config_apikey": Help(
        _("Keys by which other programs use the API, each with the least that it needs."),
        "api.html#keys-and-scopes",
    ),
    "django_celery_beat_periodictask": Help(
        _("What looks regularly for work that is due. Each can be slowed down or switched off."),
        "operating.html#watching-it",
    ),
    "django_celery_beat_intervalschedule": Help(
        _("How often sweeps look, by a length of time."), "operating.html#watching-it"
    ),
    "django_celery_beat_crontabschedule": Help(
        _("When sweeps look, by the time of day."), "operating.html#watching-it"
    ),
    "my_settings": Help(
        _("How Sette looks to you: language, time zone, colours and how close things stand."), "roles.html"
    ),
    "auth_user": Help(_("Who may log in, and what each may do."), "roles.html"),
    "auth_group": Help(_("What a role may do; people have one or more of them."), "roles.html"),
}


def help_of(name: str) -> Help | None:
    """What the page of that route is about, and None where nothing is said of it."""
    return PAGES.get(name) or PAGES.get(name.rpartition("_")[0])


def help_for(request: HttpRequest) -> Help | None:
    """What the page that is asked for is about, and None where nothing is said of it."""
    match = request.resolver_match
    name = match.url_name if match and match.url_name else ""
    return help_of(name)
