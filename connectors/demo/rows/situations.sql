-- Which paying company is in which situation: in turn, by number.
SELECT accounts.id AS account_id, nullif(turn.name, '') AS situation,
       nullif(turn.touch_model, '') AS touch,
       from_age + floor((to_age - from_age + 1) * draw('age', accounts.id))::INTEGER AS age
FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) % (SELECT count(*) FROM turns) AS number
    FROM accounts WHERE plan <> 'free' AND csm_name IS NOT NULL
) AS accounts
JOIN turns AS turn USING (number)
WHERE turn.name <> ''
