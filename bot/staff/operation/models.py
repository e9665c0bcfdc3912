"""Versions of the model: how good each is, which is in use and who said so; putting one in use, and going back.

Whoever approves examples reads here; only an administrator changes what answers residents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot.database import reading, transaction
from bot.staff import access
from bot.staff.operation.model_figures import figure_lines, headline, need_lines
from bot.staff.oversight.audit import record
from bot.staff.parts import Desk
from bot.staff.sign_in.accounts import aliases
from bot.staff.web import Answer, Page, Redirect, Visit
from bot.versions.fitness import file_problem, load_problem, use_problem
from bot.versions.made_from import short_name
from bot.versions.register import Version, find_version, read_versions
from bot.versions.running import read_processes, running_version
from bot.versions.use import ACTIVATE, ROLL_BACK, Change, Use, UseError, activate, read_use, read_uses, roll_back

PATH = "/modeller"


class UnfitError(ValueError):
    """The version must not be used; `code` is one of bot.versions.fitness.PROBLEMS, or in_use."""

    def __init__(self, code: str) -> None:
        """`code` with `model_` before it is a key of the console's words."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Standing:
    """A version as it stands: `state` is a key of the words `model_state`, `problem` why it cannot be put in use."""

    version: Version
    state: str
    problem: str | None
    headline: Mapping[str, float | None]


def show_models(desk: Desk, visit: Visit) -> Answer:
    """All versions, which is in use, what each process runs, and the way back."""
    return _list(desk, visit)


def show_model(desk: Desk, visit: Visit) -> Answer:
    """One version: its figures beside those it was held against, and why it may or may not be used."""
    return _one(desk, visit)


def activate_model(desk: Desk, visit: Visit) -> Answer:
    """Put a version in use, if nothing speaks against it at this moment."""
    name = visit.params["version"]

    def act(connection: Connection, change: Change) -> str:
        in_use = _in_use(connection)
        activate(connection, name, change, in_use)
        # After it, so that a colleague who was quicker is said first; what is refused is rolled back.
        _check_use(find_version(connection, name), in_use)
        return name

    with reading(desk.engine) as connection:
        version = find_version(connection, name)
    if version is None:
        return Page("gone.html", status=404)
    problems = _change(desk, visit, version, "activate_model", act)
    return _one(desk, visit, problems) if problems else Redirect(f"{PATH}?klart=model_activated")


def roll_back_model(desk: Desk, visit: Visit) -> Answer:
    """Go back to what was in use before. It has answered residents already, so the gate is not asked again."""
    with reading(desk.engine) as connection:
        use = read_use(connection)
        version = find_version(connection, use.before if use else None)
    problems = _change(desk, visit, version, "roll_back_model", roll_back)
    return _list(desk, visit, problems) if problems else Redirect(f"{PATH}?klart=model_rolled_back")


def _change(
    desk: Desk, visit: Visit, version: Version | None, act: str, change_it: Callable[[Connection, Change], str]
) -> dict[str, str]:
    """Do it and record it, or return what stands in the way; a refused attempt is recorded, too."""
    change = Change(visit.member.id, visit.now, visit.form.one("comment"), visit.form.number("seen"))
    try:
        if not change.comment:
            raise UseError("no_comment")
        # Reading the whole file takes its time, so it is done before the database is held.
        _check_file(desk, version)
        with transaction(desk.engine) as connection:
            former, name = _in_use(connection), change_it(connection, change)
            detail = {"version": short_name(name), "former": short_name(former or "")}
            record(connection, visit.member.id, act, visit.now, reason=change.comment, detail=detail)
    except UnfitError as error:
        _record_refusal(desk, visit, version, error.code)
        return {"case": f"model_{error.code}"}
    except UseError as error:
        return {"comment" if error.code in ("no_comment", "long_comment") else "case": error.code}
    except IntegrityError:
        return {"case": "colleague"}
    return {}


def _check_use(version: Version | None, in_use: str | None) -> None:
    if version is None:
        raise UnfitError("unknown")
    if version.name == in_use:
        raise UnfitError("in_use")
    if why := use_problem(version, in_use):
        raise UnfitError(why)


def _check_file(desk: Desk, version: Version | None) -> None:
    # With no version there is nothing to go back to, which is said by the change itself.
    if version is not None and (why := load_problem(version, desk.model_directory, desk.code)):
        raise UnfitError(why)


def _record_refusal(desk: Desk, visit: Visit, version: Version | None, why: str) -> None:
    detail = {"version": version.short if version else "", "model_state": why}
    with transaction(desk.engine) as connection:
        record(connection, visit.member.id, "model_refused", visit.now, detail=detail)


def _in_use(connection: Connection) -> str | None:
    """What somebody has put in use; where nobody has, what answers."""
    use = read_use(connection)
    return use.version if use else running_version(connection)


def _list(desk: Desk, visit: Visit, problems: dict[str, str] | None = None) -> Page:
    with transaction(desk.engine) as connection:
        versions, uses, names = read_versions(connection), read_uses(connection), aliases(connection)
        processes, in_use = read_processes(connection, visit.now), _in_use(connection)
        use = uses[0] if uses else None
        former = find_version(connection, use.before if use else None)
        record(connection, visit.member.id, "read_models", visit.now)
    values = {
        **_frame(visit, use, in_use, names),
        "standings": [_standing(desk, version, in_use, uses) for version in versions],
        "uses": uses,
        "processes": processes,
        "former": former,
        "former_problem": file_problem(former, desk.model_directory, desk.code) if former else None,
    }
    return Page("models.html", values, 422 if problems else 200, problems or {})


def _one(desk: Desk, visit: Visit, problems: dict[str, str] | None = None) -> Page:
    with transaction(desk.engine) as connection:
        version, uses = find_version(connection, visit.params["version"]), read_uses(connection)
        in_use, names = _in_use(connection), aliases(connection)
        if version:
            record(connection, visit.member.id, "read_models", visit.now, detail={"version": version.short})
    if version is None:
        return Page("gone.html", status=404)
    values = {
        **_frame(visit, uses[0] if uses else None, in_use, names),
        "standing": _standing(desk, version, in_use, uses),
        "figures": figure_lines(version),
        "needs": need_lines(version),
    }
    return Page("model.html", values, 422 if problems else 200, problems or {})


def _frame(visit: Visit, use: Use | None, in_use: str | None, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "use": use,
        "in_use": in_use,
        "people": names,
        "may": visit.member.holds(access.MODEL_USE),
        "comment": visit.form.one("comment"),
        "short": short_name,
        "notice": visit.query.one("klart"),
        "acts": {ACTIVATE: "activated", ROLL_BACK: "rolled_back"},
    }


def _standing(desk: Desk, version: Version, in_use: str | None, uses: Any) -> Standing:
    if version.name == in_use:
        return Standing(version, "in_use", None, headline(version))
    problem = use_problem(version, in_use) or file_problem(version, desk.model_directory, desk.code)
    used = any(version.name in (use.version, use.before) for use in uses)
    state = "ready" if problem is None else "former" if used and version.passed is not False else problem
    return Standing(version, state, problem, headline(version))
