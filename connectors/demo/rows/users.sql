-- Numbers grow with the day of signing up; some people never finished onboarding. `busy` is not
-- written: the busy are drawn more often by the events, and stay with us.
WITH drawn AS (
    SELECT i AS user_id,
           1 + floor(accounts * pow(draw('account', i), 1.3))::BIGINT AS account_id,
           pick(first_names, draw('first', i)) AS first,
           pick(family_names, draw('family', i)) AS family,
           CASE WHEN draw('role', i) < 0.1 THEN 'admin'
                WHEN draw('role', i) < 0.9 THEN 'member' ELSE 'guest' END AS role,
           pick(zones, draw('zone', i)) AS tz,
           as_of - to_seconds(floor(86400 * (2 + 1000 * pow(1 - (i - 1) / run.users, 1.1)
                                    + 3 * draw('signup', i)))::BIGINT) AS created_at,
           draw('busy', i) < 0.55 AS busy,
           as_of
    FROM run, range(1, run.users + 1) AS row_ids(i), lists
)
SELECT user_id, account_id, first || ' ' || family AS full_name,
       CASE WHEN draw('no first name', user_id) >= 0.006 THEN first END AS first_name,
       CASE WHEN draw('no email', user_id) >= 0.004
            THEN lower(first || '.' || family) || '.' || user_id || '@example.com' END AS email,
       role, tz, 'en' AS lang, created_at,
       CASE WHEN draw('onboarded', user_id) < 0.85 THEN
            nullif(least(as_of, created_at + to_seconds(
                floor(86400 * (1 + 12 * draw('onboarding', user_id)))::BIGINT)), as_of) END
           AS onboarded_at,
       draw('deleted', user_id) < 0.02 AS is_deleted, busy
FROM drawn ORDER BY user_id
