"""All addresses of the service."""

from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.views.generic import RedirectView

from access import bundle_views, everything, history, operations, search_views, write_views
from access import definitions_views as definitions
from appointments import views as appointments
from consents import views as consents
from desk import views as desk
from exchange import views as exchange
from exchange.subscriptions import views as subscriptions
from fhir.definitions import TYPES as DEFINITIONS
from identity import authorize, launches
from identity import views as identity
from identity.admin import site as registrations
from law import views as law

handler400 = "portal.views.errors.unread"
handler404 = "portal.views.errors.missing"
handler500 = "portal.views.errors.broken"
SUBSCRIPTION, SUB = "fhir/Subscription/<str:key>", {"kind": "Subscription"}
# Tried in this order, so what is asked most, FHIR, stands before what is asked seldom.
ADDRESSES: list[URLPattern] = [
    path(
        "fhir/.well-known/smart-configuration",
        identity.SmartConfigurationView.as_view(),
        name="fhir-smart-configuration",
    ),
    path(
        "fhir/.well-known/openid-configuration",
        identity.OpenidConfigurationView.as_view(),
        name="fhir-openid-configuration",
    ),
    path("fhir", bundle_views.BaseView.as_view(), name="fhir-base"),
    path("fhir/", bundle_views.BaseView.as_view(), name="fhir-base-slash"),
    path("fhir/metadata", operations.MetadataView.as_view(), name="fhir-metadata"),
    path("fhir/openapi.json", definitions.OpenapiView.as_view(), name="fhir-openapi"),
    path("fhir/Patient/<str:key>/$overview", operations.OverviewView.as_view(), name="fhir-overview"),
    path("fhir/Patient/<str:key>/$everything", everything.EverythingView.as_view(), name="fhir-everything"),
    path("fhir/Patient/<str:key>/$access-matrix", operations.MatrixView.as_view(), name="fhir-access-matrix"),
    path("fhir/Bundle/$deliver", exchange.DeliverView.as_view(), name="fhir-deliver"),
    path(f"{SUBSCRIPTION}/$status", subscriptions.StatusView.as_view(), SUB, name="fhir-subscription-status"),
    path(f"{SUBSCRIPTION}/$events", subscriptions.EventsView.as_view(), SUB, name="fhir-subscription-events"),
    path("fhir/Patient/<str:key>/$override", consents.OverrideView.as_view(), name="fhir-override"),
    path("fhir/Consent/$dry-run", consents.DryRunView.as_view(), name="fhir-dry-run"),
    *(
        path(f"fhir/{kind}{tail}", view.as_view(), {"definition": kind}, name=f"fhir-{kind}{'-read' if tail else ''}")
        for kind in DEFINITIONS
        for tail, view in (("", definitions.DefinitionsView), ("/<str:name>", definitions.DefinitionView))
    ),
    path("fhir/<str:kind>/_search", search_views.SearchView.as_view(), name="fhir-search"),
    path("fhir/<str:kind>/<str:key>/$explain-access", operations.ExplainView.as_view(), name="fhir-explain"),
    path("fhir/<str:kind>/_history", history.TypeHistoryView.as_view(), name="fhir-type-history"),
    path("fhir/<str:kind>/<str:key>/_history", history.HistoryView.as_view(), name="fhir-history"),
    path("fhir/<str:kind>/<str:key>/_history/<str:version>", history.VersionView.as_view(), name="fhir-vread"),
    path(
        "fhir/Patient/<str:key>/<str:kind>/_search", search_views.CompartmentView.as_view(), name="fhir-patient-search"
    ),
    path("fhir/Patient/<str:key>/<str:kind>", search_views.CompartmentView.as_view(), name="fhir-patient-type"),
    path(f"{SUBSCRIPTION}", subscriptions.SubscriptionView.as_view(), SUB, name="fhir-subscription"),
    path("fhir/<str:kind>/<str:key>", write_views.InstanceView.as_view(), name="fhir-instance"),
    path("fhir/<str:kind>", search_views.TypeView.as_view(), name="fhir-type"),
    path("", RedirectView.as_view(pattern_name="portal"), name="home"),
    path("legal-settings/", law.LegalSettingsView.as_view(), name="legal-settings"),
    path("desk/", desk.DeskView.as_view(), name="desk"),
    path("desk/open/<str:secret>", desk.OpenView.as_view(), name="desk-open"),
    path("oauth/token", identity.TokenView.as_view(), name="oauth-token"),
    path("oauth/revoke", identity.RevokeView.as_view(), name="oauth-revoke"),
    path("oauth/launch", launches.LaunchView.as_view(), name="oauth-launch"),
    path("oauth/authorize", authorize.AuthorizeView.as_view(), name="oauth-authorize"),
    path("oauth/keys", identity.KeysView.as_view(), name="oauth-keys"),
    path("calendar/<str:secret>.ics", appointments.CalendarView.as_view(), name="calendar"),
    path(".well-known/smart-configuration", identity.SmartConfigurationView.as_view(), name="smart-configuration"),
    path(".well-known/openid-configuration", identity.OpenidConfigurationView.as_view(), name="openid-configuration"),
]


class _OfLength(RoutePattern):
    """Passes on whole those addresses that have so many slashes: no part of any of ours can hold one."""

    def __init__(self, slashes: int) -> None:
        super().__init__("")
        self.slashes = slashes

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        """Whether the address is so long."""
        return (path, (), {}) if path.count("/") == self.slashes else None


def _by_length(addresses: list[URLPattern]) -> list[URLPattern | URLResolver]:
    """The same addresses in the same order, sorted by their slashes, so that few are tried for each request."""
    found: dict[int, list[URLPattern]] = {}
    for address in addresses:
        found.setdefault(str(address.pattern).count("/"), []).append(address)
    return [URLResolver(_OfLength(slashes), alike) for slashes, alike in found.items()]


urlpatterns: list[URLPattern | URLResolver] = [
    *_by_length(ADDRESSES),
    path("portal/", include("portal.urls")),
    path("admin/", registrations.urls),
]
