-- What colleagues and the people they know at the customer write to each other by hand.
WITH letters AS (
    SELECT account_id, user_id, persona, n, csm_name, touch_model, situation, status, churned_on, created_at, as_of,
           concat(user_id, '/', n) AS which, 30 * n + 28 * draw('mail', concat(user_id, '/', n)) AS days_ago
    FROM run, personas JOIN users USING (user_id, account_id) JOIN companies ON id = account_id
    LEFT JOIN situations USING (account_id), range(0, 10) AS numbers(n)
    WHERE persona IN ('champion', 'sponsor', 'buyer', 'technical') AND touch_model <> 'digital' AND csm_name IS NOT NULL
      AND draw('writes', concat(user_id, '/', n)) < CASE WHEN persona = 'champion' THEN 0.7 ELSE 0.3 END
), outward AS (
    SELECT account_id, user_id, 'out' AS direction, csm_name AS author, as_of - to_seconds(floor(86400 * days_ago)::BIGINT) AS sent_at,
           created_at, churned_on, situation, persona, days_ago, which
    FROM letters
), inward AS (
    SELECT account_id, user_id, 'in', NULL, sent_at + to_seconds(floor(3600 * (1 + 60 * draw('reply', which)))::BIGINT),
           created_at, churned_on, situation, persona, days_ago, which
    FROM outward WHERE draw('replies', which) < 0.6
), unanswered AS (
    SELECT account_id, user_id, 'out', csm_name, as_of - to_seconds(86400 * days), created_at, NULL::DATE, '', persona, days, ''
    FROM run, personas JOIN users USING (user_id, account_id) JOIN situations USING (account_id)
    JOIN companies ON id = account_id, unnest([4, 9, 16]) AS gaps(days)
    WHERE situation = 'no answer' AND persona = 'champion'
), told AS (FROM outward UNION ALL FROM inward UNION ALL FROM unanswered)
SELECT row_number() OVER (ORDER BY sent_at, user_id, direction) AS id, user_id AS contact_id, direction, author, sent_at
FROM run, told
WHERE sent_at > created_at AND sent_at <= as_of AND (churned_on IS NULL OR sent_at < churned_on)
  AND NOT (situation IN ('no answer', 'silent') AND days_ago < 95)
  AND NOT (situation IN ('green and alone', 'one thread') AND persona <> 'champion' AND days_ago < 120)
ORDER BY id
