"""Containers and manifests name only what exists: processes, settings, ports, paths. Nothing is started here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from ruamel.yaml import YAML
from sanic.config import DEFAULT_CONFIG

from bot import __main__ as command_line
from bot.__main__ import ROLES
from bot.commands.serve import STOP_SECONDS
from bot.settings import PREFIX, SECRETS, Settings
from tests.test_tree import ROOT

DEPLOY = ROOT / "deploy"
SETTINGS = {PREFIX + field.name.upper() for field in fields(Settings)}
DEFAULTS = {field.name: field.default for field in fields(Settings)}
COMMANDS = set(command_line._parser()._subparsers._group_actions[0].choices)  # type: ignore[union-attr, arg-type]
OURS = (*ROLES, "migrate")


def load(path: str) -> list[dict[str, Any]]:
    """Every document of a YAML file, anchors and merges resolved."""
    return [each for each in YAML(typ="safe").load_all((DEPLOY / path).read_text(encoding="utf-8")) if each]


COMPOSE = load("compose.yml")[0]
FILES = sorted(path.name for path in (DEPLOY / "kubernetes").glob("*.yml"))
MANIFESTS = [each for name in FILES for each in load(f"kubernetes/{name}")]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in MANIFESTS if each["kind"] == kind]


def workloads() -> list[dict[str, Any]]:
    return [*of_kind("Deployment"), *of_kind("Job")]


def container(workload: dict[str, Any]) -> dict[str, Any]:
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    return dict(only)


def named(workload: dict[str, Any]) -> str:
    return str(workload["metadata"]["name"])


def check_command(words: list[str], name: str) -> None:
    assert words[:3] == ["python", "-m", "bot"], f"{name} runs {words}"
    assert words[3] in COMMANDS
    assert words[4:] == ([name] if words[3] == "serve" else []), f"{name} runs {words}"


def settings_in(text: str) -> set[str]:
    return set(re.findall(rf"{PREFIX}[A-Z_]+", text))


@pytest.mark.parametrize("path", ["Containerfile", "compose.yml", *(f"kubernetes/{name}" for name in FILES)])
def test_every_setting_that_is_named_exists(path: str) -> None:
    unknown = settings_in((DEPLOY / path).read_text(encoding="utf-8")) - SETTINGS
    assert not unknown, f"deploy/{path} names {unknown}, which bot/settings.py does not know."


def test_an_unknown_setting_would_be_caught() -> None:
    assert settings_in("VAGVISAREN_CHAT_PROT: 1") - SETTINGS


# The image


def test_every_path_that_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, flags=re.MULTILINE)
    paths = [path for line in copied for path in line.split()]
    assert paths and all((ROOT / path).exists() for path in paths)
    kept = set((DEPLOY / "Containerfile.dockerignore").read_text(encoding="utf-8").split())
    assert {f"!{path}" for path in paths} <= kept, "What is copied must not be ignored."


def test_the_image_holds_what_training_learns_from_and_what_rasa_reads() -> None:
    from bot.versions.made_from import LEARNED_FROM

    copied = CONTAINERFILE.split("FROM")[1]
    assert all(pattern.split("/")[0] in copied for pattern in LEARNED_FROM)
    assert "deploy/credentials.yml" in copied and "deploy/endpoints.yml" in copied


def test_the_image_does_not_run_as_root_and_checks_what_it_installs() -> None:
    assert re.findall(r"^USER (.+)$", CONTAINERFILE, flags=re.MULTILINE) == ["10001:10001"]
    assert "--require-hashes" in CONTAINERFILE
    python = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert set(re.findall(r"python:(\d+\.\d+)", CONTAINERFILE)) == {".".join(python.split(".")[:2])}


# Compose


def test_compose_starts_every_process_and_the_migration() -> None:
    assert set(COMPOSE["services"]) == {*OURS, "database", "nginx"}
    for name in OURS:
        check_command(COMPOSE["services"][name]["command"], name)


@pytest.mark.parametrize("name", [*OURS, "nginx"])
def test_no_container_runs_as_root_or_writes_its_root(name: str) -> None:
    service = COMPOSE["services"][name]
    assert not str(service["user"]).startswith("0")
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_nginx_can_be_reached_from_outside() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["inner"] == {"internal": True}
    outer = {name for name, service in COMPOSE["services"].items() if "outer" in service["networks"]}
    assert outer == {"nginx", "relay", "staff"}


@pytest.mark.parametrize("name", ROLES)
def test_a_process_waits_for_the_migration_and_has_its_secrets(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for secret in SECRETS:
        assert service["environment"][PREFIX + secret] == f"${{{PREFIX}{secret}:?set it}}"


def test_the_processes_find_each_other_by_name_and_port() -> None:
    environment = COMPOSE["services"]["chat"]["environment"]
    assert environment[PREFIX + "RASA_URL"] == f"http://rasa:{DEFAULTS['rasa_port']}"
    assert environment[PREFIX + "ACTIONS_URL"] == f"http://actions:{DEFAULTS['actions_port']}"
    proxy = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    renamed = re.findall(
        r"s/(server [\d.]+:\d+)/server (\w+):(\d+)/", " ".join(COMPOSE["services"]["nginx"]["command"])
    )
    assert {(name, int(port)) for _, name, port in renamed} == {
        ("chat", DEFAULTS["chat_port"]),
        ("staff", DEFAULTS["staff_port"]),
    }
    assert all(proxy.count(old) == 1 for old, _, _ in renamed)


def test_every_file_that_compose_mounts_exists() -> None:
    mounted = [volume.split(":")[0] for volume in COMPOSE["services"]["nginx"]["volumes"] if volume.startswith("./")]
    assert mounted and all((DEPLOY / path).exists() for path in mounted)
    assert (DEPLOY / COMPOSE["services"]["migrate"]["build"]["context"] / "deploy" / "Containerfile").exists()


# Kubernetes


def test_every_manifest_is_listed() -> None:
    (listed,) = load("kubernetes/kustomization.yaml")
    assert sorted(listed["resources"]) == FILES


def test_the_cluster_runs_every_process_and_the_migration() -> None:
    assert {named(each) for each in workloads()} == set(OURS)


@pytest.mark.parametrize("workload", workloads(), ids=named)
def test_a_workload_runs_its_own_command_closed_in(workload: dict[str, Any]) -> None:
    pod, own = workload["spec"]["template"]["spec"], container(workload)
    check_command(own["command"], named(workload))
    assert pod["securityContext"]["runAsNonRoot"] is True and pod["automountServiceAccountToken"] is False
    assert own["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert set(own["resources"]["requests"]) == {"cpu", "memory"} and "memory" in own["resources"]["limits"]
    assert {each["name"] for each in own["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


@pytest.mark.parametrize("workload", of_kind("Deployment"), ids=named)
def test_a_deployment_selects_itself_and_is_probed_on_ports_it_has(workload: dict[str, Any]) -> None:
    labels = workload["spec"]["template"]["metadata"]["labels"]
    assert workload["spec"]["selector"]["matchLabels"] == labels == {"app": "vagvisaren", "role": named(workload)}
    own, role = container(workload), named(workload)
    ports = {port["name"]: port["containerPort"] for port in own["ports"]}
    if f"{role}_port" in DEFAULTS:
        assert ports["http"] == DEFAULTS[f"{role}_port"]
    told = {each["name"]: each["value"] for each in own["env"]}
    assert told == {f"{PREFIX}{role.upper()}_METRICS_PORT": str(ports["metrics"])}
    probes = [own[kind] for kind in ("livenessProbe", "startupProbe", "readinessProbe") if kind in own]
    assert "livenessProbe" in own and ("readinessProbe" in own or role == "relay")
    for probe in probes:
        where = probe.get("httpGet") or probe.get("tcpSocket")
        assert where is None or where["port"] in ports


def test_each_probe_asks_for_a_path_that_the_process_answers() -> None:
    from bot.staff.app import PATH_OF_HEALTH

    answers = {
        "chat": {"/readyz"},
        "staff": {PATH_OF_HEALTH},
        "actions": {"/health"},
        "relay": {"/metrics"},
        "rasa": set(),
    }
    for workload in of_kind("Deployment"):
        own = container(workload)
        asked = {own[kind]["httpGet"]["path"] for kind in own if kind.endswith("Probe") and "httpGet" in own[kind]}
        assert asked == answers[named(workload)]
    assert '@app.get("/readyz")' in (ROOT / "bot" / "chat" / "web" / "app.py").read_text(encoding="utf-8")


def test_rasa_is_asked_where_the_channel_answers() -> None:
    (rasa,) = [each for each in of_kind("Deployment") if named(each) == "rasa"]
    script = container(rasa)["readinessProbe"]["exec"]["command"][-1]
    compile(script, "probe", "exec")
    assert f":{DEFAULTS['rasa_port']}/webhooks/door/ready" in script and PREFIX + "INNER_SECRET" in script


WRITERS_OF_THE_LEDGER = {"chat", "relay"}


def test_what_was_deleted_stays_deleted_when_a_container_is_gone() -> None:
    """Whoever notes deletions has a volume at the place that the settings name; the other processes need none."""
    (config,) = of_kind("ConfigMap")
    folder = COMPOSE["services"]["relay"]["environment"][PREFIX + "LEDGER_DIRECTORY"]
    assert folder == config["data"][PREFIX + "LEDGER_DIRECTORY"] == "/ledger"
    assert f"install -d -o 10001 -g 10001 {folder}" in CONTAINERFILE
    kept = {name for name in ROLES if COMPOSE["services"][name].get("volumes") == [f"ledger:{folder}"]}
    assert kept == WRITERS_OF_THE_LEDGER and "ledger" in COMPOSE["volumes"]
    (claim,) = of_kind("PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    mounted = {
        named(each)
        for each in of_kind("Deployment")
        if {"name": "ledger", "mountPath": folder} in container(each)["volumeMounts"]
    }
    assert mounted == WRITERS_OF_THE_LEDGER


def test_only_these_roles_use_the_ledger() -> None:
    rooms = {"bot/chat": "chat", "bot/handover": "relay", "bot/staff": "staff", "actions": "actions"}
    users = {
        role
        for room, role in rooms.items()
        if any("Ledger.of(" in path.read_text() for path in (ROOT / room).rglob("*.py"))
    }
    assert users == WRITERS_OF_THE_LEDGER


# What the slowest of them may take: a message under way (10 s), Sanic's own grace (15 s).
UNDER_WAY_SECONDS = 25


def seconds_of_grace() -> Iterator[tuple[str, float]]:
    """(who, how long it is waited for after SIGTERM, beyond DRAIN_SECONDS) wherever processes are stopped."""
    (config,) = of_kind("ConfigMap")
    drained = float(config["data"][PREFIX + "DRAIN_SECONDS"])
    for each in of_kind("Deployment"):
        yield named(each), each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] - drained
    for name in ROLES:
        yield f"compose {name}", float(COMPOSE["services"][name]["stop_grace_period"].rstrip("s"))
    supervisor = (DEPLOY / "supervisord.conf").read_text(encoding="utf-8")
    waits = re.findall(r"^stopwaitsecs=(\d+)$", supervisor, flags=re.MULTILINE)
    assert len(waits) == len(ROLES)
    yield from (("supervisor", float(wait)) for wait in waits)
    yield "serve", float(STOP_SECONDS)


@pytest.mark.parametrize(("who", "seconds"), list(seconds_of_grace()))
def test_nobody_is_killed_before_what_is_under_way_is_finished(who: str, seconds: float) -> None:
    from bot.chat.reply import LONGEST_SECONDS

    assert LONGEST_SECONDS + DEFAULT_CONFIG["GRACEFUL_SHUTDOWN_TIMEOUT"] <= UNDER_WAY_SECONDS
    assert seconds > UNDER_WAY_SECONDS, f"{who} is killed after {seconds} s"


def test_the_proxies_hand_a_message_on_and_a_form_of_the_console_never() -> None:
    chat, staff = (each["metadata"]["annotations"] for each in of_kind("Ingress"))
    prefix = "nginx.ingress.kubernetes.io/"
    assert chat[prefix + "proxy-next-upstream"] == "error timeout non_idempotent"
    assert staff[prefix + "proxy-next-upstream"] == "error timeout"
    example = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    chat_part, console_part = example[example.index("listen 443") :].split("listen 8443")
    assert "proxy_next_upstream error timeout non_idempotent;" in chat_part
    assert "non_idempotent" not in console_part + example[: example.index("listen 443")]


def test_a_service_leads_to_a_port_of_its_deployment() -> None:
    services = {named(each): each for each in of_kind("Service")}
    assert set(services) == {"chat", "staff", "rasa", "actions"}
    for name, service in services.items():
        assert service["spec"]["selector"] == {"app": "vagvisaren", "role": name}
        assert service["spec"]["ports"] == [{"name": "http", "port": DEFAULTS[f"{name}_port"], "targetPort": "http"}]


def test_chat_and_rasa_grow_with_the_load_and_no_process_goes_away_whole() -> None:
    grown = {each["spec"]["scaleTargetRef"]["name"]: each["spec"] for each in of_kind("HorizontalPodAutoscaler")}
    assert set(grown) == {"chat", "rasa"} and all(2 <= s["minReplicas"] < s["maxReplicas"] for s in grown.values())
    kept = {each["spec"]["selector"]["matchLabels"]["role"] for each in of_kind("PodDisruptionBudget")}
    assert kept == set(ROLES) and all(each["spec"]["replicas"] >= 2 for each in of_kind("Deployment"))


def ways_in() -> Iterator[tuple[str, str, int]]:
    """(role or "", who may come, port) of every network policy."""
    for policy in of_kind("NetworkPolicy"):
        role = policy["spec"]["podSelector"].get("matchLabels", {}).get("role", "")
        for rule in policy["spec"].get("ingress", []):
            for source in rule["from"]:
                (chosen,) = source.values()
                labels = chosen["matchLabels"]
                who = labels.get("role") or labels["kubernetes.io/metadata.name"]
                yield from ((role, who, port["port"]) for port in rule["ports"])


def test_only_chat_and_staff_are_reachable_from_outside() -> None:
    closed = [each for each in of_kind("NetworkPolicy") if each["spec"]["podSelector"] == {}]
    assert [each["spec"]["policyTypes"] for each in closed] == [["Ingress", "Egress"]]
    inside = {(role, who, port) for role, who, port in ways_in() if who != "monitoring"}
    assert inside == {
        ("chat", "ingress-nginx", DEFAULTS["chat_port"]),
        ("staff", "ingress-internal", DEFAULTS["staff_port"]),
        ("rasa", "chat", DEFAULTS["rasa_port"]),
        ("actions", "rasa", DEFAULTS["actions_port"]),
        ("actions", "chat", DEFAULTS["actions_port"]),
    }
    watched = {port for _, who, port in ways_in() if who == "monitoring"}
    told = {port["containerPort"] for each in of_kind("Deployment") for port in container(each)["ports"]}
    assert watched == told - {DEFAULTS[f"{role}_port"] for role in ("chat", "staff", "rasa", "actions")}


def test_ingresses_lead_to_chat_and_staff_only() -> None:
    leads = {
        (path["path"], path["backend"]["service"]["name"])
        for each in of_kind("Ingress")
        for rule in each["spec"]["rules"]
        for path in rule["http"]["paths"]
    }
    assert leads == {("/", "chat"), ("/", "staff"), ("/healthz", "nobody"), ("/readyz", "nobody")}


def test_no_secret_stands_in_a_manifest() -> None:
    assert not of_kind("Secret")
    (config,) = of_kind("ConfigMap")
    hidden = {PREFIX + name for name in (*SECRETS, "DATABASE_URL", "SMTP_URL", "WEBHOOK_URL")}
    assert not hidden & set(config["data"])
    assert config["data"][PREFIX + "MODE"] == "live" and config["data"][PREFIX + "DISPOSAL_DECISION"] == ""


def test_the_settings_of_the_cluster_can_be_read() -> None:
    (config,) = of_kind("ConfigMap")
    secrets = {PREFIX + name: "x" for name in SECRETS}
    assert Settings.from_environment({**config["data"], **secrets}).rasa_url == "http://rasa:5005"
