"""The admin: where the operator registers systems. Nothing about a citizen is served or changed here."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.postgres.forms import SimpleArrayField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from identity.limits import buckets
from identity.models import System
from identity.registering import redirect_address
from organisations.models import Organisation

if TYPE_CHECKING:  # the classes of Django know their type only to the checker
    _Form = forms.ModelForm[System]
    _Admin = ModelAdmin[System]
else:
    _Form, _Admin = forms.ModelForm, ModelAdmin

# Log-ins from one address: so many each second, and at once.
LOGIN_RATE = (0.1, 10.0)


class Registrations(AdminSite):
    """The site, behind a log-in of staff (`manage.py createsuperuser`)."""

    site_header = site_title = _("Samlet Patientoverblik: systemer")
    index_title = _("Registrerede systemer")
    site_url = None
    enable_nav_sidebar = False

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in; who guesses waits."""
        if request.method == "POST" and buckets.take(f"login {request.META.get('REMOTE_ADDR', '')}", *LOGIN_RATE):
            return HttpResponse(status=429, headers={"Retry-After": "10"})
        return super().login(request, extra_context)


class SystemForm(_Form):
    """A registration; the addresses stand one on each line."""

    redirect_uris = SimpleArrayField(
        forms.CharField(max_length=300, validators=[redirect_address]),
        delimiter="\n",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        label=_("Adresser, som en app sendes tilbage til"),
        help_text=_("Én på hver linje, skrevet helt ud. Kun for apps, der kan startes."),
    )

    class Meta:
        model = System
        fields = (
            "client_id",
            "name",
            "owner",
            "keys",
            "jwks_uri",
            "may_assert",
            "may_deliver",
            "redirect_uris",
            "scopes",
            "is_active",
        )
        labels = {
            "client_id": _("Klient-id"),
            "name": _("Navn"),
            "owner": _("Myndighed"),
            "keys": _("Offentlige nøgler (JWK-sæt)"),
            "jwks_uri": _("Adresse, hvor systemet selv udgiver sine nøgler"),
            "may_assert": _("Må stå inde for sine fagpersoner"),
            "may_deliver": _("Må levere"),
            "scopes": _("Højst disse scopes"),
            "is_active": _("I brug"),
        }
        help_texts = {
            "keys": _("Kun offentlige nøgler. Lad den gamle stå ved siden af den nye, til systemet har skiftet."),
            "scopes": _("Med mellemrum imellem, som user/Goal.rs. Tomt: alt, hvad loven lader det få."),
            "is_active": _("Tag fluebenet væk for at lukke systemet straks; dets adgangsbeviser gælder så ikke."),
        }


class SystemAdmin(_Admin):
    """Systems are registered and put out of use; none is taken away, since the log names them."""

    form = SystemForm
    list_display = ("client_id", "name", "owner", "may_assert", "may_deliver", "is_active")
    list_filter = ("is_active", "may_deliver")
    search_fields = ("client_id", "name")
    ordering = ("client_id",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **given: Any) -> Any:
        """Only an authority owns a system: what it may say reaches the units below."""
        given["queryset"] = Organisation.objects.filter(parent=None, is_active=True).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **given)

    def get_readonly_fields(self, request: HttpRequest, obj: System | None = None) -> tuple[str, ...]:
        """A system keeps its name: the log knows it by that."""
        return ("client_id",) if obj is not None else ()

    def has_delete_permission(self, request: HttpRequest, obj: System | None = None) -> bool:
        """Nobody may."""
        return False


site = Registrations(name="admin")
site.register(System, SystemAdmin)
