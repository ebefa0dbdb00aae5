"""What a registration of a system may say: public keys alone, addresses that can be trusted, scopes that exist."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from access.scopes import ScopeUnknown, parse

SHORTEST_RSA_BITS = 2048
MOST_KEYS = 10
_CURVES = {"P-256", "P-384", "Ed25519"}
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def public_keys(value: Any) -> None:
    """A JWK set of public keys, each with a `kid` of its own. Raises ValidationError; a private key is never taken."""
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or len(keys) > MOST_KEYS:
        raise ValidationError(_('Nøglerne skal stå som et JWK-sæt: {"keys": [...]}.'), code="keys-shape")
    for key in keys:
        _public_key(key)
    kids = [key["kid"] for key in keys]
    if len(set(kids)) != len(kids):
        raise ValidationError(_("Hver nøgle skal have sit eget kid."), code="keys-kid")


def _public_key(given: Any) -> None:
    """One public key that we take. Raises ValidationError."""
    try:
        key = JWKRegistry.import_key(given)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValidationError(_("En af nøglerne kan ikke læses."), code="keys-unreadable") from error
    if not isinstance(key, OKPKey | ECKey | RSAKey):
        raise ValidationError(_("En delt hemmelighed er ikke en offentlig nøgle."), code="keys-shared")
    if key.is_private:
        raise ValidationError(
            _("En privat nøgle må aldrig forlade systemet. Lav et nyt nøglepar, og send kun den offentlige."),
            code="keys-private",
        )
    if not isinstance(given.get("kid"), str) or not given["kid"]:
        raise ValidationError(_("Hver nøgle skal have sit eget kid."), code="keys-kid")
    if isinstance(key, RSAKey):
        if key.raw_value.key_size < SHORTEST_RSA_BITS:
            raise ValidationError(_("RSA-nøgler skal være på mindst 2048 bit."), code="keys-short")
    elif given.get("crv") not in _CURVES:
        raise ValidationError(_("Kurven skal være P-256, P-384 eller Ed25519."), code="keys-curve")


def key_address(value: str) -> None:
    """An address to fetch keys from: https, in the demo this machine too. Raises ValidationError."""
    _address(value)


def redirect_address(value: str) -> None:
    """An address to send a browser back to: whole, without a fragment, https or this machine. Raises ValidationError.

    Apps for developers listen on this machine; nobody else can take what is sent there.
    """
    _address(value, local=True)
    if "#" in value or "*" in value:
        raise ValidationError(_("Adressen skal stå helt ud, uden # og *."), code="address-exact")


def origin_of(address: str) -> str:
    """The origin of an address as a browser writes it, without the port that goes without saying."""
    parts = urlsplit(address)
    port = parts.port
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def _address(value: str, *, local: bool = False) -> None:
    parts = urlsplit(value)
    is_local = parts.scheme == "http" and parts.hostname in _LOCAL and (local or settings.DEMO_MODE)
    if not (parts.scheme == "https" and parts.hostname) and not is_local:
        raise ValidationError(_("Adressen skal begynde med https://."), code="address-https")
    if parts.username or parts.password:
        raise ValidationError(_("Adressen må ikke indeholde et kodeord."), code="address-secret")


def type_scopes(value: str) -> None:
    """Scopes of types with spaces between. Raises ValidationError."""
    for text in value.split():
        try:
            parse(text)
        except ScopeUnknown as error:
            raise ValidationError(_("Ukendt scope: %(scope)s"), code="scope", params={"scope": text}) from error
