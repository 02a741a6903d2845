-- How many people each company has, and how many of them used the product lately.
SELECT account_id,
       count(DISTINCT users.user_id) AS users,
       count(DISTINCT users.user_id) FILTER (occurred_at > as_of - INTERVAL 28 DAY) AS active,
       count(DISTINCT users.user_id) FILTER (occurred_at > as_of - INTERVAL 14 DAY) AS active_lately
FROM run, users LEFT JOIN events ON events.user_id = users.user_id AND events.name = 'login'
WHERE NOT is_deleted
GROUP BY account_id
