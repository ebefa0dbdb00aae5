"""Registering a system, in the admin and by the command: public keys alone, whole addresses, scopes that exist."""

import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from access.vocabulary import ActingAs
from identity import assertions, grants
from identity.admin import LOGIN_RATE
from identity.models import System, User
from identity.registering import public_keys, redirect_address, type_scopes
from organisations.models import Organisation
from tests import factories
from tests.cast import make_cast
from tests.http import kit


def key_of(key: Any, **given: Any) -> dict[str, Any]:
    """A key as it is sent, by default its public half."""
    return {"kid": "k1", **key.as_dict(private=given.pop("private", False)), **given}


def weak(make: Callable[[], Any]) -> Any:
    """A key that its maker warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make()


PAIR = OKPKey.generate_key("Ed25519")
GOOD = {"ed25519": PAIR, "p-256": ECKey.generate_key("P-256"), "rsa": RSAKey.generate_key(2048)}
BAD: dict[str, tuple[Any, str]] = {
    "a list": ([], "keys-shape"),
    "no keys in it": ({"key": {}}, "keys-shape"),
    "words": ({"keys": ["words"]}, "keys-unreadable"),
    "a private key": ({"keys": [key_of(PAIR, private=True)]}, "keys-private"),
    "a private RSA key": ({"keys": [key_of(GOOD["rsa"], private=True)]}, "keys-private"),
    "a shared secret": ({"keys": [key_of(weak(lambda: OctKey.generate_key(256)), private=True)]}, "keys-shared"),
    "a short RSA key": ({"keys": [key_of(weak(lambda: RSAKey.generate_key(1024)))]}, "keys-short"),
    "a curve that few know": ({"keys": [key_of(weak(lambda: ECKey.generate_key("secp256k1")))]}, "keys-curve"),
    "a key without a name": ({"keys": [key_of(PAIR, kid="")]}, "keys-kid"),
    "two of one name": ({"keys": [key_of(PAIR), key_of(GOOD["p-256"])]}, "keys-kid"),
}


def fault_of(value: Any) -> str | None:
    """The code of why a key set is refused; None of one that is taken."""
    try:
        public_keys(value)
    except ValidationError as refused:
        return str(refused.code)
    return None


@pytest.mark.parametrize("name", GOOD)
def test_public_key_is_taken(name: str) -> None:
    assert fault_of({"keys": [key_of(GOOD[name])]}) is None


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("name", BAD)
def test_every_other_key_is_refused_and_told_why(name: str) -> None:
    value, code = BAD[name]

    assert fault_of(value) == code


@pytest.mark.parametrize(
    "address",
    ["http://app.example/back", "https://app.example/#x", "https://*.example/", "https://u:p@app.example/", "back"],
)
def test_address_that_cannot_be_trusted_is_refused(address: str) -> None:
    redirect_address("https://app.example/back")
    redirect_address("http://127.0.0.1:4567/callback")
    with pytest.raises(ValidationError):
        redirect_address(address)


def test_scope_that_there_is_not_is_refused() -> None:
    type_scopes("user/Goal.rs patient/*.read")
    with pytest.raises(ValidationError):
        type_scopes("user/Goal.rs?category=x")


@pytest.fixture
def region(db: None) -> Organisation:
    return factories.region(name="Region Nord (test)")


@pytest.fixture
def staff(db: None) -> Client:
    """The operator, logged in to the admin."""
    user = User.objects.create_superuser("operator", password="a long test password")
    client = Client()
    client.force_login(user)
    return client


def form(region: Organisation, **changes: Any) -> dict[str, Any]:
    """A registration as the admin's form sends it."""
    keys = orjson.dumps({"keys": [key_of(PAIR)]}).decode()
    filled = {"client_id": "new-epj", "name": "Ny EPJ", "owner": str(region.pk), "keys": keys, "may_assert": "on"}
    return {**filled, "is_active": "on", "jwks_uri": "", "redirect_uris": "", "scopes": "", **changes}


def test_operator_registers_a_system_which_then_gets_in(staff: Client, region: Organisation, settings: Any) -> None:
    cast = make_cast()
    owner = cast.units.region

    answer = staff.post("/admin/identity/system/add/", form(owner))

    assert answer.status_code == 302, answer.content.decode()
    system = System.objects.get(client_id="new-epj")
    keys = kit.Keys(system, OKPKey.import_key({**PAIR.as_dict(private=True), "kid": "k1"}))
    claims = {"acting_as": ActingAs.HP.value, "sor": cast.units.ward.sor}
    signed = keys.assertion(kit.subject_of(cast.doctor.person), audience=assertions.token_address(), **claims)
    assert grants.of_professional(signed)[2].professional_id == cast.doctor.person.pk


