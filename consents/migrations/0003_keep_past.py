"""Keep what the rows of these tables were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations

TABLES = (
    "consents_consent",
    "consents_block",
    "consents_override",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("consents", "0002_acts_of_a_consent")]

    operations = [
        migrations.RunSQL(f"SELECT audit_keep_past('{table}')", migrations.RunSQL.noop) for table in TABLES
    ]
