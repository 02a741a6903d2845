SELECT i AS id, user_id AS contact_id,
       created_at + to_seconds(floor((epoch(as_of) - epoch(created_at)) * draw('call at', i))::BIGINT) AS held_at
FROM run, range(1, run.users * 3 // 10 + 1) AS row_ids(i)
JOIN users ON user_id = 1 + floor(run.users * draw('call', i))::BIGINT
ORDER BY i
