"""What a person reads when everything runs: addresses, personas and two requests that work as printed."""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from demo import population
from demo.book import key


@dataclass(frozen=True)
class Example:
    """A demo professional, by the name that `manage.py token` knows, and a citizen whom he or she may read."""

    persona: str
    patient_id: str


def example() -> Example | None:
    """Look up an example in the database; None where no demo is loaded."""
    if not settings.DEMO_MODE or not population.is_loaded():
        return None
    return Example("doctor", str(key("citizen lars")))


def lines() -> list[str]:
    """Return the addresses and the requests, ready to be copied to another terminal."""
    port = os.environ.get("PORT", "8000")
    address = f"http://localhost:{port}"
    found = example()
    answer = [
        f"Pages:        {address}/",
        f"FHIR:         {address}/fhir",
        f"Capabilities: {address}/fhir/metadata",
        "",
        "Try, in another terminal:",
    ]
    answer.append(f"  curl {address}/fhir/metadata")
    if found:
        token = f"$({_manage()} token {shlex.quote(found.persona)})"
        target = shlex.quote(f"{address}/fhir/Patient/{found.patient_id}/$overview")
        answer.append(f'  curl -H "Authorization: Bearer {token}" {target}')
    return answer


def _manage() -> str:
    """Return the call of manage.py with what another terminal does not know of this one."""
    unknown = [
        f"{name}={shlex.quote(os.environ[name])}" for name in ("DEMO_MODE", "PORT", "DATA_DIR") if name in os.environ
    ]
    python = Path(sys.executable)
    if python.is_relative_to(settings.BASE_DIR):
        python = python.relative_to(settings.BASE_DIR)
    return " ".join([*unknown, shlex.quote(str(python)), "manage.py"])
