"""The professional's pages: composes the subjects and owns no tables. Now the page that the button opens."""
