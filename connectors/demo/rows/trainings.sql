-- Who was there is who completed it, of late; others missed theirs, or have one ahead.
WITH attended AS (
    SELECT account_id, user_id AS contact_id, course,
           occurred_at - INTERVAL 1 HOUR AS starts_at, 'attended' AS status
    FROM run, events JOIN users USING (user_id)
    WHERE events.name = 'training_completed' AND occurred_at > as_of - INTERVAL 120 DAY
), other AS (
    SELECT account_id, user_id, pick(courses, draw('course missed', user_id)),
           date_trunc('hour', as_of) - INTERVAL 60 DAY
               + to_seconds(floor(86400 * 75 * draw('training at', user_id))::BIGINT), 'missed'
    FROM run, users JOIN companies ON id = account_id, lists
    WHERE NOT is_deleted AND draw('books', user_id) < 0.05 AND companies.status <> 'churned'
      AND created_at < as_of - INTERVAL 61 DAY
)
SELECT row_number() OVER (ORDER BY starts_at, contact_id) AS training_id, account_id, contact_id, course, starts_at,
       CASE WHEN starts_at > as_of THEN 'booked' ELSE told.status END AS status
FROM run, (FROM attended UNION ALL FROM other) AS told
ORDER BY training_id
