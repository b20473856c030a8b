"""What becomes of each column of a file: said by people, guessed from its name and its first cells. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.imports.cells import Type, guessed
from customers.linking import LEVELS
from customers.models import Import
from customers.profile import LONGEST_NAME

CHANNELS = ("email", "sms", "push", "webhook")
PLACE = re.compile(r"([a-z_]{1,10})(?:\.([-a-zA-Z0-9_]{1,60}))?")


class To(TextChoices):
    """What a column can become."""

    NOTHING = "", gettext_lazy("passed over")
    EXTERNAL_ID = "external_id", gettext_lazy("customer number")
    EMAIL = "email", gettext_lazy("e-mail")
    PHONE = "phone", gettext_lazy("phone")
    ANONYMOUS_ID = "anonymous_id", gettext_lazy("anonymous id")
    PUSH_TOKEN = "push_token", gettext_lazy("push token")
    LOYALTY_CARD = "loyalty_card", gettext_lazy("loyalty card")
    DEVICE = "device", gettext_lazy("device")
    COOKIE = "cookie", gettext_lazy("cookie")
    SAID_AT = "said_at", gettext_lazy("when it was so")
    TRAIT = "trait", gettext_lazy("trait")
    CONSENT = "consent", gettext_lazy("consent: channel or channel.topic")
    CHANNEL = "channel", gettext_lazy("channel of the consent")
    TOPIC = "topic", gettext_lazy("topic of the consent")
    GRANTED = "granted", gettext_lazy("consent: yes or no")
    WORDING = "wording", gettext_lazy("wording of the consent")
    CONFIRMED = "confirmed", gettext_lazy("consent confirmed by double opt-in: yes or no")
    REASON = "reason", gettext_lazy("reason of the suppression")
    EVENT = "event", gettext_lazy("name of the event")
    MESSAGE_ID = "message_id", gettext_lazy("id of the event")
    PROPERTY = "property", gettext_lazy("property of the event")
    PRODUCT_ID = "product_id", gettext_lazy("product id")
    SKU = "sku", gettext_lazy("SKU")
    NAME = "name", gettext_lazy("name")
    CATEGORY = "category", gettext_lazy("category")
    BRAND = "brand", gettext_lazy("brand")
    PRICE = "price", gettext_lazy("price")
    CURRENCY = "currency", gettext_lazy("currency")
    URL = "url", gettext_lazy("web address")
    IMAGE_URL = "image_url", gettext_lazy("address of a picture")


NAMED = {To.TRAIT, To.CONSENT, To.PROPERTY}  # of which a file can have several
TYPED = {To.TRAIT, To.PROPERTY}
NUMBERS = (Type.NUMBER, Type.COMMA_NUMBER)
DATED = (Type.MOMENT, Type.DAY_FIRST, Type.MONTH_FIRST)
WHO = [To(kind) for kind in LEVELS]
OF_PRODUCT = [
    *(To.PRODUCT_ID, To.SKU, To.NAME, To.CATEGORY, To.BRAND, To.PRICE, To.CURRENCY, To.URL, To.IMAGE_URL),
]
OF = {
    Import.Kind.CUSTOMERS: [To.NOTHING, *WHO, To.TRAIT, To.CONSENT, To.CONFIRMED, To.SAID_AT],
    Import.Kind.CONSENTS: [
        *(To.NOTHING, *WHO, To.CHANNEL, To.TOPIC, To.GRANTED, To.WORDING, To.CONFIRMED, To.SAID_AT)
    ],
    Import.Kind.SUPPRESSIONS: [To.NOTHING, To.EMAIL, To.PHONE, To.PUSH_TOKEN, To.REASON],
    Import.Kind.EVENTS: [To.NOTHING, *WHO, To.EVENT, To.SAID_AT, To.MESSAGE_ID, To.PROPERTY],
    Import.Kind.PRODUCTS: [To.NOTHING, *OF_PRODUCT],
}
# Headers as other programs and people write them, in small letters with one _ between words.
CALLED = {
    To.EXTERNAL_ID: "external_id customer_number customer_id user_id userid id_cliente codice_cliente",
    To.EMAIL: "email e_mail mail email_address posta_elettronica indirizzo_email",
    To.PHONE: "phone phone_number mobile telephone telefono cellulare",
    To.ANONYMOUS_ID: "anonymous_id anonymousid",
    To.PUSH_TOKEN: "push_token device_token",
    To.LOYALTY_CARD: "loyalty_card card_number loyalty_number carta_fedelta numero_carta",
    To.DEVICE: "device device_id",
    To.COOKIE: "cookie cookie_id",
    To.SAID_AT: "said_at occurred_at timestamp time date changed_at original_timestamp data data_ora",
    To.CHANNEL: "channel canale",
    To.TOPIC: "topic argomento",
    To.GRANTED: "granted is_granted consent consenso subscribed opt_in",
    To.WORDING: "wording testo",
    To.CONFIRMED: "confirmed double_opt_in confermato",
    To.REASON: "reason motivo",
    To.EVENT: "event event_name name evento",
    To.MESSAGE_ID: "message_id messageid event_id id_evento",
}
NAMELESS = {Import.Kind.CONSENTS, Import.Kind.SUPPRESSIONS}  # whose other columns mean nothing
CALLED_OF_PRODUCTS = {
    To.PRODUCT_ID: "product_id productid id handle codice_prodotto id_prodotto",
    To.SKU: "sku variant_sku codice",
    To.NAME: "name title product product_name nome titolo prodotto",
    To.CATEGORY: "category type product_type department google_product_category categoria reparto",
    To.BRAND: "brand vendor manufacturer marca marchio",
    To.PRICE: "price variant_price prezzo",
    To.CURRENCY: "currency valuta",
    To.URL: "url link product_url indirizzo",
    To.IMAGE_URL: "image_url image image_link image_src picture immagine foto",
}


def _means(called: Mapping[To, str]) -> dict[str, To]:
    return {name: to for to, names in called.items() for name in names.split()}


MEANS, MEANS_OF_PRODUCTS = _means(CALLED), _means(CALLED_OF_PRODUCTS)
OURS = {"public_id", "stage", "stage_since", "first_seen_at", "last_seen_at", "entered_at", "received_at"}
TRAITS = {"nome": "first_name", "cognome": "last_name", "firstname": "first_name", "lastname": "last_name"}


class Column(NamedTuple):
    """What becomes of one column: `name` of a trait, a property or a consent; `type` of its cells."""

    to: str
    name: str = ""
    type: str = Type.TEXT


class ColumnsError(ValueError):
    """The columns can't be imported so; `errors` says of each what is wrong."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(
            "; ".join(f"{one['path']}: {one['message']}" if one["path"] else one["message"] for one in errors)
        )
        self.errors = errors


