"""Keep what the rows of this table were until they changed (`audit_keep_past`, migration audit 0005)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_past"), ("documents", "0001_initial")]

    operations = [migrations.RunSQL("SELECT audit_keep_past('documents_document')", migrations.RunSQL.noop)]
