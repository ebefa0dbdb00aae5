"""What Lars meets at his first log-in: some news since he was last there, a message, a question with a state."""

from typing import Any

from demo.lately import LARS
from identity.models import LoginSession
from tests.portal.kit import Visit


def test_lars_meets_some_news_a_message_and_no_load_of_everything(demo: dict[str, int], settings: Any) -> None:
    settings.DEMO_MODE = True
    lars = Visit()
    front = lars.follow(lars.post("/portal/login/", persona="lars")).text
    news = front[front.index('id="news"') : front.index("</section>", front.index('id="news"'))]
    messages = lars.get("/portal/messages/").text
    log = lars.get("/portal/log/").text

    assert news.count("<li>") == 2
    assert "Nyt om dine aftaler" in news
    assert "Nyt om dine mål" in news
    assert "Et mål er foreslået til dig: Gå en tur på ti minutter hver dag" in front
    assert messages.count("<li") >= 2
    assert "En fagperson så noget, som du har spærret for" in messages
    assert "Et samtykke slutter snart" in messages
    assert "Dine spørgsmål" in log
    assert LoginSession.objects.filter(citizen_id=LARS, ended_at__isnull=True).count() == 1
