"""The demo's registered systems and their key pairs; private keys stay in files of this machine."""

from pathlib import Path

from django.conf import settings
from joserfc.jwk import KeySet, OKPKey

from demo.book import key
from demo.places import World
from identity.models import System

# client id: name, owner, may assert, may deliver
SYSTEMS: dict[str, tuple[str, str, bool, bool]] = {
    "epj-demo": ("Hospitalernes EPJ (demo)", "region", True, True),
    "eoj-demo": ("Kommunens EOJ (demo)", "municipality", True, False),
    "lps-demo": ("Lægehusets system (demo)", "practice", True, False),
    "dental-demo": ("Tandklinikkens system (demo)", "dental-clinic", True, False),
    "gateway-demo": ("Kommunernes gateway (demo)", "municipality", False, True),
}


def private_key(client_id: str) -> OKPKey:
    """Return the private key of a demo system, made at first use; the file is readable by its owner only."""
    path = _file(client_id)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = OKPKey.generate_key("Ed25519", {"kid": client_id}, private=True)
        path.touch(mode=0o600)
        path.write_bytes(made.as_pem(private=True))
    return OKPKey.import_key(path.read_bytes(), {"kid": client_id})


def _file(client_id: str) -> Path:
    return Path(settings.DATA_DIR) / "demo-keys" / f"{client_id}.pem"


def public_keys(client_id: str) -> dict[str, object]:
    """Return the JWK set that the service keeps of a system."""
    return dict(KeySet([private_key(client_id)]).as_dict(private=False))


def tell(world: World) -> None:
    """Register the systems."""
    for client_id, (name, owner, may_assert, may_deliver) in SYSTEMS.items():
        world.book.add(
            System(
                id=key(f"system {client_id}"),
                client_id=client_id,
                name=name,
                owner=world.units[owner],
                keys=public_keys(client_id),
                may_assert=may_assert,
                may_deliver=may_deliver,
            )
        )
