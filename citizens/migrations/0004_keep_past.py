"""Keep what the rows of these tables were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations

TABLES = (
    "citizens_citizen",
    "citizens_identifier",
    "citizens_custody",
    "citizens_guardianship",
    "citizens_powerofattorney",
    "citizens_relative",
)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("citizens", "0003_look_up_by_birth_date")]

    operations = [
        migrations.RunSQL(f"SELECT audit_keep_past('{table}')", migrations.RunSQL.noop) for table in TABLES
    ]
