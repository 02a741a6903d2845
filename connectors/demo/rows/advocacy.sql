-- What those who are happy with us did for us: a review, a reference, a story.
SELECT row_number() OVER (ORDER BY done_at, contact_id) AS id, *
FROM (
    SELECT user_id AS contact_id, least(answered_at + INTERVAL 20 DAY, as_of - INTERVAL 1 HOUR) AS done_at,
           pick(deeds, draw('deed', user_id)) AS kind
    FROM run, lists, surveys LEFT JOIN situations USING (account_id)
    WHERE kind = 'nps' AND score >= 9 AND draw('recommends', user_id) < 0.12
      AND situation IS DISTINCT FROM 'promoter'
)
ORDER BY id
