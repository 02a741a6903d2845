-- The users as the product knows them.
SELECT users.* EXCLUDE (busy), persona,
       CASE WHEN situation = 'champion left' AND persona = 'champion'
            THEN today - 2 - floor(3 * draw('left on', user_id))::INTEGER
            WHEN users.busy THEN NULL
            WHEN draw('left', user_id) < 0.03
            THEN today - 10 - floor(300 * draw('left on', user_id))::INTEGER END AS left_on
FROM run, users
LEFT JOIN personas USING (user_id, account_id)
LEFT JOIN situations USING (account_id)
ORDER BY user_id
