"""The console's words: a value of the database or the code → what staff read. They stand in words.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from babel.units import format_unit
from ruamel.yaml import YAML

from bot.handover.deadline import in_words
from bot.staff.oversight.unusual import Finding
from bot.staff.times import TimeLeft, words

FILE = Path(__file__).parent / "words.yml"
SURE = 0.8
UNSURE = 0.5


@dataclass(frozen=True)
class Words:
    """Section → value → text, with the names of needs, services and districts that other rooms own."""

    sections: Mapping[str, Mapping[str, str]]

    @classmethod
    def load(cls, names: Mapping[str, Mapping[str, str]], path: Path = FILE) -> Words:
        """Read words.yml and lay the given sections (`need`, `service`, `district`) beside it."""
        return cls({**YAML(typ="safe").load(path.read_text(encoding="utf-8")), **names})

    def of(self, section: str, value: str | None) -> str:
        """The text for a value; one that nobody has named yet is shown as it is, rather than hidden."""
        return self.sections.get(section, {}).get(value or "", value or "")

    def all(self, section: str) -> Mapping[str, str]:
        """A whole section, for a list to choose from."""
        return self.sections.get(section, {})

    def when(self, at: datetime | None, form: str = "long") -> str:
        """A moment, as "måndag 23 november kl. 14.05" (long), "23 nov. kl. 14.05" (short) or "14.05" (clock)."""
        if at is None:
            return ""
        return in_words(at) if form == "long" else words(at, self.sections["time"][form])

    def time_left(self, left: TimeLeft) -> str:
        """As "3 tim 20 min kvar" or "Försenat 1 tim"."""
        texts = self.sections["time"]
        amount = " ".join(texts[unit].format(count=count) for count, unit in left.parts())
        return texts[left.pace].format(time=amount)

    def count(self, count: int | None) -> str:
        """A figure of the statistics, as "1 234"; one that may not be shown is said so."""
        return self.of("figure", "hidden") if count is None else f"{count:,}".replace(",", "\u00a0")

    def percent(self, share: float | None) -> str:
        """A share of 0–1, as "88,5 %"."""
        return "–" if share is None else f"{share * 100:.1f}".replace(".", ",") + "\u00a0%"

    def points(self, change: float) -> str:
        """A difference in percentage points, as "+1,5" or "−0,4"."""
        return f"{change:+.1f}".replace(".", ",").replace("-", "−") if change else self.of("model_pace", "same")

    def gate_reason(self, reason: Mapping[str, Any]) -> str:
        """What the gate has against a model, with its figures: shares as per cent, times in milliseconds."""
        shares = reason.get("set") not in ("cpu", "time")
        numbers = {
            n: self.percent(v) if shares else f"{v:.0f} ms" for n, v in reason.items() if isinstance(v, float | int)
        }
        if "allowed" in reason:
            numbers["allowed"] = f"{reason['allowed'] * 100:g}".replace(".", ",")
        names = {
            "figure": self.of("model_figure", reason.get("figure")),
            "set": self.of("model_set", reason.get("set")),
            "need": self.understood_as(reason.get("need")),
        }
        return self.of("model_reason", reason["kind"]).format(**names, **numbers)

    def waited(self, minutes: int | None) -> str:
        """A waiting time that was counted in steps: "högst 3 tim 15 min"."""
        if minutes is None:
            return self.of("figure", "too_few")
        parts = TimeLeft("met", timedelta(minutes=minutes)).parts()
        texts = self.sections["time"]
        amount = " ".join(texts[unit].format(count=count) for count, unit in parts)
        return self.of("figure", "at_most").format(time=amount)

    def answer(self, given: bool | str | None) -> str:
        """What the person answered to a question; nothing given is said, never taken for a no."""
        if isinstance(given, str) and given:
            return given
        return self.of("answer", "yes" if given is True else "no" if given is False else "not_said")

    def understood_as(self, name: str | None) -> str:
        """An intent in Swedish: a need by the label that residents see, else a word of our own."""
        return self.of("need" if name in self.all("need") else "intent", name)

    def unusual(self, finding: Finding) -> str:
        """What a finding of unusual reading is about, with the limit that it passed."""
        minutes = int((finding.limit.within or timedelta()).total_seconds()) // 60
        # Never rounded: "90 minuter", but "24 timmar".
        amount, unit = (minutes, "minute") if minutes % 60 else (minutes // 60, "hour")
        within = format_unit(amount, f"duration-{unit}", locale="sv")
        return self.of("unusual_why", finding.rule).format(
            count=finding.count, amount=finding.limit.amount, within=within
        )

    def way(self, name: str) -> str:
        """A way of an on-call ladder as "Jourtelefonen (exit_programme): sms"; one of the settings by its own word."""
        unit, comma, rest = name.partition(", ")
        rung, colon, kind = rest.rpartition(": ")
        if not (comma and colon):
            return self.of("way", name)
        return f"{rung} ({self.of('service', unit)}): {self.of('way', kind)}"

    def why(self, reason: str) -> str:
        """Why the assistant decided as it did: "rule: fire" is a kind and what it found."""
        kind, _, found = reason.partition(": ")
        text = self.of("why", kind)
        return f"{text}: {self.of('why', found)}" if found else text

    def certainty(self, confidence: float) -> str:
        """How sure the model was, in words beside the figure."""
        level = "sure" if confidence >= SURE else "unsure" if confidence >= UNSURE else "very_unsure"
        return self.of("certainty", level)
