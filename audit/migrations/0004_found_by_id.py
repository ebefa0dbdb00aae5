"""Let an entry be found by its id alone, and by the professional on whose responsibility it was made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_seal")]

    operations = [
        migrations.AddIndex("entry", models.Index(fields=["id"], name="entry_id")),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("responsible_id__isnull", False)),
                fields=["responsible_id", "recorded_at"],
                name="entry_responsible",
            ),
        ),
    ]
