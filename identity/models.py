"""Users, registered systems, and what keeps their tokens single-use and revocable."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fhir.ids import new_key
from identity.registering import key_address, public_keys, redirect_address, type_scopes


def no_keys() -> dict[str, Any]:
    """The JWK set without a key."""
    return {"keys": []}


class User(AbstractUser):
    """Somebody who logs in to the pages: a citizen or a professional. No user passes a rule by being superuser."""

    citizen = models.OneToOneField("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="user")
    professional = models.OneToOneField(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="user"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(citizen__isnull=True) | Q(professional__isnull=True), name="user_one_person"
            ),
        ]


class System(models.Model):
    """A registered system (EPJ, EOJ, LPS, gateway, SMART app): its public keys, its owner and what it may ask for.

    `keys` is a JWK set of public keys, several while one takes over from another; `jwks_uri` is where the system
    publishes its own instead. `may_assert` systems vouch for their logged-in professionals; `may_deliver` systems
    deliver bundles for `owner` and the units below it. `scopes` are those it may ask for at most, empty for all of its
    kind. A system with `redirect_uris` is an app that can be launched; one without keys proves itself by PKCE alone.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    client_id = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    keys = models.JSONField(default=no_keys, blank=True, validators=[public_keys])
    jwks_uri = models.CharField(max_length=300, blank=True, default="", validators=[key_address])
    redirect_uris = ArrayField(
        models.CharField(max_length=300, validators=[redirect_address]), default=list, blank=True
    )
    scopes = models.TextField(blank=True, default="", validators=[type_scopes])
    may_assert = models.BooleanField(default=True)
    may_deliver = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """What a system does it needs a key for; one that has none can only be launched. Raises ValidationError."""
        has_keys = bool(self.keys and self.keys.get("keys"))
        if has_keys and self.jwks_uri:
            raise ValidationError(_("Giv enten nøglerne eller adressen på dem."), code="keys-twice")
        if (self.may_assert or self.may_deliver or not self.redirect_uris) and not has_keys and not self.jwks_uri:
            raise ValidationError(_("Systemet skal have en nøgle."), code="keys-missing")

    @property
    def is_public(self) -> bool:
        """Whether it is an app that has no key to prove itself with."""
        return bool(self.redirect_uris) and not self.jwks_uri and not self.keys["keys"]


class Ticket(models.Model):
    """A secret of ours that opens something once and soon: a launch of the page or of an app, or an app's code.

    Only the digest is kept. `client_id` is whose it is: of a launch the system that asked for it, of a code the app.
    `facts` are who asks about whom, as a token says it (ids only, never a number of a person), and for a code what the
    app has to show with it. `token_id` is the token that a code gave: a code that comes twice calls it back.
    """

    class Kind(models.TextChoices):
        """What it opens."""

        PAGE = "page"
        APP = "app"
        CODE = "code"

    digest = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    client_id = models.CharField(max_length=100)
    facts = models.JSONField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    token_id = models.CharField(max_length=64, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.kind} of {self.client_id}"


class UsedAssertion(models.Model):
    """An assertion that was exchanged: its id may not come again before it has expired."""

    pk = models.CompositePrimaryKey("client_id", "assertion_id")
    client_id = models.CharField(max_length=100)
    assertion_id = models.CharField(max_length=200)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.client_id} {self.assertion_id}"


class RevokedToken(models.Model):
    """An access token that was called back before its time."""

    token_id = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token_id


class LoginSession(models.Model):
    """One log-in of a citizen in one browser (log-ind). Instants are aware UTC; `ended_at` is when somebody ended it.

    `proved_at` is when she proved at the log-in service who she is, which may be before it began here.

    `network` is the network that it came from, never a whole address; `browser` and `device` are what the browser says
    of itself. The secret that opens it stands in the browser's session alone.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    network = models.CharField(max_length=45, blank=True, default="")
    browser = models.CharField(max_length=10, blank=True, default="")
    device = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["citizen", "seen_at"], name="login_citizen")]

    def __str__(self) -> str:
        return f"LoginSession {self.pk}"
