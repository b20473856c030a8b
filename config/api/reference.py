"""The OpenAPI schema as people read it: routes by resource, what goes in, what comes out. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Json = Mapping[str, Any]
PREFIX = "/api/v1/"
METHODS = ("get", "post", "patch", "delete")
FORMATS = {
    "date-time": "moment",
    "uuid": "id",
    "decimal": "decimal",
    "uri": "address",
    "email": "e-mail address",
}
REFERENCE = "#/components/schemas/"
PLAIN = str.maketrans({"/": "-", "{": "", "}": ""})


class Part(NamedTuple):
    """A piece of the words for a type; `shape` where it names one."""

    words: str
    shape: str = ""


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of a shape."""

    name: str
    kind: tuple[Part, ...]
    description: str
    is_required: bool = False


@dataclass(frozen=True)
class Route:
    """One method of one path, with its query's parameters. `answers`: what comes back, by status."""

    method: str
    path: str
    description: str
    scope: str
    parameters: tuple[Field, ...]
    takes: tuple[Part, ...]
    answers: tuple[tuple[str, tuple[Part, ...]], ...]

    @property
    def anchor(self) -> str:
        """What a link to it names."""
        return f"{self.method}-{self.path.strip('/').translate(PLAIN)}"


@dataclass(frozen=True)
class Shape:
    """An object that goes in or comes out."""

    name: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Reference:
    """All of it: the routes of each resource, and the shapes."""

    resources: Mapping[str, Sequence[Route]]
    shapes: Sequence[Shape]


def reference(schema: Json) -> Reference:
    """The schema, told; of the routes those of the API."""
    shapes: Json = schema["components"]["schemas"]
    resources: dict[str, list[Route]] = {}
    of_the_api = [(path, methods) for path, methods in schema["paths"].items() if path.startswith(PREFIX)]
    for path, methods in of_the_api:
        for method in METHODS:
            if operation := methods.get(method):
                resources.setdefault(operation["tags"][0], []).append(_route(method, path, operation, shapes))
    told = [_shape(name, shape, shapes) for name, shape in sorted(shapes.items()) if "properties" in shape]
    return Reference(resources, told)


def _route(method: str, path: str, operation: Json, shapes: Json) -> Route:
    answers = {status: answer for status, answer in operation["responses"].items() if status != "default"}
    return Route(
        method=method,
        path=path.removeprefix(PREFIX),
        description=operation.get("description", ""),
        scope=operation.get("x-scope", ""),
        parameters=tuple(
            Field(
                one["name"],
                tuple(kind(one["schema"], shapes)),
                one.get("description", ""),
                is_required=one.get("required", False),
            )
            for one in operation.get("parameters", [])
            if one["in"] == "query"  # the path's are told by the path
        ),
        takes=_content(operation.get("requestBody", {}), shapes),
        answers=tuple((status, _content(answer, shapes)) for status, answer in sorted(answers.items())),
    )


def _content(said: Json, shapes: Json) -> tuple[Part, ...]:
    """What a body is; nothing where there is none."""
    for media, content in said.get("content", {}).items():
        told = tuple(kind(content.get("schema", {}), shapes))
        return told if media.endswith("json") else (Part(f"{media}: "), *told)
    return ()


def _shape(name: str, shape: Json, shapes: Json) -> Shape:
    needed = set(shape.get("required", []))
    fields = tuple(
        Field(
            field,
            tuple(kind(said, shapes)),
            _described(said),
            is_required=field in needed and not said.get("readOnly", False),
        )
        for field, said in shape["properties"].items()
    )
    return Shape(name, shape.get("description", ""), fields)


def _described(said: Json) -> str:
    """What is said of a field itself; the list of an enum's values is told as its kind."""
    read_only = ["Read only."] if said.get("readOnly") else []
    lines = [line for line in said.get("description", "").splitlines() if line and not line.startswith("* ")]
    return " ".join([*lines, *read_only])


def kind(said: Json, shapes: Json) -> Iterator[Part]:
    """The type of a value, in words; shapes are named, the values of an enum are told."""
    if name := said.get("$ref", "").removeprefix(REFERENCE):
        yield from _named(name, shapes)
    elif several := said.get("oneOf") or said.get("anyOf") or said.get("allOf"):
        for place, one in enumerate(several):
            if place:
                yield Part(" or ")
            yield from kind(one, shapes)
    elif "enum" in said:
        yield Part(" or ".join(_value(value) for value in said["enum"]))
    elif said.get("type") == "array":
        yield Part("list of ")
        yield from kind(said.get("items", {}), shapes)
    elif isinstance(said.get("additionalProperties"), Mapping) and said["additionalProperties"]:
        yield Part("object of ")
        yield from kind(said["additionalProperties"], shapes)
    else:
        yield Part(_plain(said))
    if said.get("nullable"):
        yield Part(" or null")


def _named(name: str, shapes: Json) -> Iterator[Part]:
    shape = shapes.get(name, {})
    if "properties" in shape:
        yield Part(name, name)
    else:
        yield from kind(shape, shapes)


def _value(value: object) -> str:
    return "null" if value is None else str(value) or "“”"


def _plain(said: Json) -> str:
    word = FORMATS.get(said.get("format", ""), str(said.get("type", "any JSON")))
    if "maxLength" in said:
        return f"{word}, at most {said['maxLength']} characters"
    low, high = said.get("minimum"), said.get("maximum")
    if low is not None and high is not None:
        return f"{word}, {low} to {high}"
    return f"{word}, {low} or more" if low is not None else word
