-- Grievances: who may decide them, and what is never changed.

CREATE OR REPLACE FUNCTION programmes.guard_grievance_decision() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_human uuid;
    v_complainer uuid;
BEGIN
    IF NEW.officer_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT o.person_id INTO v_human FROM identity_api.officers o WHERE o.officer_id = NEW.officer_id;
    SELECT identity_api.canonical_id(g.person_id) INTO v_complainer FROM programmes.grievances g
    WHERE g.id = NEW.grievance_id;
    -- Two accounts of one human are one human.
    IF v_human IS NULL OR v_human = v_complainer OR EXISTS (
        SELECT FROM programmes.grievance_deciders d
        JOIN identity_api.officers o ON o.officer_id = d.officer_id
        WHERE d.grievance_id = NEW.grievance_id AND o.person_id = v_human) THEN
        RAISE EXCEPTION USING ERRCODE = 'AY313', MESSAGE = 'whoever decided does not decide the appeal';
    END IF;
    RETURN NEW;
END;
$$;
CREATE OR REPLACE TRIGGER decision_is_guarded BEFORE INSERT ON programmes.grievance_decisions
    FOR EACH ROW EXECUTE FUNCTION programmes.guard_grievance_decision();

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY ARRAY['grievances', 'grievance_deciders', 'grievance_notes', 'grievance_decisions'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE ON programmes.%I
            FOR EACH ROW EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON programmes.%I
            FOR EACH STATEMENT EXECUTE FUNCTION foundation.refuse_change()', v_table);
        EXECUTE format('GRANT SELECT, INSERT ON programmes.%I TO ayni_app', v_table);
    END LOOP;
END;
$$;

-- Grievances as they stand: who works on each, and how it ended.
CREATE OR REPLACE VIEW programmes.present_grievances AS
SELECT g.*, n.officer_id AS assigned_to, d.outcome, d.reasons, d.effect, d.assessment_id AS made_assessment_id,
    d.officer_id AS decided_by, d.decided_at,
    EXISTS (SELECT FROM programmes.grievance_notes e WHERE e.grievance_id = g.id AND e.kind = 'escalated') AS is_escalated
FROM programmes.grievances g
LEFT JOIN programmes.grievance_decisions d ON d.grievance_id = g.id
LEFT JOIN LATERAL (
    SELECT n.officer_id FROM programmes.grievance_notes n
    WHERE n.grievance_id = g.id AND n.kind = 'assigned' ORDER BY n.number DESC LIMIT 1) n ON true;
GRANT SELECT ON programmes.present_grievances TO ayni_app;
