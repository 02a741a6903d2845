-- What the product notes beside its events: what people do before they leave.
WITH drawn AS (
    SELECT user_id, as_of - to_seconds(floor(86400 * (8 + 350 * draw('signal at', user_id)))::BIGINT) AS signalled_at,
           created_at, CASE WHEN draw('signal', user_id) < 0.5 THEN 'full_export' ELSE 'cancellation_page' END AS name
    FROM run, users WHERE draw('has signal', user_id) < 0.03
), told AS (
    SELECT user_id, signalled_at AS occurred_at, name FROM drawn WHERE signalled_at > created_at
    UNION ALL
    SELECT min(user_id), any_value(as_of) - to_seconds(floor(86400 * (0.3 + 1.5 * draw('signal', account_id)))::BIGINT),
           CASE WHEN situation = 'exporting all' THEN 'full_export' ELSE 'cancellation_page' END
    FROM run, personas JOIN situations USING (account_id)
    WHERE situation IN ('exporting all', 'about to cancel') AND role = 'admin'
    GROUP BY account_id, situation
)
SELECT row_number() OVER (ORDER BY occurred_at, user_id) AS signal_id, user_id, occurred_at, name
FROM told ORDER BY signal_id