def guess(
    kind: str, names: Sequence[str], sample: Sequence[Sequence[str]], *, day_first: bool
) -> list[Column]:
    """What each column seems to be, by its name and the first rows."""
    taken: set[str] = set()
    columns = []
    for place, name in enumerate(names):
        cells = [row[place] for row in sample if place < len(row)]
        column = _guess(kind, name.strip(), guessed(cells, day_first=day_first))
        if column.to in taken and column.to not in NAMED:
            column = Column(To.NOTHING)
        taken.add(column.to)
        columns.append(column)
    return columns


def _guess(kind: str, name: str, type_: Type) -> Column:
    prefix, dot, rest = name.partition(".")
    if dot and rest and kind == Import.Kind.CUSTOMERS and prefix in {"traits", "consent"}:
        return Column(To.TRAIT, rest, type_) if prefix == "traits" else Column(To.CONSENT, rest)
    plain = re.sub(r"[\W_]+", "_", name.lower()).strip("_")
    if kind == Import.Kind.PRODUCTS:
        to = MEANS_OF_PRODUCTS.get(plain, To.NOTHING)
        return Column(to, type=type_ if to == To.PRICE and type_ in NUMBERS else Type.TEXT)
    to = MEANS.get(plain, To.NOTHING)
    if to and to in OF[Import.Kind(kind)]:
        return Column(to, type=type_ if to == To.SAID_AT and type_ in DATED else Type.TEXT)
    if kind in NAMELESS or plain in OURS or not plain:
        return Column(To.NOTHING)
    if kind == Import.Kind.EVENTS:
        return Column(To.PROPERTY, (rest if prefix == "properties" else name)[:LONGEST_NAME], type_)
    return Column(To.TRAIT, TRAITS.get(plain, plain)[:LONGEST_NAME], type_)


