-- How much each company used the product in the last four weeks.
SELECT account_id,
       count(DISTINCT users.user_id) AS users,
       count(DISTINCT users.user_id) FILTER (occurred_at > as_of - INTERVAL 28 DAY) AS active
FROM run, users LEFT JOIN events ON events.user_id = users.user_id AND events.name = 'login'
WHERE NOT is_deleted
GROUP BY account_id
