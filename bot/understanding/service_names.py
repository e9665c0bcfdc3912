"""The service that is called by name."""

from __future__ import annotations

from bot.understanding.phrases import first_match
from bot.understanding.text import fold

_FIRST = {
    "mini_maria": ("mini* maria", "(minimaria)*"),
    "honour_support": ("origo",),
    "social_action_group": ("sig gruppen", "social insatsgrupp"),
    "field_workers": ("(faltarna|faltassistent)*",),
    "exit_programme": ("(avhoppar)*",),
    "violence_centre": ("(kvinnojour|relationsvaldscentr)*", "rvc"),
    "child_protection": ("(orosanmal)*",),
    "parenting_support": ("(komet)",),
}


def find_service(text: str) -> str | None:
    """First version: the plainest names."""
    folded = fold(text)
    return next((name for name, phrases in _FIRST.items() if first_match(phrases, folded)), None)
