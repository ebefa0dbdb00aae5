"""Signed assertions of registered systems about their logged-in professionals, exchanged for access tokens.

Shape: RFC 7523 JWT bearer. Claims: `iss` (client id), `sub` (authorisation id, or our id of a professional without
one), `aud` (the token address), `iat`, `exp` (at most five minutes), `jti` (used once), `acting_as`, `sor` (the unit),
`purpose_of_use`, and where it applies `responsible` (authorisation id) and `nbf`. Clock skew of 60 seconds is forgiven.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from joserfc import jws, jwt
from joserfc.errors import JoseError

from access.actors import Actor
from access.vocabulary import HEALTH_SIDE, ActingAs, Purpose
from identity.keys import keys_of
from identity.models import System, UsedAssertion
from organisations.models import Employment, Organisation, Professional, UnitLink

ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "ES384", "RS256", "RS384", "PS256"]
LONGEST_TEXT = 8192
NO_CHARACTER = b"\\u0000"
LONGEST = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
DEFAULT_PURPOSE = {
    **dict.fromkeys(HEALTH_SIDE, Purpose.TREATMENT),
    ActingAs.CARE: Purpose.CARE,
    ActingAs.CASE: Purpose.CASE,
    ActingAs.SOC_PSY: Purpose.CARE,
    ActingAs.AUDIT: Purpose.AUDIT,
}
NEEDS_AUTHORISATION = frozenset({ActingAs.HP})
NEEDS_RESPONSIBLE = frozenset({ActingAs.HP_ASSIST, ActingAs.HP_STUDENT})


class AssertionRefused(Exception):
    """It is not accepted; `code` is the OAuth error, `why` a short text without personal data.

    `client_id` is the system that asked, where that is proved; `is_noted` says that the log has it already.
    """

    def __init__(self, code: str, why: str, client_id: str = "", *, is_noted: bool = False) -> None:
        super().__init__(why)
        self.code, self.why, self.client_id, self.is_noted = code, why, client_id, is_noted


def token_address() -> str:
    """The audience that assertions name."""
    return f"{settings.PUBLIC_URL}/oauth/token"


def make(key: Any, *, issuer: str, subject: str, lifetime: timedelta = timedelta(minutes=2), **claims: Any) -> str:
    """Sign an assertion with a system's private key; for the demo systems and for tests."""
    now = datetime.now(UTC)
    body = {
        "iss": issuer,
        "sub": subject,
        "aud": token_address(),
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "jti": uuid4().hex,
        **claims,
    }
    algorithm = {"OKP": "Ed25519", "EC": "ES256", "RSA": "RS256"}[key.key_type]
    return jwt.encode({"alg": algorithm, "kid": key.kid}, body, key, algorithms=ALGORITHMS)


def verified(assertion: str) -> tuple[System, dict[str, Any]]:
    """Check signature, audience and times against the keys of the issuer, and return it with what it says.

    Raises AssertionRefused. One statement, and what fetching keys costs (`identity.keys`).
    """
    if len(assertion) > LONGEST_TEXT:
        raise AssertionRefused("invalid_grant", "not a signed assertion")
    try:
        unread = jws.extract_compact(assertion.encode())
        client_id = str(_json(unread.payload).get("iss", ""))
        kid = str(unread.headers().get("kid", ""))
    except (JoseError, ValueError) as error:
        raise AssertionRefused("invalid_grant", "not a signed assertion") from error
    system = System.objects.filter(client_id=client_id, is_active=True).first()
    if system is None:
        raise AssertionRefused("invalid_client", "unknown system")
    try:
        claims = dict(jwt.decode(assertion, keys_of(system, kid), algorithms=ALGORITHMS).claims)
    except (JoseError, ValueError) as error:
        raise AssertionRefused("invalid_grant", "the signature does not fit", system.client_id) from error
    try:
        _check_times(claims)
        audience = claims.get("aud")
        if token_address() not in (audience if isinstance(audience, list) else [audience]):
            raise AssertionRefused("invalid_grant", "the audience is another")
        if not isinstance(claims.get("jti"), str) or not 8 <= len(claims["jti"]) <= 200:
            raise AssertionRefused("invalid_grant", "jti is missing")
    except AssertionRefused as refused:
        raise AssertionRefused(refused.code, refused.why, system.client_id) from refused
    return system, claims


def _json(payload: bytes) -> dict[str, Any]:
    """Read the claims without trusting them, to find the issuer."""
    found = orjson.loads(payload)
    if not isinstance(found, dict):
        raise ValueError("claims are no object")
    if NO_CHARACTER in payload:
        raise ValueError("claims hold what no text of the database holds")
    return found


