import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.registry import Registry, UnknownKindError

MODULE = "from {package} import colours\n\ncolours.add({name!r}, {name!r}.upper())\n"


@pytest.fixture
def colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[str]]:
    """A registry whose package holds two modules that register themselves."""
    package = tmp_path / "paintbox"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from config.registry import Registry\n\ncolours = Registry('colour', __name__)\n"
    )
    for name in ("red", "blue"):
        (package / f"{name}.py").write_text(MODULE.format(package="paintbox", name=name))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(Registry, "declared", [])
    import paintbox  # type: ignore[import-not-found]  # noqa: PLC0415

    yield paintbox.colours
    for module in [name for name in sys.modules if name.split(".")[0] == "paintbox"]:
        del sys.modules[module]


def test_modules_are_found_at_the_first_look(colours):
    assert "paintbox.red" not in sys.modules

    assert colours.get("red") == "RED"
    assert list(colours) == ["blue", "red"]
    assert "green" not in colours


@pytest.mark.usefixtures("colours")
def test_every_registry_can_be_loaded_at_once():
    Registry.load()

    assert {name for name in sys.modules if name.startswith("paintbox.")} == {"paintbox.blue", "paintbox.red"}


def test_a_kind_that_nobody_registered_names_those_that_there_are(colours):
    with pytest.raises(UnknownKindError, match=r"^There is no kind “green”\. There are: blue, red\.$"):
        colours.get("green")


def test_two_of_a_kind_are_refused(colours):
    colours.add("red", "RED")

    with pytest.raises(ValueError, match=r"^Two colours call themselves 'red'\.$"):
        colours.add("red", "CRIMSON")
