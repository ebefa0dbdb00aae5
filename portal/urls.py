"""The addresses of the citizen's pages. They hold ids alone, never a number of a person."""

from django.urls import URLPattern, path

from portal.views import front, login, logins, notices, relatives

urlpatterns: list[URLPattern] = [
    path("", front.FrontView.as_view(), name="portal"),
    path("login/", login.LoginView.as_view(), name="portal-login"),
    path("login/start/", login.ToProviderView.as_view(), name="portal-login-start"),
    path("login/back/", login.FromProviderView.as_view(), name="portal-login-back"),
    path("logout/", login.LogoutView.as_view(), name="portal-logout"),
    path("acting/", login.ActingView.as_view(), name="portal-acting"),
    path("messages/", notices.MessagesView.as_view(), name="portal-messages"),
    path("relatives/", relatives.RelativesView.as_view(), name="portal-relatives"),
    path("relatives/give/", relatives.GiveView.as_view(), name="portal-relatives-give"),
    path("relatives/<uuid:key>/", relatives.ChangeView.as_view(), name="portal-relatives-change"),
    path("sessions/", logins.SessionsView.as_view(), name="portal-sessions"),
]
