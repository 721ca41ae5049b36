"""Conflicts between transactions, which PostgreSQL simulates."""

# Raises the error of a conflict ``times`` times, at the INSERT of a student or at COMMIT.
CONFLICTS = """
CREATE SEQUENCE tries;
CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') <= {times} THEN RAISE EXCEPTION USING ERRCODE = '{state}'; END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER conflict AFTER INSERT ON students DEFERRABLE {when}
    FOR EACH ROW EXECUTE FUNCTION conflict();
"""
