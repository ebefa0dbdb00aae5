"""Keep the closure of the unit tree by trigger, and refuse a tree that bites its own tail."""

from django.db import migrations

CLOSURE = """
CREATE FUNCTION organisations_keep_closure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.parent_id IS NOT DISTINCT FROM OLD.parent_id THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF EXISTS (SELECT 1 FROM organisations_unitlink
                   WHERE ancestor_id = NEW.id AND descendant_id = NEW.parent_id) THEN
            RAISE EXCEPTION 'a unit may not stand below itself' USING ERRCODE = 'check_violation';
        END IF;
        DELETE FROM organisations_unitlink
        WHERE descendant_id IN (SELECT descendant_id FROM organisations_unitlink WHERE ancestor_id = NEW.id)
          AND ancestor_id NOT IN (SELECT descendant_id FROM organisations_unitlink WHERE ancestor_id = NEW.id);
    ELSE
        INSERT INTO organisations_unitlink (ancestor_id, descendant_id) VALUES (NEW.id, NEW.id);
    END IF;
    IF NEW.parent_id IS NOT NULL THEN
        INSERT INTO organisations_unitlink (ancestor_id, descendant_id)
        SELECT above.ancestor_id, below.descendant_id
        FROM organisations_unitlink above CROSS JOIN organisations_unitlink below
        WHERE above.descendant_id = NEW.parent_id AND below.ancestor_id = NEW.id
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organisation_closure AFTER INSERT OR UPDATE ON organisations_organisation
    FOR EACH ROW EXECUTE FUNCTION organisations_keep_closure();
"""


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]

    operations = [
        migrations.RunSQL(
            CLOSURE,
            "DROP TRIGGER organisation_closure ON organisations_organisation;"
            "DROP FUNCTION organisations_keep_closure();",
        )
    ]
