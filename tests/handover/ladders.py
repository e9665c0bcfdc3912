"""Files of on-call ladders for tests: three rungs whose gateways, webhooks and mailboxes are the test's own."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

GATEWAY = """\
  - id: sms
    url: "{url}"
    headers:
      Authorization: "Bearer {{secret:SMS_TOKEN}}"
    body: |
      {{"to": "{{number}}", "text": "{{subject}} {{link}}"}}
"""


def write_ladders(path: Path, *rungs: str, unit: str = "exit_programme", url: str = "https://sms.test/send") -> Path:
    """One unit with these rungs, each the lines of one rung in YAML ("name: …\\nmail: …")."""
    steps = "".join(indent(rung, "        ").replace("        ", "      - ", 1) + "\n" for rung in rungs)
    text = f"gateways:\n{GATEWAY.format(url=url)}units:\n  - unit: {unit}\n    rungs:\n{steps}"
    path.write_text(text, encoding="utf-8")
    return path
