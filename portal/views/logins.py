"""One's own log-ins: where one is logged in, and the way to end them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from identity import sessions
from identity.models import LoginSession
from portal.pages import VisitorPage


class SessionsView(VisitorPage):
    """Where the one who is logged in is logged in: her own log-ins, for whomever she acts.

    To end one she must have proved lately who she is (ASVS 3.3.4).
    """

    proved_for = ("POST",)
    proved_before = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, those that can be used first."""
        moment = self.visitor.actor.moment
        told = [(self._told(each), sessions.is_open(each, moment)) for each in sessions.of_citizen(self.visitor.me.pk)]
        return self.shown(
            "sessions",
            now=[each for each, is_open in told if is_open],
            earlier=[each for each, is_open in told if not is_open],
            this=self.visitor.login.pk,
            most=sessions.MOST,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        """End one, or all but this one."""
        login = self.visitor.login
        me = sessions.actor_of(self.visitor.me.pk, login.pk, self.visitor.actor.moment)
        if "others" in request.POST:
            sessions.end_others(me, login.pk)
            return self.done("portal-sessions", self.t["sessions"]["others_ended"])
        try:
            ended = sessions.end(me, [UUID(request.POST.get("login", ""))])
        except ValueError:
            ended = 0
        return self.done("portal-sessions", self.t["sessions"]["ended"] if ended else "")

    def _told(self, login: LoginSession) -> dict[str, object]:
        texts = self.t["sessions"]
        kind = [texts.get(login.device, ""), texts.get(login.browser, "")]
        return {"login": login, "what": ", ".join(each for each in kind if each)}
