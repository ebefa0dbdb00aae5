"""Register a system: take its public key, or in the sandbox make it a pair, and print what its vendor needs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, KeySet, OKPKey, RSAKey

from identity.models import System, no_keys
from organisations.models import Employment, Organisation

EXAMPLES = 5


class Command(BaseCommand):
    """What the admin does with a form, for scripts and for the sandbox."""

    help = "Register a system (EPJ, EOJ, LPS, app) with its public key and print what its vendor needs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the registration."""
        parser.add_argument("client_id", help="what the system is called in its assertions")
        parser.add_argument("--name", help="what people call it; the client id otherwise")
        parser.add_argument("--owner", required=True, help="the authority: SOR number, or how its name begins")
        parser.add_argument("--key", type=Path, action="append", default=[], help="a public key (PEM, JWK or JWK set)")
        parser.add_argument("--jwks-uri", default="", help="where the system publishes its keys")
        parser.add_argument("--redirect-uri", action="append", default=[], help="of an app that can be launched")
        parser.add_argument("--scopes", default="", help="the most that it may ask for; all of its kind otherwise")
        parser.add_argument("--deliver", action="store_true", help="it may deliver (SMART backend services)")
        parser.add_argument("--make-key", type=Path, help="sandbox only: make a key pair; the private half goes here")
        parser.add_argument("--replace", action="store_true", help="change a system that is registered already")

    def handle(self, *args: Any, client_id: str, owner: str, **given: Any) -> None:
        """Check, save and tell."""
        found = System.objects.filter(client_id=client_id).first()
        if found is not None and not given["replace"]:
            raise CommandError(f"{client_id} is registered already; --replace changes it.")
        authority = _authority(owner)
        keys = _keys(given["key"], given["make_key"])
        system = found or System(client_id=client_id)
        system.name, system.owner = given["name"] or client_id, authority
        system.keys, system.jwks_uri = keys, given["jwks_uri"]
        system.redirect_uris, system.scopes = given["redirect_uri"], given["scopes"]
        is_app = bool(system.redirect_uris)
        system.may_assert, system.may_deliver = not is_app and not given["deliver"], given["deliver"]
        try:
            system.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        system.save()
        self.stdout.write("\n".join(_told(system, given["make_key"])))


def _authority(text: str) -> Organisation:
    """The authority of this number, or the only one whose name begins so. Raises CommandError."""
    roots = Organisation.objects.filter(parent=None, is_active=True)
    found = list(roots.filter(Q(sor=text) | Q(name__istartswith=text)).order_by("name")[:2])
    if len(found) != 1:
        known = ", ".join(roots.order_by("name").values_list("name", flat=True)[:10])
        raise CommandError(f"{'No' if not found else 'More than one'} authority is called that. There are: {known}.")
    return found[0]


def _keys(files: list[Path], made: Path | None) -> dict[str, Any]:
    """The JWK set of these files, or of a new pair. Raises CommandError."""
    if made is not None:
        return _new_pair(made)
    keys: list[dict[str, Any]] = []
    for file in files:
        try:
            data = file.read_bytes()
            given = orjson.loads(data) if data.lstrip().startswith(b"{") else None
            parts = given.get("keys", [given]) if given is not None else [_read_pem(data)]
        except (OSError, ValueError, JoseError) as error:
            raise CommandError(f"{file} cannot be read as a key.") from error
        keys += parts
    for key in keys:
        if "kid" not in key:
            key["kid"] = JWKRegistry.import_key(key).thumbprint()
    return {"keys": keys} if keys else no_keys()


def _read_pem(data: bytes) -> dict[str, Any]:
    """A PEM key as a JWK with all that it holds, so that a private one is seen to be so. Raises ValueError."""
    for kind in (OKPKey, ECKey, RSAKey):
        try:
            key = kind.import_key(data)
            return dict(key.as_dict(private=key.is_private))
        except (JoseError, ValueError, TypeError, AttributeError):
            continue
    raise ValueError("not a key")


def _new_pair(path: Path) -> dict[str, Any]:
    """Make a pair for the sandbox; the private half is readable by its owner only. Raises CommandError."""
    if not settings.DEMO_MODE:
        raise CommandError("Outside the demo a vendor makes its own keys and sends the public half.")
    if path.exists():
        raise CommandError(f"{path} exists already; --key takes a public key.")
    pair = ECKey.generate_key("P-256", private=True)
    pair.ensure_kid()
    path.touch(mode=0o600)
    path.write_bytes(pair.as_pem(private=True))
    return dict(KeySet([pair]).as_dict(private=False))


def _told(system: System, made: Path | None) -> list[str]:
    """What the vendor needs to know, line by line."""
    root = settings.PUBLIC_URL
    lines = [
        f"client id:    {system.client_id}",
        f"owner:        {system.owner.name}",
        f"FHIR:         {root}/fhir",
        f"settings:     {root}/fhir/.well-known/smart-configuration",
        f"token:        {root}/oauth/token",
        *(f"key (kid):    {key['kid']}" for key in system.keys["keys"]),
        *([f"private key:  {made} (keep it; we do not have it)"] if made else []),
    ]
    if settings.DEMO_MODE and system.may_assert:
        at_work = Employment.objects.filter(
            unit__authority=system.owner, end=None, professional__authorisation_id__isnull=False
        ).select_related("professional", "unit")
        lines += ["", "professionals of the sandbox: authorisation id, SOR of the unit, who"]
        lines += [
            f"  {one.professional.authorisation_id}  {one.unit.sor}  "
            f"{one.professional.given_name} {one.professional.family_name}, {one.unit.name}"
            for one in at_work.order_by("professional__authorisation_id", "pk")[:EXAMPLES]
        ]
    return lines
