"""An actor file → actors, checked: every name once, every form in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stance.errors import ActorError
from stance.records import Actor, ActorKind

__all__ = ["actor_from_option", "actor_from_record", "actor_to_record", "choose_actors", "read_actors"]

_LISTS = ("forms", "prefixes", "metonyms", "epithets", "exclusions")
_BROKEN_VALUES = (ValueError, KeyError, AttributeError, TypeError, IndexError, RecursionError)
_KNOWN = {"id", "name", "kind", "surname", "adjective", "gender", "plural", *_LISTS}


def read_actors(path: str | Path) -> tuple[Actor, ...]:
    """Read a YAML list of actors.

    Raises
    ------
    ActorError
        Where the file is missing, no YAML list, or an actor is nameless, doubled or malformed.
    """
    import yaml  # Only an actor file needs it; a bundle carries its actors as data.

    path = Path(path)
    try:
        # The safe loader in C, seven times as fast; ruff knows safe_load only.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data = path.read_bytes()
        if b"*" in data and any(isinstance(e, yaml.AliasEvent) for e in yaml.parse(data, Loader=loader)):
            # Nine references to nine references to nine … fill the memory from a kilobyte.
            raise ActorError("holds references (*name)", path, "write each value out")
        records = yaml.load(data, Loader=loader)  # noqa: S506
    except OSError as error:
        raise ActorError(f"actor file cannot be read: {error.strerror}", path) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ActorError(f"is not YAML: {' '.join(str(error).split())[:160]}", path) from None
    except _BROKEN_VALUES as error:
        # What PyYAML's constructors raise of themselves: "2020-13-45", "!!bool vielleicht".
        raise ActorError(f"holds a value that is not of its type: {error!s:.80}", path) from None
    if not isinstance(records, list) or not records:
        raise ActorError("holds no list of actors", path, "begin each actor with '- id: …'")
    actors = []
    for number, record in enumerate(records, 1):
        try:
            actors.append(actor_from_record(record))
        except ActorError as error:
            raise error.at(f"{path}, actor {number}") from None
    check_unique(actors, path)
    return tuple(actors)


def check_unique(actors: Iterable[Actor], where: str | Path | None = None) -> None:
    """Raise ActorError where an id stands twice."""
    seen: set[str] = set()
    for actor in actors:
        if actor.id in seen:
            raise ActorError(f"actor id {actor.id!r} stands twice", where, "give each its own id")
        seen.add(actor.id)


def actor_from_record(record: Any) -> Actor:
    """Build an actor from a mapping as in ``data/actors.yaml``.

    Raises
    ------
    ActorError
        Where a field is missing, unknown or of the wrong type.
    """
    if not isinstance(record, Mapping):
        raise ActorError("is not a mapping", hint="write 'id: …', 'name: …'")
    unknown = set(record) - _KNOWN
    if unknown:
        first = sorted(map(str, unknown))[0]
        raise ActorError(f"has unknown field {first!r}", hint=f"known: {', '.join(sorted(_KNOWN))}")
    name = record.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ActorError("has no name")
    name = name.strip()
    kind = _read_kind(record, name)
    lists = {field: _read_forms(record, field, name) for field in _LISTS}
    for field in ("surname", "adjective"):
        if not isinstance(record.get(field), str | None):
            raise ActorError(f"{field!r} of {name!r:.80} is not a string")
    surname = (record.get("surname") or "").strip() or (_surname_of(name, kind, lists["forms"]))
    adjective = record.get("adjective")
    actor_id = record.get("id", _slug(name))
    if not isinstance(actor_id, str | int | float) or actor_id == "":
        raise ActorError(f"'id' of {name!r:.80} is not a word", hint="write 'id: venn'")
    return Actor(str(actor_id), name, kind=kind, surname=surname, adjective=adjective, **lists)


def _read_kind(record: Mapping[str, Any], name: str) -> ActorKind:
    kind = record.get("kind", ActorKind.other)
    if not isinstance(kind, str) or kind not in set(ActorKind):
        kinds = ", ".join(ActorKind)
        raise ActorError(f"{name!r:.80} has unknown kind {kind!r:.80}", hint=f"one of {kinds}")
    return ActorKind(kind)


def _read_forms(record: Mapping[str, Any], field: str, name: str) -> tuple[str, ...]:
    value = record.get(field) or ()
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) and v.strip() for v in value):
        raise ActorError(f"{field!r} of {name!r:.80} is not a list of non-empty strings")
    return tuple(dict.fromkeys(v.strip() for v in value))


def _surname_of(name: str, kind: ActorKind, forms: Iterable[str]) -> str | None:
    words = name.split()
    if kind not in (ActorKind.person, ActorKind.other) or len(words) < 2:
        return None
    surname = words[-1]
    if surname in forms or not (len(surname) > 2 and surname[0].isupper() and surname[1:].islower()):
        return None
    return surname


def actor_to_record(actor: Actor) -> dict[str, Any]:
    """Turn an actor into plain data; the inverse of :func:`actor_from_record`."""
    record: dict[str, Any] = {"id": actor.id, "name": actor.name, "kind": str(actor.kind)}
    for field in ("surname", "adjective", *_LISTS):
        value = getattr(actor, field)
        if value:
            record[field] = list(value) if isinstance(value, tuple) else value
    return record


def actor_from_option(option: str, registry: Iterable[Actor] = ()) -> Actor:
    """Read ``NAME`` or ``NAME=form|form``; a known name brings its registered forms.

    Raises
    ------
    ActorError
        Where the name or a form is empty.
    """
    name, equals, forms = option.partition("=")
    name = name.strip()
    if not name:
        raise ActorError(f"--actor {option!r} has no name", hint="write 'Name' or 'Name=form|form'")
    if equals:
        parts = tuple(form.strip() for form in forms.split("|"))
        if not all(parts):
            raise ActorError(f"--actor {option!r} has an empty form", hint="write 'Name=form|form'")
        return Actor(_slug(name), name, forms=parts)
    for actor in registry:
        if name in (actor.id, actor.name, *actor.forms):
            return actor
    return actor_from_record({"id": _slug(name), "name": name})


def choose_actors(options: Iterable[str], registry: Iterable[Actor]) -> tuple[Actor, ...]:
    """Read several ``--actor`` options against a registry; the same actor named twice counts once."""
    registry = tuple(registry)
    return tuple({a.id: a for a in (actor_from_option(o, registry) for o in options)}.values())


def _slug(name: str) -> str:
    kept = "".join(c if c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in kept.split("-") if part) or "actor"
