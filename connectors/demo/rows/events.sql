-- Logins, features used and trainings, as a product would log them. A training follows soon after
-- signing up. The busy come back until today; the others mostly used the product when it was new
-- to them. Where use is falling, people came every working day until a week ago; where people have
-- gone quiet, every fourth day until six weeks ago.
WITH drawn AS (
    SELECT i, 1 + floor(run.users * draw('one', i))::BIGINT AS one,
           1 + floor(run.users * draw('other', i))::BIGINT AS other,
           draw('what', i) AS what, draw('when', i) AS share
    FROM run, range(1, run.events + 1) AS row_ids(i)
), placed AS (
    SELECT i, what, share, CASE WHEN users.busy THEN one ELSE other END AS user_id
    FROM drawn JOIN users ON users.user_id = one
), timed AS (
    SELECT i, what, share, user_id, busy, created_at, epoch(as_of) - epoch(created_at) AS age
    FROM placed JOIN users USING (user_id), run
)
SELECT i AS event_id, user_id,
       created_at + to_seconds(floor(CASE
           WHEN what < 0.05 THEN least(age, 20 * 86400) * share
           WHEN busy THEN age * (1 - pow(share, 1.4))
           ELSE age * pow(share, 2.5) END)::BIGINT) AS occurred_at,
       CASE WHEN what < 0.05 THEN 'training_completed' WHEN what < 0.6 THEN 'login'
            ELSE 'feature_used' END AS name,
       CASE WHEN what >= 0.6 THEN pick(features, pow(draw('feature', i), 1.5)) END AS feature,
       CASE WHEN what >= 0.6 THEN 5 + floor(600 * pow(draw('seconds', i), 3)) END AS seconds,
       CASE WHEN what < 0.05 THEN pick(courses, draw('course', i)) END AS course
FROM timed, lists
UNION ALL
SELECT run.events + row_number() OVER (ORDER BY user_id, day), user_id,
       as_of - to_seconds(floor(86400 * (day + draw('hour', concat(user_id, '/', day))))::BIGINT),
       'login', NULL, NULL, NULL
FROM run, users JOIN situations USING (account_id), range(8, 118) AS days(day)
WHERE created_at < as_of - INTERVAL 130 DAY
  AND ((situation = 'use falling' AND busy AND day < 34 AND day % 7 > 1)
       OR (situation = 'gone quiet' AND NOT busy AND day > 42 AND day % 4 = 0))
