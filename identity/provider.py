"""The log-in service that is set up: whose it is, who we are to it, and what of its answer tells the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PERSON_IS = ("cpr", "user")


@dataclass(frozen=True)
class Provider:
    """A log-in service by OpenID Connect. `key` is the PEM of our private key, where no secret is shared.

    `person_claim` names the claim that tells who it is, and `person_is` what it holds: a CPR number, or the name of a
    user of ours. One of `levels` must stand in `level_claim`, where any is asked for.
    """

    issuer: str
    client_id: str
    secret: str = ""
    key: str = ""
    scope: str = "openid"
    person_claim: str = "cpr"
    person_is: str = "cpr"
    level_claim: str = "acr"
    levels: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """The address that its pages stand at."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"


def provider_from(environment: Mapping[str, str]) -> Provider | None:
    """The log-in service that the environment names, or None. Raises ImproperlyConfigured where it is named by half."""
    issuer = environment.get("OIDC_ISSUER", "")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1"):
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://")
    client_id, secret = environment.get("OIDC_CLIENT_ID", ""), environment.get("OIDC_CLIENT_SECRET", "")
    key_file = environment.get("OIDC_CLIENT_KEY", "")
    if not client_id or bool(secret) == bool(key_file):
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID, and OIDC_CLIENT_SECRET or OIDC_CLIENT_KEY")
    person_is = environment.get("OIDC_PERSON_IS", "cpr")
    if person_is not in PERSON_IS:
        raise ImproperlyConfigured(f"OIDC_PERSON_IS must be one of {', '.join(PERSON_IS)}")
    return Provider(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        secret=secret,
        key=Path(key_file).read_text() if key_file else "",
        scope=environment.get("OIDC_SCOPE", "openid"),
        person_claim=environment.get("OIDC_PERSON_CLAIM", "cpr"),
        person_is=person_is,
        level_claim=environment.get("OIDC_LEVEL_CLAIM", "acr"),
        levels=tuple(environment.get("OIDC_LEVELS", "").split()),
    )
