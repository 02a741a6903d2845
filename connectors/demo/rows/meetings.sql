-- Kick-offs, check-ins and reviews of those whom a person looks after; some lie ahead.
WITH held AS (
    SELECT id AS account_id, 'kickoff' AS kind, contract_start + 6 + floor(6 * draw('kick-off', id))::INTEGER AS day
    FROM companies WHERE touch_model <> 'digital'
    UNION ALL
    SELECT id, 'check_in', today - (40 * n)::INTEGER + floor(35 * draw('check-in', concat(id, '/', n)))::INTEGER
    FROM run, companies, range(0, 6) AS numbers(n) WHERE touch_model <> 'digital'
    UNION ALL
    SELECT id, 'review', today - (95 * n)::INTEGER - 10 + floor(50 * draw('review', concat(id, '/', n)))::INTEGER
    FROM run, companies, range(0, 4) AS numbers(n) WHERE touch_model = 'named'
    UNION ALL
    SELECT id, 'interview', churned_on + 12 FROM companies WHERE draw('interview', id) < 0.3 AND churned_on IS NOT NULL
), kept AS (
    SELECT held.*, situation, today FROM run, held
    JOIN companies ON id = held.account_id LEFT JOIN situations USING (account_id)
    WHERE day >= contract_start AND (churned_on IS NULL OR kind = 'interview' OR day < churned_on) AND day < today + 60
)
SELECT row_number() OVER (ORDER BY account_id, kind, day) AS meeting_id, account_id, kind,
       CASE WHEN day >= today THEN 'scheduled' WHEN draw('cancelled', concat(account_id, day)) < 0.08
            THEN 'cancelled' ELSE 'held' END AS status,
       day::TIMESTAMP + to_hours((8 + floor(9 * draw('hour', concat(account_id, day))))::INTEGER) AS starts_at,
       kind IN ('review', 'kickoff') AND draw('sponsor there', concat(account_id, day)) < 0.6 AS sponsor_present
FROM kept
WHERE NOT (situation IN ('just sold', 'no kick-off', 'three weeks in') AND day <= today + 60)
  AND NOT (situation IN ('no answer', 'silent') AND day > today - 60)
  AND NOT (situation IN ('review due', 'green and alone', 'one thread', 'value unconfirmed') AND kind = 'review' AND day > today - 190)
  AND NOT (situation IN ('green and alone', 'one thread') AND day > today - 30)
ORDER BY meeting_id
