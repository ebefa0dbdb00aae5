"""The addresses of the citizen's pages. They hold ids alone, never a number of a person."""

from django.urls import URLPattern, path

from portal.views import (
    access,
    decisions,
    front,
    log,
    login,
    logins,
    notices,
    questions,
    relatives,
    stamkort,
    stamkort_edit,
    stamkort_relatives,
)

urlpatterns: list[URLPattern] = [
    path("", front.FrontView.as_view(), name="portal"),
    path("login/", login.LoginView.as_view(), name="portal-login"),
    path("login/start/", login.ToProviderView.as_view(), name="portal-login-start"),
    path("login/back/", login.FromProviderView.as_view(), name="portal-login-back"),
    path("logout/", login.LogoutView.as_view(), name="portal-logout"),
    path("acting/", login.ActingView.as_view(), name="portal-acting"),
    path("stamkort/", stamkort.CardView.as_view(), name="portal-stamkort"),
    path("stamkort/print/", stamkort.PrintView.as_view(), name="portal-stamkort-print"),
    path("stamkort/wishes/<str:kind>/", stamkort.WishView.as_view(), name="portal-stamkort-wish"),
    path("stamkort/typed/<str:kind>/", stamkort_edit.GroupView.as_view(), name="portal-stamkort-group"),
    path(
        "stamkort/typed/<str:kind>/history/",
        stamkort_edit.GroupHistoryView.as_view(),
        name="portal-stamkort-group-history",
    ),
    path("stamkort/relatives/new/", stamkort_relatives.NewRelativeView.as_view(), name="portal-stamkort-relative-new"),
    path("stamkort/relatives/<uuid:key>/", stamkort_relatives.RelativeView.as_view(), name="portal-stamkort-relative"),
    path(
        "stamkort/relatives/<uuid:key>/move/",
        stamkort_relatives.MoveRelativeView.as_view(),
        name="portal-stamkort-relative-move",
    ),
    path(
        "stamkort/relatives/<uuid:key>/remove/",
        stamkort_relatives.RemoveRelativeView.as_view(),
        name="portal-stamkort-relative-remove",
    ),
    path(
        "stamkort/relatives/<uuid:key>/history/",
        stamkort_relatives.RelativeHistoryView.as_view(),
        name="portal-stamkort-relative-history",
    ),
    path("messages/", notices.MessagesView.as_view(), name="portal-messages"),
    path("relatives/", relatives.RelativesView.as_view(), name="portal-relatives"),
    path("relatives/give/", relatives.GiveView.as_view(), name="portal-relatives-give"),
    path("relatives/<uuid:key>/", relatives.ChangeView.as_view(), name="portal-relatives-change"),
    path("sessions/", logins.SessionsView.as_view(), name="portal-sessions"),
    path("access/", access.AccessView.as_view(), name="portal-access"),
    path("access/unit/<uuid:key>/", access.UnitView.as_view(), name="portal-access-unit"),
    path("access/block/", decisions.BlockView.as_view(), name="portal-access-block"),
    path("access/consent/", decisions.ConsentView.as_view(), name="portal-access-consent"),
    path("access/end/<uuid:key>/", decisions.EndView.as_view(), name="portal-access-end"),
    path("log/", log.LogView.as_view(), name="portal-log"),
    path("log/file/", log.LogFileView.as_view(), name="portal-log-file"),
    path("log/ask/<uuid:key>/", questions.AskView.as_view(), name="portal-log-ask"),
    path("log/question/<uuid:key>/", questions.QuestionView.as_view(), name="portal-log-question"),
]