def _check_times(claims: dict[str, Any]) -> None:
    """Neither past its time, nor from the future, nor longer than allowed; without `iat` it was issued when it came."""
    now = datetime.now(UTC)
    try:
        issued = datetime.fromtimestamp(int(claims.get("iat", now.timestamp())), UTC)
        holds_from = datetime.fromtimestamp(int(claims.get("nbf", issued.timestamp())), UTC)
        expires = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise AssertionRefused("invalid_grant", "exp is missing or iat or nbf is no time") from error
    if expires + SKEW <= now or max(issued, holds_from) - SKEW > now or expires - issued > LONGEST:
        raise AssertionRefused("invalid_grant", "the assertion is out of its time")


def use_once(system: System, claims: dict[str, Any]) -> None:
    """Take note of the assertion; a second use is refused. Raises AssertionRefused. One statement."""
    expires = datetime.fromtimestamp(int(claims["exp"]), UTC) + SKEW
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(client_id=system.client_id, assertion_id=claims["jti"], expires_at=expires)
    except IntegrityError as error:
        raise AssertionRefused("invalid_grant", "the assertion was used before", system.client_id) from error


def professional_of(system: System, claims: dict[str, Any]) -> Actor:
    """The professional whom a system vouches for, acting as it says for the unit that it names.

    Raises AssertionRefused where the registers do not agree. Some six statements.
    """
    try:
        return _actor(system, claims)
    except AssertionRefused as refused:
        raise AssertionRefused(refused.code, refused.why, system.client_id) from refused


def _actor(system: System, claims: dict[str, Any]) -> Actor:
    """Read who acts as what for which unit, and check that the registers agree."""
    now = datetime.now(UTC)
    try:
        acting_as = ActingAs(str(claims.get("acting_as")))
        purpose = Purpose(claims.get("purpose_of_use", DEFAULT_PURPOSE[acting_as]))
    except (ValueError, KeyError) as error:
        raise AssertionRefused("invalid_grant", "acting_as or purpose_of_use does not fit") from error
    professional = _professional(claims.get("sub"))
    unit = Organisation.objects.filter(sor=str(claims.get("sor", "")), is_active=True).first()
    if unit is None or not UnitLink.objects.filter(ancestor_id=system.owner_id, descendant_id=unit.pk).exists():
        raise AssertionRefused("invalid_grant", "the unit is unknown or not of this system")
    if not _employed(professional, unit, now):
        raise AssertionRefused("invalid_grant", "the professional is not employed at the unit")
    if acting_as in NEEDS_AUTHORISATION and not professional.is_authorised:
        raise AssertionRefused("invalid_grant", "the professional has no authorisation")
    responsible = None
    if acting_as in NEEDS_RESPONSIBLE:
        responsible = _professional(claims.get("responsible"))
        if not responsible.is_authorised or responsible == professional or not _same_authority(responsible, unit, now):
            raise AssertionRefused("invalid_grant", "the responsible professional does not fit")
    return Actor(
        acting_as,
        purpose,
        now,
        professional_id=professional.pk,
        profession=professional.profession,
        unit_id=unit.pk,
        responsible_id=responsible.pk if responsible else None,
        client_id=system.client_id,
    )


def _professional(subject: Any) -> Professional:
    """Find a professional by authorisation id, or by our id."""
    text = str(subject or "")
    found = Professional.objects.filter(authorisation_id=text, is_active=True).first()
    if found is None:
        try:
            found = Professional.objects.filter(pk=UUID(text), is_active=True).first()
        except ValueError:
            found = None
    if found is None:
        raise AssertionRefused("invalid_grant", "the professional is unknown")
    return found


def _employed(professional: Professional, unit: Organisation, now: datetime) -> bool:
    """Whether the professional works at the unit now, or at one above it."""
    return Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=now),
        professional=professional,
        start__lte=now,
        unit_id__in=UnitLink.objects.filter(descendant_id=unit.pk).values("ancestor_id"),
    ).exists()


def is_still_employed(professional_id: UUID, unit_id: UUID) -> bool:
    """Whether a professional whom a system vouched for earlier still works at the unit. One statement."""
    now = datetime.now(UTC)
    return Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=now),
        professional_id=professional_id,
        professional__is_active=True,
        start__lte=now,
        unit_id__in=UnitLink.objects.filter(descendant_id=unit_id).values("ancestor_id"),
    ).exists()


def _same_authority(professional: Professional, unit: Organisation, now: datetime) -> bool:
    """Whether the professional works now at the authority that the unit belongs to."""
    return Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=now),
        professional=professional,
        start__lte=now,
        unit__authority_id=unit.authority_id,
    ).exists()
