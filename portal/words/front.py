"""The front page."""

WORDS = {
    "title": ("Dit overblik", "Your overview"),
    "hello": ("Hej {who}", "Hello {who}"),
    "title_of": ("Overblik for {who}", "Overview of {who}"),
}
