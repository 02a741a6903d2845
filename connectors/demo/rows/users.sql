-- Numbers grow with the day of signing up; some people never finished onboarding. `busy` is not
-- written: the busy are drawn more often by the events, and stay with us. Where few people use the
-- product, two busy ones do; their colleagues work next door. The last ones were invited lately and
-- never came.
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
           as_of, accounts
    FROM run, range(1, run.users + 1) AS row_ids(i), lists
), placed AS (
    SELECT drawn.*, situation,
           row_number() OVER (PARTITION BY account_id ORDER BY busy DESC, user_id) AS place
    FROM drawn LEFT JOIN situations USING (account_id)
)
SELECT user_id,
       CASE WHEN situation = 'few people' AND place > 2 THEN 1 + account_id % accounts
            ELSE account_id END AS account_id,
       first || ' ' || family AS full_name,
       CASE WHEN draw('no first name', user_id) >= 0.006 THEN first END AS first_name,
       CASE WHEN draw('no email', user_id) >= 0.004
            THEN lower(first || '.' || family) || '.' || user_id || '@example.com' END AS email,
       role, tz, 'en' AS lang, created_at,
       CASE WHEN draw('onboarded', user_id) < 0.85 THEN
            nullif(least(as_of, created_at + to_seconds(
                floor(86400 * (1 + 12 * draw('onboarding', user_id)))::BIGINT)), as_of) END
           AS onboarded_at,
       draw('deleted', user_id) < 0.02 AS is_deleted, busy
FROM placed
UNION ALL
SELECT users + i, 1 + floor(accounts * draw('account', -i))::BIGINT, first || ' ' || family, first,
       lower(first || '.' || family) || '.' || (users + i) || '@example.com',
       'member', pick(zones, draw('zone', -i)), 'en',
       as_of - to_seconds(floor(86400 * 21 * draw('signup', -i))::BIGINT), NULL, FALSE, FALSE
FROM (
    SELECT run.*, i, zones, pick(first_names, draw('first', -i)) AS first,
           pick(family_names, draw('family', -i)) AS family
    FROM run, lists, range(1, run.users // 125 + 1) AS row_ids(i)
)
ORDER BY user_id
