"""Keep what the rows of these tables were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations

TABLES = (
    "appointments_series",
    "appointments_appointment",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("appointments", "0003_cancellation_reason")]

    operations = [
        migrations.RunSQL(f"SELECT audit_keep_past('{table}')", migrations.RunSQL.noop) for table in TABLES
    ]
