"""Actor files and options → actors."""

from __future__ import annotations

from pathlib import Path

import pytest

from stance.errors import ActorError
from stance.reading.actors import actor_from_option, actor_from_record, actor_to_record, read_actors
from stance.records import Actor


def test_the_registry_knows_whom_a_newsroom_meets(registry: tuple[Actor, ...]) -> None:
    names = {actor.name for actor in registry}
    needed = {
        "Nicolás Maduro",
        "Wladimir Putin",
        "Juan Guaidó",
        "Venezuela",
        "Russland",
        "USA",
        "China",
        "Kuba",
    }
    assert needed <= names
    assert {"eu", "deutschland"} <= {actor.id for actor in registry}
    assert len(registry) >= 150


def test_no_form_belongs_to_two_actors(registry: tuple[Actor, ...]) -> None:
    owner: dict[str, str] = {}
    for actor in registry:
        for form in {actor.name, *actor.forms, *actor.epithets, *actor.metonyms}:
            assert owner.setdefault(form, actor.id) == actor.id, form


def test_actors_survive_the_way_through_plain_data(registry: tuple[Actor, ...]) -> None:
    assert tuple(actor_from_record(actor_to_record(a)) for a in registry) == registry


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("- name: ''", "no name"),
        ("- id: x", "no name"),
        ("- name: A\n  kind: dragon", "dragon"),
        ("- name: A\n  forms: B", "forms"),
        ("- name: A\n  forms: ['']", "forms"),
        ("- name: A\n  colour: red", "colour"),
        ("- {id: a, name: A}\n- {id: a, name: B}", "twice"),
        ("name: A", "list"),
        ("[", "YAML"),
        ("!!python/object/apply:os.system ['true']", "YAML"),
    ],
)
def test_a_faulty_actor_file_is_told_in_one_line(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "actors.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ActorError) as error:
        read_actors(file)
    assert says in str(error.value)
    assert "actors.yaml" in str(error.value)
    assert "\n" not in str(error.value)


def test_an_option_names_a_known_actor_or_a_new_one(registry: tuple[Actor, ...]) -> None:
    assert actor_from_option("Maduro", registry).id == "nicolas-maduro"
    assert actor_from_option("Salka Venn", registry).surname == "Venn"
    assert actor_from_option("Polizei=Polizei|Polizisten", registry).forms == ("Polizei", "Polizisten")
    for bad in ("", "=x", "Venn=", "Venn=a||b"):
        with pytest.raises(ActorError):
            actor_from_option(bad, registry)
