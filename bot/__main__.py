"""`python -m bot <command>`: a short list, each command a function of `bot.commands`, imported only when it is run.

The imports stand inside the functions on purpose: `serve chat` must not pay for TensorFlow (13 s, 527 MB) because
`train` needs it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.settings import SettingsError

ROLES = ("chat", "staff", "relay", "rasa", "actions")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the process's exit code."""
    options = _parser().parse_args(arguments)
    _use_local_secrets()
    try:
        return int(options.run(options) or 0)
    except SettingsError as error:
        print(f"Settings: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _use_local_secrets() -> None:
    """A command on the machine of `make run` uses that installation's secrets; a host that sets its own keeps them."""
    from bot.commands.secrets import use_local_secrets

    use_local_secrets()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Vägvisaren")
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = _add(commands, "serve", _serve, "start everything, or one process")
    serve.add_argument("role", nargs="?", choices=ROLES, help="one process; without it all, under supervisor")
    train = _add(commands, "train", _train, "train the assistant if anything it learns from has changed")
    train.add_argument("--force", action="store_true", help="train even if nothing changed")
    train.add_argument(
        "--candidate", action="store_true", help="beside what runs: train, measure, and offer it in the staff console"
    )
    _add(commands, "understand", _understand, "JSON lines in, what was understood out")
    _add_evaluate(commands)
    check = _add(commands, "check", _check, "say in Swedish what in the catalogue is wrong, unconfirmed or expired")
    check.add_argument("--mode", choices=("demo", "live"), default="demo")
    check.add_argument("--running", action="store_true", help="instead, ask the running processes how they are")
    _add(commands, "migrate", _migrate, "bring the database to the newest schema")
    _add(commands, "purge", _purge, "delete what the disposal decision covers, once")
    backup = _add(commands, "backup", _backup, "an encrypted copy of the database, while everything runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="the new file")
    restore = _add(commands, "restore", _restore, "put a backup back; nothing may run meanwhile")
    restore.add_argument("file", type=Path, metavar="FILE", help="a file made by backup")
    rotate = _add(commands, "rotate-keys", _rotate_keys, "seal contact details with a new key, step by step")
    rotate.add_argument(
        "--drop-old", action="store_true", help="remove the old keys of a local run, when nothing needs them"
    )
    off = _add(
        commands, "off", _off, "switch the assistant off: everybody gets phone numbers; danger is answered first"
    )
    off.add_argument("--comment", required=True, help="why; kept in the log of the staff console")
    on = _add(commands, "on", _on, "switch the assistant on again")
    on.add_argument("--comment", default="", help="why; kept in the log of the staff console")
    for turn in (off, on):
        turn.add_argument("--service", metavar="ID", help="only this service: whether it takes new cases")
    _add(commands, "give-back", _give_back, "write approved examples of the staff console to data/nlu/reviewed")
    staff = _add(commands, "staff", _staff, "add a member of staff; prints a one-time password")
    staff.add_argument("name")
    staff.add_argument("--alias", required=True, help="what residents see")
    staff.add_argument(
        "--role",
        choices=("case_worker", "reviewer", "editor", "registrar", "log_controller", "admin"),
        default="case_worker",
    )
    staff.add_argument("--services", default="", help="ids of services, with commas between; empty is all")
    return parser


def _add_evaluate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    evaluate = _add(
        commands, "evaluate", _evaluate, "measure the trained model on labelled messages; docs/evaluation.md"
    )
    evaluate.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="labelled JSON lines; without it the frozen ones"
    )
    evaluate.add_argument("--gate", action="store_true", help="exit 1 below a floor, or when a need got worse")
    evaluate.add_argument("--accept", action="store_true", help="keep these figures as the ones to compare with")
    evaluate.add_argument("--html", type=Path, help="where the report goes; var/evaluation.html")
    evaluate.add_argument(
        "--show-wrong", action="store_true", help="print what was not answered; not for the frozen ones"
    )
    evaluate.add_argument("--massive", type=Path, metavar="PATH", help="instead, compare the model on MASSIVE sv-SE")
    evaluate.add_argument("--final", action="store_true", help="with --massive: look at its test split too")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int | None],
    text: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _serve(options: argparse.Namespace) -> int | None:
    from bot.commands import processes, serve

    if options.role is None:
        return serve.serve_all()
    processes.run(options.role)
    return None


def _train(options: argparse.Namespace) -> int:
    from bot.commands.train import train_if_needed
    from bot.settings import Settings

    if options.candidate:
        from bot.commands.candidate import train_candidate

        return train_candidate(sys.stdout)
    print(train_if_needed(Settings.without_secrets().model_directory, force=options.force))
    return 0


def _understand(_options: argparse.Namespace) -> None:
    from bot.commands.understand import understand_lines

    understand_lines(sys.stdin, sys.stdout)


def _evaluate(options: argparse.Namespace) -> int:
    from bot.commands import evaluate

    if options.massive:
        return evaluate.evaluate_massive(options.massive, options.final)
    html = options.html or evaluate.PAGE
    asked = evaluate.Options(tuple(options.files), options.gate, options.accept, options.show_wrong, html)
    return evaluate.evaluate(asked)


def _check(options: argparse.Namespace) -> int:
    if options.running:
        from bot.commands.running import check_running

        return check_running(sys.stdout)
    from bot.commands.check import check_catalogue

    return check_catalogue(options.mode, sys.stdout)


def _migrate(_options: argparse.Namespace) -> None:
    from bot.database import migrate
    from bot.settings import Settings

    migrate(Settings.from_environment().database_url)
    print("The database has the newest schema.")


def _purge(_options: argparse.Namespace) -> int:
    from bot.commands.purge import purge_once

    return purge_once(sys.stdout)


def _backup(options: argparse.Namespace) -> int:
    from bot.commands.backup import back_up

    return back_up(options.file, sys.stdout)


def _restore(options: argparse.Namespace) -> int:
    from bot.commands.restore import restore

    return restore(options.file, sys.stdout)


def _rotate_keys(options: argparse.Namespace) -> int:
    from bot.commands.rotate_keys import rotate_keys

    return rotate_keys(options.drop_old, sys.stdout)


def _off(options: argparse.Namespace) -> int:
    from bot.commands.switch import switch

    return switch(True, options.comment, sys.stdout, options.service)


def _on(options: argparse.Namespace) -> int:
    from bot.commands.switch import switch

    return switch(False, options.comment, sys.stdout, options.service)


def _give_back(_options: argparse.Namespace) -> int:
    from bot.commands.give_back import give_back

    return give_back(sys.stdout)


def _staff(options: argparse.Namespace) -> None:
    from bot.commands.staff import add_staff

    services = [part for part in options.services.split(",") if part]
    print(add_staff(options.name, options.alias, options.role, services))


if __name__ == "__main__":
    sys.exit(main())
