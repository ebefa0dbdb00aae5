"""Id tokens for launched apps, signed with a key of ours whose public half stands at /oauth/keys.

Keys are PEM files in a folder; the one whose name sorts last signs, all are published. To rotate, add a file with a
later name, and take the old one away when what it signed has expired.
"""

from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from access.actors import Actor

ALGORITHM = "RS256"
LIFETIME = timedelta(minutes=5)
FIRST = "0001.pem"


def make(actor: Actor, *, nonce: str = "") -> str:
    """Return an id token that says to the app who is logged in."""
    now = int(actor.moment.timestamp())
    claims = {
        "iss": settings.PUBLIC_URL,
        "sub": str(actor.professional_id),
        "aud": actor.client_id,
        "iat": now,
        "exp": now + int(LIFETIME.total_seconds()),
        **({"nonce": nonce} if nonce else {}),
    }
    if "fhirUser" in actor.scopes or "profile" in actor.scopes:
        claims["fhirUser"] = f"{settings.PUBLIC_URL}/fhir/Practitioner/{actor.professional_id}"
    key = _keys()[-1]
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)


def public_keys() -> dict[str, Any]:
    """The JWK set that checks our id tokens."""
    found: dict[str, Any] = dict(KeySet(list(_keys())).as_dict(private=False))
    return found


def _keys() -> tuple[RSAKey, ...]:
    """Our keys, the one that signs last; one is made at first use where there is none."""
    folder = Path(settings.SIGNING_KEYS)
    names = tuple(sorted(path.name for path in folder.glob("*.pem"))) if folder.exists() else ()
    if not names:
        _make_first(folder)
        names = (FIRST,)
    return _read(folder, names)


def _make_first(folder: Path) -> None:
    """Make a key in a file readable by its owner only; of several who do so at once the first wins, whole."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f".{uuid4().hex}"
    draft.touch(mode=0o600)
    draft.write_bytes(RSAKey.generate_key(2048, private=True).as_pem(private=True))
    with suppress(FileExistsError):
        (folder / FIRST).hardlink_to(draft)
    draft.unlink()


@lru_cache(maxsize=4)
def _read(folder: Path, names: tuple[str, ...]) -> tuple[RSAKey, ...]:
    """Read key files."""
    return tuple(_key((folder / name).read_bytes()) for name in names)


def _key(pem: bytes) -> RSAKey:
    """One key, known by a digest of its public half."""
    public = RSAKey.import_key(pem).as_pem(private=False)
    return RSAKey.import_key(pem, {"kid": sha256(public).hexdigest()[:16], "use": "sig", "alg": ALGORITHM})
