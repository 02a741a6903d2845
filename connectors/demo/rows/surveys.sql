-- A quarter of the users said within the last year how likely they recommend us; the happier with
-- the product, the more. Some of those who closed a ticket said how that went.
WITH nps AS (
    SELECT account_id, user_id, 'nps' AS kind,
           as_of - to_seconds(floor(86400 * (15 + 345 * draw('survey at', user_id)))::BIGINT) AS answered_at,
           least(10, floor(CASE health WHEN 'green' THEN 6.5 WHEN 'yellow' THEN 4.5 ELSE 2.5 END
                           + 5.5 * draw('score', user_id)))::INTEGER AS score, created_at
    FROM run, users JOIN companies ON id = account_id
    WHERE NOT is_deleted AND draw('answers', user_id) < 0.25 AND status <> 'churned'
), lately AS (
    SELECT account_id, user_id, 'nps', as_of - to_seconds(CASE WHEN situation = 'detractor' THEN 30 * 3600 ELSE 4 * 86400 END),
           CASE WHEN situation = 'detractor' THEN 3 ELSE 10 END, created_at
    FROM run, personas JOIN users USING (user_id, account_id) JOIN situations USING (account_id)
    WHERE situation IN ('detractor', 'promoter') AND persona IN ('buyer', 'technical')
), csat AS (
    SELECT account_id, contact_id, 'csat', closed_at + INTERVAL 2 HOUR,
           1 + floor(5 * pow(draw('csat', ticket_id), 0.5))::INTEGER, NULL
    FROM run, tickets WHERE closed_at < as_of - INTERVAL 3 HOUR AND closed_at > as_of - INTERVAL 365 DAY
      AND draw('answers csat', ticket_id) < 0.3
), leaving AS (
    SELECT id, user_id, 'exit', churned_on::TIMESTAMP + INTERVAL 5 DAY, floor(6 * draw('exit', id))::INTEGER, NULL
    FROM companies JOIN personas ON account_id = id AND persona = 'buyer', run
    WHERE churned_on < today - 12 AND draw('answers exit', id) < 0.4
), told AS (
    SELECT * FROM nps WHERE answered_at > created_at
    UNION ALL FROM lately UNION ALL FROM csat UNION ALL FROM leaving
)
SELECT row_number() OVER (ORDER BY answered_at, user_id) AS survey_id, account_id, user_id, kind, score,
       CASE WHEN draw('comments', user_id) < 0.4 THEN
            CASE WHEN kind = 'csat' THEN 'Solved.' WHEN score >= 9 THEN 'Saves us an hour a week.'
                 WHEN score >= 7 THEN 'Good, and a little slow.'
                 ELSE 'We still do half of it by hand.' END END AS comment,
       answered_at
FROM told ORDER BY survey_id
