"""The contact at which a condition was found, and the teams and conditions of a treatment relation."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("careplans", "0005_documents"),
        ("organisations", "0007_location_sor"),
    ]

    operations = [
        migrations.AddField(
            model_name="condition",
            name="contact",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="conditions",
                to="careplans.contact",
            ),
        ),
        migrations.AddIndex(
            model_name="condition",
            index=models.Index(
                condition=models.Q(("contact__isnull", False)), fields=["contact"], name="condition_contact"
            ),
        ),
        migrations.CreateModel(
            name="RelationElement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(default=1)),
                (
                    "condition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_relations",
                        to="careplans.condition",
                    ),
                ),
                (
                    "relation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="elements",
                        to="organisations.treatmentrelation",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_relations",
                        to="careplans.careteam",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("condition__isnull", True), ("team__isnull", False)),
                            models.Q(("condition__isnull", False), ("team__isnull", True)),
                            _connector="OR",
                        ),
                        name="relation_element_exactly_one",
                    ),
                    models.UniqueConstraint(
                        fields=("relation", "team", "condition"), name="relation_element_unique", nulls_distinct=False
                    ),
                ],
            },
        ),
        migrations.RunSQL("SELECT audit_keep_past('careplans_relationelement')", migrations.RunSQL.noop),
    ]