def check(kind: str, given: Sequence[Any], names: Sequence[str], event: str = "") -> list[Column]:
    """The columns as they were given; ColumnsError with all that is wrong about them."""
    errors: list[dict[str, str]] = []
    if len(given) != len(names):
        message = _("The file has %(many)d columns: say of each what becomes of it.") % {"many": len(names)}
        raise ColumnsError([{"path": "columns", "message": message}])
    columns = [Column(*one) if isinstance(one, tuple) else _read(one) for one in given]
    for place, column in enumerate(columns):
        errors += [
            {"path": f"columns.{place}", "message": f"{names[place]}: {message}"}
            for message in _faults(kind, column)
        ]
    errors += [{"path": "columns", "message": message} for message in _lacks(kind, columns, event)]
    if errors:
        raise ColumnsError(errors)
    return columns


def _read(one: Any) -> Column:
    if not isinstance(one, Mapping):
        return Column("?")
    to, name, type_ = (str(one.get(key) or "") for key in ("to", "name", "type"))
    return Column(to, name, type_ or Type.TEXT)


def _faults(kind: str, column: Column) -> Iterator[str]:
    if column.to not in OF[Import.Kind(kind)]:
        yield _("This kind of import has no such column.")
        return
    if column.type not in Type.values:
        yield _("There is no such type of cells.")
    elif column.to == To.SAID_AT and column.type not in DATED:
        yield _("Say how the moments are written.")
    elif column.to == To.PRICE and column.type not in NUMBERS:
        yield _("Say how the prices are written.")
    if column.to in TYPED and not _is_name(column.name):
        yield _("Give it a name of at most %(most)d letters that does not begin with $.") % {
            "most": LONGEST_NAME
        }
    if column.to == To.CONSENT:
        found = PLACE.fullmatch(column.name)
        if found is None or found[1] not in CHANNELS:
            yield _("Name the channel, and if you like a topic after a dot: email, or email.news.")


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and not name.startswith("$") and all(name.split("."))


def _lacks(kind: str, columns: Sequence[Column], event: str) -> Iterator[str]:
    has = {column.to for column in columns}
    counted = Counter(
        (column.to, column.name if column.to in NAMED else "") for column in columns if column.to
    )
    for (to, name), many in counted.items():
        if many > 1:
            yield _("Two columns become the same: %(what)s.") % {"what": name or to}
    if kind == Import.Kind.PRODUCTS:
        if has.isdisjoint({To.PRODUCT_ID, To.SKU}):
            yield _("Say which column has the id of the product, or its SKU.")
    elif has.isdisjoint(WHO):
        yield _("Say which column tells whom a row is about: a customer number, an e-mail, a phone.")
    if kind == Import.Kind.CONSENTS and not {To.CHANNEL, To.GRANTED} <= has:
        yield _("Say which columns have the channel, and whether people agreed.")
    if kind == Import.Kind.EVENTS and To.SAID_AT not in has:
        yield _("Say which column tells when it happened.")
    if kind == Import.Kind.EVENTS and To.EVENT not in has and not event:
        yield _("Say which column has the name of the event, or give one name for all rows.")
