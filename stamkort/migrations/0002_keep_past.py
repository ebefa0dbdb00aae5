"""Keep what the rows of these tables were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations

TABLES = (
    "stamkort_entry",
    "stamkort_registration",
    "stamkort_registrationcontent",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("stamkort", "0001_initial")]

    operations = [
        migrations.RunSQL(f"SELECT audit_keep_past('{table}')", migrations.RunSQL.noop) for table in TABLES
    ]
