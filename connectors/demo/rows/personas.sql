-- Who does what at the customer: those who came first have the say. Small new companies have busy
-- people whom nobody has trained.
WITH placed AS (
    SELECT user_id, account_id, busy, role,
           row_number() OVER (PARTITION BY account_id ORDER BY user_id) AS place
    FROM users WHERE NOT is_deleted AND email IS NOT NULL
)
SELECT user_id, account_id, role,
       CASE WHEN situation = 'small and new' AND busy AND user_id NOT IN (
                SELECT user_id FROM events WHERE name = 'training_completed') THEN 'power_user'
            WHEN place = 1 THEN 'champion'
            WHEN place = 2 AND draw('has sponsor', account_id) < 0.8 THEN 'sponsor'
            WHEN place = 3 THEN 'buyer' WHEN place = 4 THEN 'technical'
            WHEN place = 5 THEN 'billing'
            WHEN busy AND draw('persona', user_id) < 0.3 THEN 'power_user' END AS persona
FROM placed LEFT JOIN situations USING (account_id) ORDER BY user_id
