"""Users, registered systems, and what keeps their tokens single-use and revocable."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from fhir.ids import new_key


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
    """A registered system (EPJ, EOJ, LPS, gateway): its public keys, its owner and what it may ask for.

    `keys` is a JWK set of public keys. `may_assert` systems vouch for their logged-in professionals; `may_deliver`
    systems deliver bundles for `owner` and the units below it.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    client_id = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    owner = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    keys = models.JSONField()
    may_assert = models.BooleanField(default=True)
    may_deliver = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


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
