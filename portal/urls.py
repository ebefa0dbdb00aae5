"""The addresses of the citizen's pages. They hold ids alone, never a number of a person."""

from django.urls import URLPattern, path

from portal.views import front, login

urlpatterns: list[URLPattern] = [
    path("", front.FrontView.as_view(), name="portal"),
    path("login/", login.LoginView.as_view(), name="portal-login"),
    path("logout/", login.LogoutView.as_view(), name="portal-logout"),
    path("acting/", login.ActingView.as_view(), name="portal-acting"),
]
