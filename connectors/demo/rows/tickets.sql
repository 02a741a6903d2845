-- Most are closed within days. Some companies have one that is urgent and stays open.
WITH drawn AS (
    SELECT i AS ticket_id, account_id, user_id AS contact_id,
           created_at + to_seconds(floor((epoch(as_of) - epoch(created_at))
                                         * draw('ticket at', i))::BIGINT) AS opened_at,
           CASE WHEN draw('ticket severity', i) < 0.1 THEN 'urgent'
                WHEN draw('ticket severity', i) < 0.8 THEN 'normal' ELSE 'low' END AS priority,
           0.1 + 8 * pow(draw('ticket open', i), 2) AS days, as_of
    FROM run, range(1, run.users // 5 + 1) AS row_ids(i)
    JOIN users ON user_id = 1 + floor(run.users * draw('ticket', i))::BIGINT
), urgent AS (
    SELECT run.users // 5 + account_id AS ticket_id, account_id, user_id AS contact_id,
           as_of - to_seconds(floor(3600 * CASE WHEN situation = 'escalated' THEN 20 ELSE 24 * 20 END)::BIGINT)
               AS opened_at,
           'urgent' AS priority, 1000 AS days, as_of
    FROM run, personas JOIN situations USING (account_id)
    WHERE situation IN ('escalated', 'urgent for long') AND persona = 'technical'
)
SELECT ticket_id, account_id, contact_id, opened_at,
       CASE WHEN opened_at + to_seconds(floor(86400 * days)::BIGINT) < as_of
            THEN opened_at + to_seconds(floor(86400 * days)::BIGINT) END AS closed_at,
       priority,
       CASE WHEN opened_at + to_seconds(floor(86400 * days)::BIGINT) < as_of
            THEN 'closed' ELSE 'open' END AS status,
       priority = 'urgent' AND (days > 100 AND opened_at > as_of - INTERVAL 10 DAY
                                OR draw('escalated', ticket_id) < 0.2) AS escalated
FROM (FROM drawn UNION ALL FROM urgent) ORDER BY ticket_id
