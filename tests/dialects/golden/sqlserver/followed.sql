SELECT users_1.user_id AS [key]
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND (events_1.name COLLATE Latin1_General_100_BIN2) IN (:param_1_1, :param_1_2) AND events_1.occurred_at <= CAST(:param_2 AS datetimeoffset(6)) AND events_1.occurred_at <= CAST(:param_3 AS datetimeoffset(6)) AND NOT (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = events_1.user_id AND events_2.occurred_at > events_1.occurred_at AND events_2.occurred_at <= dateadd(second, :param_4, events_1.occurred_at) AND (events_2.name COLLATE Latin1_General_100_BIN2) IN (:param_5_1) AND events_2.occurred_at <= CAST(:param_6 AS datetimeoffset(6)) AND CASE WHEN TRIM(:param_7 FROM events_2.feature) <> N'' THEN events_2.feature COLLATE Latin1_General_100_BIN2 END = :param_8)))) ORDER BY [key];
-- :param_1_1 = 'training_completed'
-- :param_1_2 = 'course_completed'
-- :param_2 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_3 = '2026-02-24 13:00:00.000000 +00:00'
-- :param_4 = 1209600
-- :param_5_1 = 'used'
-- :param_6 = '2026-03-10 13:00:00.000000 +00:00'
-- :param_7 = '\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u… (143 characters)
-- :param_8 = 'reports'