def test_private_key_never_gets_into_the_admin(staff: Client, region: Organisation) -> None:
    keys = orjson.dumps({"keys": [key_of(PAIR, private=True)]}).decode()

    answer = staff.post("/admin/identity/system/add/", form(region, keys=keys))

    assert answer.status_code == 200
    assert "En privat nøgle må aldrig" in answer.content.decode()
    assert not System.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": '{"keys": []}'},
        {"jwks_uri": "https://epj.example/keys"},
        {"redirect_uris": "http://app.example/back"},
        {"scopes": "everything"},
        {"keys": "{"},
    ],
)
def test_what_does_not_hold_together_is_not_registered(
    staff: Client, region: Organisation, changes: dict[str, str]
) -> None:
    assert staff.post("/admin/identity/system/add/", form(region, **changes)).status_code == 200
    assert not System.objects.exists()


def test_system_is_put_out_of_use_and_neither_renamed_nor_deleted(staff: Client, region: Organisation) -> None:
    staff.post("/admin/identity/system/add/", form(region))
    system = System.objects.get()
    address = f"/admin/identity/system/{system.pk}"

    changed = form(region, client_id="other")
    changed.pop("is_active")
    assert staff.post(f"{address}/change/", changed).status_code == 302
    assert staff.post(f"{address}/delete/", {"post": "yes"}).status_code == 403

    system.refresh_from_db()
    assert (system.client_id, system.is_active) == ("new-epj", False)


def test_admin_is_for_staff_alone_and_guessing_takes_time(db: None, staff: Client) -> None:
    assert staff.get("/admin/identity/system/").status_code == 200
    for address in ("/admin/", "/admin/identity/system/", "/admin/identity/system/add/"):
        assert Client().get(address).status_code == 302
    someone = Client()
    someone.force_login(factories.user())
    assert someone.get("/admin/identity/system/").status_code == 302

    guesses = [
        Client(REMOTE_ADDR="192.0.2.1").post("/admin/login/", {"username": "operator", "password": str(number)})
        for number in range(int(LOGIN_RATE[1]) + 3)  # while they are checked, a few more may be let
    ]
    told = [guess.status_code for guess in guesses]
    assert told[: int(LOGIN_RATE[1])] == [200] * int(LOGIN_RATE[1])
    assert told[-1] == 429


def register(*words: Any) -> str:
    """Run the command; return what it prints."""
    out = io.StringIO()
    call_command("register_system", *map(str, words), stdout=out)
    return out.getvalue()


def test_command_takes_a_public_key_and_prints_what_a_vendor_needs(region: Organisation, tmp_path: Path) -> None:
    file = tmp_path / "public.pem"
    file.write_bytes(GOOD["p-256"].as_pem(private=False))

    told = register("my-epj", "--owner", "Region Nord", "--key", file)

    system = System.objects.get(client_id="my-epj")
    assert (system.owner, system.may_assert, system.may_deliver) == (region, True, False)
    assert system.keys["keys"][0]["kid"] in told
    assert re.search(r"token: +http.*/oauth/token", told)
    with pytest.raises(CommandError, match="registered already"):
        register("my-epj", "--owner", "Region Nord", "--key", file)
    register("my-epj", "--owner", "Region Nord", "--key", file, "--replace", "--deliver")
    system.refresh_from_db()
    assert (system.may_assert, system.may_deliver) == (False, True)


def test_command_refuses_private_keys_and_makes_none_outside_the_sandbox(
    region: Organisation, tmp_path: Path, settings: Any
) -> None:
    private, made = tmp_path / "private.pem", tmp_path / "made.pem"
    private.write_bytes(GOOD["p-256"].as_pem(private=True))

    settings.DEMO_MODE = False
    for words, why in (
        (("--key", private), "privat"),
        (("--key", tmp_path / "none"), "cannot be read"),
        (("--make-key", made), "Outside the demo"),
        ((), "skal have en nøgle"),
    ):
        with pytest.raises(CommandError, match=why):
            register("my-epj", "--owner", "Region Nord", *words)
    with pytest.raises(CommandError, match="No authority"):
        register("my-epj", "--owner", "Nowhere", "--key", private)
    assert not System.objects.exists()

    settings.DEMO_MODE = True
    register("my-epj", "--owner", "Region Nord", "--make-key", made)
    assert (made.stat().st_mode & 0o777, "PRIVATE" in made.read_text()) == (0o600, True)
    assert "d" not in System.objects.get().keys["keys"][0]
